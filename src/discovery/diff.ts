/** One line of a hunk. Numbers count from 1; a side that lacks the line has null. */
export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'context';
  readonly oldLine: number | null;
  readonly newLine: number | null;
  /** Without the leading sign and the line's end. */
  readonly text: string;
}

/** A run of lines that the diff shows together. */
export type Hunk = readonly DiffLine[];

/** GitHub cuts a file's diff far below this (3,000 lines or about 1 MB); what is longer comes from elsewhere. In characters. */
export const MAX_PATCH_LENGTH = 4 * 1024 * 1024;

const HUNK_HEADER = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;

/**
 * Reads the hunks of one file's unified diff: the `patch` of GitHub's API, which begins with the first hunk, or
 * git's own output for one file. Lines that fit no hunk are passed over. The hunk's own counts say where it ends,
 * so that a removed line `-- x`, shown as `--- x`, is no header.
 */
export function readHunks(patch: string): Hunk[] {
  const hunks: DiffLine[][] = [];
  if (patch.length > MAX_PATCH_LENGTH) return hunks;
  let oldLine = 0;
  let newLine = 0;
  let oldLeft = 0;
  let newLeft = 0;
  for (const raw of patch.split('\n')) {
    if (oldLeft <= 0 && newLeft <= 0) {
      const header = HUNK_HEADER.exec(raw);
      if (header === null) continue;
      [oldLine, oldLeft, newLine, newLeft] = [Number(header[1]), Number(header[2] ?? 1), Number(header[3]), Number(header[4] ?? 1)];
      hunks.push([]);
      continue;
    }
    const text = raw.slice(1).replace(/\r$/, '');
    const hunk = hunks.at(-1);
    if (raw.startsWith('+')) {
      hunk?.push({ kind: 'added', oldLine: null, newLine, text });
      [newLine, newLeft] = [newLine + 1, newLeft - 1];
    } else if (raw.startsWith('-')) {
      hunk?.push({ kind: 'removed', oldLine, newLine: null, text });
      [oldLine, oldLeft] = [oldLine + 1, oldLeft - 1];
    } else if (!raw.startsWith('\\')) {
      // Some tools strip the blank that marks an empty line of context.
      hunk?.push({ kind: 'context', oldLine, newLine, text });
      [oldLine, oldLeft, newLine, newLeft] = [oldLine + 1, oldLeft - 1, newLine + 1, newLeft - 1];
    }
  }
  return hunks;
}

/** Numbers, in the new file, of the lines that the diff adds or changes. */
export function changedLines(patch: string): ReadonlySet<number> {
  const added = readHunks(patch).flat().filter(({ kind }) => kind === 'added');
  return new Set(added.flatMap(({ newLine }) => (newLine === null ? [] : [newLine])));
}

/**
 * Whether a review comment can stand on a line: GitHub takes the lines that a hunk shows, changed or not, and answers
 * 422 to any other.
 * @param patch null or undefined where GitHub gave none (a binary or very large file): no line can be commented
 * @param side `RIGHT`: a line of the new file; `LEFT`: of the old one
 */
export function isCommentable(patch: string | null | undefined, line: number, side: 'LEFT' | 'RIGHT' = 'RIGHT'): boolean {
  if (patch === null || patch === undefined) return false;
  return readHunks(patch).some((hunk) => hunk.some((shown) => (side === 'RIGHT' ? shown.newLine : shown.oldLine) === line));
}
