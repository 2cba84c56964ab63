import type { ChangedFile } from '../discovery/discover.ts';
import { languageOf } from '../discovery/files.ts';
import { MAX_CONTENT_LENGTH } from '../discovery/limits.ts';
import { HeadcheckError, UnreachableError } from '../errors.ts';
import type { PullRequestFile } from './changed-files.ts';
import type { GitHub } from './client.ts';
import { textsAt, type Texts } from './texts.ts';

/** So many such files are read, two texts each; most that come in larger numbers are data. */
const MOST_HIDDEN = 100;
/** Lines that are added or removed in one file: more is no change that a person made, and slow to look for. */
const MOST_EDITS = 5_000;

/**
 * GitHub leaves out the diff of a file that is long, and of every file once there are many. Where it does, both sides
 * are read and compared here, so that a line counts as changed for what it is and not for what lies beside it.
 * @param mergeBase asked for only where it is needed: the commit that the change is against
 * @returns the files, with a diff wherever both texts could be had, and those that could not be read
 */
export async function withDiffs(github: GitHub, head: string, mergeBase: () => Promise<string>, files: readonly PullRequestFile[]): Promise<{ readonly files: readonly ChangedFile[]; readonly unread: ReadonlyMap<string, HeadcheckError> }> {
  // Settings and code before data.
  const hidden = files.filter(isHidden).sort((a, b) => Number(a.path.endsWith('.json')) - Number(b.path.endsWith('.json')));
  if (hidden.length === 0) return { files, unread: new Map() };
  const asked = hidden.slice(0, MOST_HIDDEN);
  const after = await textsAt(github, head, asked.map(({ path }) => path));
  const compared = asked.filter(({ path, status }) => status !== 'added' && (after.texts.get(path)?.length ?? Infinity) <= MAX_CONTENT_LENGTH);
  const before = await textsBefore(github, mergeBase, compared.map(pathBefore));
  const unread = new Map([...after.failures, ...compared.flatMap((file) => {
    const failure = before.failures.get(pathBefore(file));
    return failure === undefined ? [] : [[file.path, failure] as const];
  })]);
  const tooMany = new UnreachableError(`GitHub shows no diff of ${hidden.length} changed files, and no more than ${MOST_HIDDEN} of them are read.`, 'Name what is to be checked in the call, or make the change smaller.');
  for (const { path } of hidden.slice(MOST_HIDDEN)) unread.set(path, tooMany);
  const made = new Map(await Promise.all(compared.map(async (file): Promise<[string, string | null]> => [file.path, await diffOf(before.texts.get(pathBefore(file)), after.texts.get(file.path))])));
  const shown = (file: PullRequestFile): ChangedFile => {
    const patch = file.patch ?? made.get(file.path) ?? null;
    // Of a file that is only renamed nothing has to be said; of one whose changes stay hidden it has.
    const status = patch === null && isHidden(file) && file.status === 'renamed' ? 'modified' : file.status;
    return { path: file.path, previousPath: file.previousPath, status, patch, content: after.texts.get(file.path) ?? null };
  };
  return { files: files.map(shown), unread };
}

function isHidden({ path, status, patch, lines }: PullRequestFile): boolean {
  return patch === null && languageOf(path) !== null && status !== 'removed' && status !== 'unchanged' && (status !== 'renamed' || lines > 0);
}

function pathBefore({ path, previousPath }: PullRequestFile): string {
  return previousPath ?? path;
}

/** Where the commits cannot be compared, none of the texts can be had. */
async function textsBefore(github: GitHub, mergeBase: () => Promise<string>, paths: readonly string[]): Promise<Texts> {
  if (paths.length === 0) return { texts: new Map(), failures: new Map() };
  try {
    return await textsAt(github, await mergeBase(), paths);
  } catch (error) {
    if (!(error instanceof HeadcheckError)) throw error;
    return { texts: new Map(), failures: new Map(paths.map((path) => [path, error])) };
  }
}

/** A unified diff; null where a side is lacking or too much has changed. */
async function diffOf(before: string | undefined, after: string | undefined): Promise<string | null> {
  if (before === undefined || after === undefined || before.length > MAX_CONTENT_LENGTH) return null;
  // Loaded only here: hardly a pull request needs it.
  const { structuredPatch } = await import('diff');
  const made = structuredPatch('', '', before, after, '', '', { context: 3, maxEditLength: MOST_EDITS });
  if (made === undefined) return null;
  return made.hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) => [`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`, ...lines].join('\n')).join('\n');
}
