import { grouped } from '../diagnosis/numbers.ts';
import { needsContent, type ChangedFile } from '../discovery/discover.ts';
import { UnreachableError, type HeadcheckError } from '../errors.ts';
import { comparison, MOST_COMPARED_FILES, MOST_PULL_REQUEST_FILES, pullRequestFiles, type PullRequestFile } from './changed-files.ts';
import type { GitHub } from './client.ts';
import { withDiffs } from './hidden-diffs.ts';
import { textsAt } from './texts.ts';

/** What is proposed: the commits, and where the list of changed files comes from. */
export interface Change {
  /** Null where the commits themselves are compared: in a merge queue they may hold several pull requests. */
  readonly pullRequest: number | null;
  readonly head: string;
  readonly base: string;
}

export interface ChangedFiles {
  readonly files: readonly ChangedFile[];
  /** Whether GitHub's list ended at its limit, so that further files may be changed. */
  readonly isCut: boolean;
  /** Files that could not be read, by path, with the reason: what they refer to may be more than was found. */
  readonly unread: ReadonlyMap<string, HeadcheckError>;
}

/** More whole files are not fetched. The rest is judged by its diff alone, which does not show all that it refers to. */
const MOST_CONTENTS = 1_000;

/**
 * The files that a pull request or a merge group changes, as they are after it.
 * @throws AccessError, NotFoundError or UnreachableError where GitHub does not show them
 */
export async function changedFiles(github: GitHub, change: Change): Promise<ChangedFiles> {
  const { head, base } = change;
  const listed = await listedFiles(github, change);
  const mergeBase = async (): Promise<string> => listed.mergeBase ?? (await comparison(github, base, head)).mergeBase;
  const shown = await withDiffs(github, head, mergeBase, listed.files);
  const { files, unread } = await withContents(github, head, shown.files);
  return { files, isCut: listed.isCut, unread: new Map([...shown.unread, ...unread]) };
}

/** Files by their diffs alone, and the commit that these are against; null where GitHub has not said that. */
export interface ListedFiles extends Omit<ChangedFiles, 'unread'> {
  readonly files: readonly PullRequestFile[];
  readonly mergeBase: string | null;
}

/**
 * The same by their diffs alone.
 * @throws AccessError, NotFoundError or UnreachableError where GitHub does not show them
 */
export async function listedFiles(github: GitHub, { pullRequest, head, base }: Change): Promise<ListedFiles> {
  if (pullRequest === null) {
    const { files, mergeBase } = await comparison(github, base, head);
    return { files, mergeBase, isCut: files.length >= MOST_COMPARED_FILES };
  }
  const files = await pullRequestFiles(github, pullRequest);
  return { files, mergeBase: null, isCut: files.length >= MOST_PULL_REQUEST_FILES };
}

/**
 * What was there before: the same files as they are at the base, with the diff read backwards, so that what it removes
 * is what it adds.
 */
export async function filesBefore(github: GitHub, { files }: Pick<ChangedFiles, 'files'>, base: string): Promise<readonly ChangedFile[]> {
  return (await withContents(github, base, reversed(files))).files;
}

async function withContents(github: GitHub, commit: string, files: readonly ChangedFile[]): Promise<Omit<ChangedFiles, 'isCut'>> {
  // Settings and code before data.
  const wanted = files.filter((file) => typeof file.content !== 'string' && needsContent(file)).sort((a, b) => Number(a.path.endsWith('.json')) - Number(b.path.endsWith('.json')));
  const { texts, failures } = await textsAt(github, commit, wanted.slice(0, MOST_CONTENTS).map(({ path }) => path));
  const tooMany = new UnreachableError(`${grouped(wanted.length)} changed files may refer to something outside of the lines that the diff shows, and no more than ${grouped(MOST_CONTENTS)} of them are read.`, 'Name what is to be checked in the call, or make the change smaller.');
  const beyond = wanted.slice(MOST_CONTENTS).map(({ path }): [string, HeadcheckError] => [path, tooMany]);
  return { files: files.map((file) => ({ ...file, content: texts.get(file.path) ?? file.content ?? null })), unread: new Map([...failures, ...beyond]) };
}

/** The diff of files that stay, read backwards, under the names that they had. */
export function reversed(files: readonly ChangedFile[]): readonly ChangedFile[] {
  return files.flatMap(({ path, previousPath, status, patch }) => {
    if (patch === null || (status !== 'modified' && status !== 'renamed')) return [];
    return [{ path: previousPath ?? path, status: 'modified', patch: patch.split('\n').map(reversedLine).join('\n') }];
  });
}

function reversedLine(line: string): string {
  const header = /^@@ -(\S+) \+(\S+) @@/.exec(line);
  if (header) return `@@ -${header[2]} +${header[1]} @@`;
  if (line.startsWith('+')) return `-${line.slice(1)}`;
  return line.startsWith('-') ? `+${line.slice(1)}` : line;
}
