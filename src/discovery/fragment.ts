import { isForeign, normaliseKey } from './keys.ts';
import { MAX_LINE_LENGTH } from './limits.ts';
import type { DiffLine, Hunk } from './diff.ts';
import type { Tree, TreeEntry } from './tree.ts';

/**
 * A hunk of a file whose whole is not at hand. What stands above it is unknown: it may begin inside a text of many
 * lines, under any key. So only what one line says by itself is read, and a hunk that opens or closes such a text
 * is passed over.
 */
const KEY_LINE = /^(\s*(?:-\s+)?)(?:\{\s*)?["']?([A-Za-z_][\w.-]*)["']?\s*[:=]\s*(?:"([^"\\]*)"|'([^'\\]*)'|([^\s"'#,|>&*!{}[\]]+))\s*(?:\}\s*)?,?\s*(?:#.*)?$/;

/** A line that is a comment, or that a template (Helm's, Jinja's) reads and leaves out: it stands at any column. */
const NO_LINE = /^\s*(?:#|\{\{|\{%)/;
/** A line that opens a mapping, a list, or (`|`, `>`) a text of many lines: `tokenizer:`, `"data": {`, `run: |`. */
const OPENING = /^(\s*(?:-\s+)?)["']?([A-Za-z_][\w.-]*)["']?\s*:\s*(?:([|>])[-+\d]*|[{[])?\s*(?:#.*)?$/;
/** `[a.b]` of TOML. */
const TABLE = /^\s*\[{1,2}([\w."' -]+)\]{1,2}\s*(?:#.*)?$/;
/** Characters of a line that opens something. */
const MAX_OPENING_LENGTH = 300;

/** Lines of the new file that a hunk shows. */
export function newSide(hunk: Hunk): readonly DiffLine[] {
  return hunk.filter(({ newLine }) => newLine !== null);
}

/** What is open above a line, as far as the hunk shows it. */
interface Open {
  /** What lies in it stands beyond this column. */
  readonly column: number;
  /** Whether nothing in it is a reference. */
  readonly isClosed: boolean;
}

/** What is open after a line: it ends what stands at its own column or beyond, and may open something. */
function openAfter(text: string, before: readonly Open[]): readonly Open[] {
  if (text.trim() === '' || NO_LINE.test(text)) return before;
  const isShort = text.length <= MAX_OPENING_LENGTH;
  const table = isShort ? TABLE.exec(text) : null;
  if (table !== null) return [{ column: -1, isClosed: (table[1] ?? '').split('.').some((name) => isForeign(normaliseKey(name.replace(/["' ]/g, '')))) }];
  const opening = isShort ? OPENING.exec(text) : null;
  const column = opening?.[1]?.length ?? text.length - text.trimStart().length;
  const open = before.filter((one) => one.column < column);
  return opening === null ? open : [...open, { column, isClosed: opening[3] !== undefined || isForeign(normaliseKey(opening[2] ?? '')) }];
}

/** Mappings of the keys that stand at the same column in neighbouring lines; not below what is known to hold none. */
export function fragmentTrees(hunk: Hunk): Tree[] {
  const trees: Tree[] = [];
  let entries: TreeEntry[] = [];
  let column = -1;
  let open: readonly Open[] = [];
  for (const { text, newLine } of newSide(hunk)) {
    open = openAfter(text, open);
    const match = text.length > MAX_LINE_LENGTH ? null : KEY_LINE.exec(text);
    const indent = match?.[1] ?? '';
    if (match === null || indent.length !== column || indent.includes('-')) {
      entries = [];
      trees.push({ kind: 'map', entries });
      column = match === null ? -1 : indent.length;
    }
    if (match === null || newLine === null || open.some(({ isClosed }) => isClosed)) continue;
    entries.push({ key: match[2] ?? '', value: { kind: 'text', text: match[3] ?? match[4] ?? match[5] ?? '', line: newLine } });
  }
  return trees;
}

/** The new side as text, and null where a string or comment of many lines may begin or end in it. */
export function fragmentText(hunk: Hunk, ambiguous: RegExp): string | null {
  const text = newSide(hunk).map((line) => line.text).join('\n');
  return ambiguous.test(text) ? null : text;
}

/** What opens or closes a text of many lines. */
export const PYTHON_AMBIGUOUS = /"""|'''/;
export const MARKDOWN_AMBIGUOUS = /^\s*(?:```|~~~)|<!--|-->|^---\s*$/m;
