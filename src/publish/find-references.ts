import { posix } from 'node:path';
import { isWeightsByEnding } from '../discovery/checkpoint-files.ts';
import { discover, type Discovery } from '../discovery/discover.ts';
import { someNames } from '../diagnosis/words.ts';
import { MAX_REFERENCES } from '../discovery/limits.ts';
import { HeadcheckError, NotFoundError, UsageError } from '../errors.ts';
import { filesBeside } from '../inventory/besides.ts';
import { referenceKey } from '../reference/key.ts';
import { prose, type Notice, type Prose } from '../report/report.ts';
import type { ConfigFile } from '../settings/config-file.ts';
import { changedFiles, type Change, type ChangedFiles } from './changes.ts';
import type { GitHub } from './client.ts';
import { filesNear, type NearFiles } from './near-files.ts';
import { releaseSets } from './release-sets.ts';
import { releaseByTag } from './release.ts';
import { pathsAt } from './repository-files.ts';
import { lookupAt, type Listing, type Lookup } from './repository-folders.ts';

/** Where references are looked for. */
export interface SearchPlace {
  /** The commit that is checked. */
  readonly head: string;
  /** What a merge would change; null where nothing is proposed. */
  readonly change: Omit<Change, 'head'> | null;
  /** Markdown: a pull request's body, a release's notes. */
  readonly body: string | null;
  /** The release's tag, whose assets are checkpoints too; null for none. */
  readonly release: string | null;
}

/** A reference that something else than an input named. */
export interface FoundReference {
  readonly reference: string;
  readonly base: string | null;
  /** Whether every line that names it may mean something else. */
  readonly isWeak?: boolean;
  readonly origin: { readonly path: string; readonly line: number } | null;
}

export interface Found {
  readonly references: readonly FoundReference[];
  readonly notices: readonly Notice[];
}

const UNLISTED = 'Which folders the repository has could not be looked up';

/**
 * Finds what the change, the release and the config file name. What GitHub does not show is told in a notice, and the
 * rest is found all the same: never throws for what a server says.
 * @param workspace the folder where the repository may be checked out; null where it is none of the commit's
 */
export async function findReferences(github: GitHub | null, place: SearchPlace, config: ConfigFile | null, hubEndpoint: string | null, workspace: string | null): Promise<Found> {
  const listed = (config?.checkpoints ?? []).map(({ reference, base, origin }) => ({ reference, base, origin }));
  const changed = await looked('What the change refers to could not be looked for', nothingChanged, () => changedAt(github, place));
  const tree = await looked(UNLISTED, null, async () => (changed.found === nothingChanged ? null : await pathsAt(connected(github), place.head)));
  const assets = await looked('The assets of the release could not be looked at', [], () => assetReferences(github, place));
  const { files, isCut, unread } = changed.found;
  const { exists, filesIn, trouble } = told(lookupAt({ paths: tree.found, workspace, github, commit: place.head }));
  const near = tree.found === null ? await filesNear(files, filesIn) : { paths: tree.found, unknown: [] };
  const discovery = await discover({ files: files.filter(({ path }) => config === null || !isAt(path, config.path, workspace)), body: place.body, isNotes: place.release !== null, config: listed, paths: near.paths, exists, besides: filesBeside, ...(hubEndpoint === null ? {} : { hubEndpoint }) });
  const known = new Set(discovery.references.map(({ reference }) => referenceKey(reference)));
  return {
    references: [...discovery.references, ...assets.found.filter(({ reference }) => !known.has(referenceKey(reference)))],
    notices: [...changed.notices, ...tree.notices, ...assets.notices, ...(isCut ? [cutNotice(files.length)] : []), ...unreadNotices(unread), ...beyondNotices(discovery), ...(tree.notices.length > 0 ? [] : trouble), ...undecidedNotices(discovery), ...unknownNotices(near), ...skippedNotices(discovery, unread), ...unparsedNotices(discovery)],
  };
}

/**
 * Whether a file of the repository is the config file, under whatever name it goes: its entries are read as what they
 * are, and a base in it is no checkpoint to check. It may be named from a folder of the repository, or from the disk's root.
 */
function isAt(path: string, named: string, workspace: string | null): boolean {
  return posix.resolve(...[workspace ?? '/', named].map((part) => part.replaceAll('\\', '/'))).endsWith(`/${path}`);
}

const nothingChanged: ChangedFiles = { files: [], isCut: false, unread: new Map() };

async function changedAt(github: GitHub | null, { change, head }: SearchPlace): Promise<ChangedFiles> {
  return change === null ? nothingChanged : await changedFiles(connected(github), { ...change, head });
}

function connected(github: GitHub | null): GitHub {
  if (github === null) throw new UsageError('There is no token for GitHub.', 'Leave the input github-token at its default, or name what is to be checked.');
  return github;
}

/** What a search finds; where GitHub keeps it from finding anything, what is found instead, and a notice. */
async function looked<T>(failure: string, otherwise: T, search: () => Promise<T>): Promise<{ readonly found: T; readonly notices: readonly Notice[] }> {
  try {
    return { found: await search(), notices: [] };
  } catch (error) {
    if (!(error instanceof HeadcheckError)) throw error;
    const message: Prose = [`${failure}: `, ...prose`${error.message}`, ` ${error.hint}`];
    return { found: otherwise, notices: [{ severity: 'error', message, location: null, obstacle: 'search' }] };
  }
}

/** The same, with a notice where GitHub fails; how often it does says nothing more. */
function told(lookup: Lookup): Lookup & { readonly trouble: readonly Notice[] } {
  const trouble: Notice[] = [];
  const ask = async <T>(otherwise: T, search: () => Promise<T>): Promise<T> => {
    const { found, notices } = await looked(UNLISTED, otherwise, search);
    if (trouble.length === 0) trouble.push(...notices);
    return found;
  };
  return {
    trouble,
    exists: async (path) => await ask<boolean | null>(null, async () => await lookup.exists(path)),
    filesIn: async (folder) => await ask<Listing>({ files: [], isWhole: false }, async () => await lookup.filesIn(folder)),
  };
}

function cutNotice(count: number): Notice {
  return {
    severity: 'error', location: null, obstacle: 'search',
    message: prose`GitHub lists no more than ${count} changed files; what others refer to was not looked for. Name in the call what is to be checked (the input ${'checkpoint'}), which then is all that is.`,
  };
}

function unreadNotices(unread: ChangedFiles['unread']): readonly Notice[] {
  const [first] = unread.values();
  if (first === undefined) return [];
  const what = unread.size === 1 ? 'A changed file could not be read, so not all that it refers to' : `${unread.size} changed files could not be read, so not all that they refer to`;
  const message: Prose = [`${what} may be found: `, ...someNames([...unread.keys()]), '. ', ...prose`${first.message}`, ` ${first.hint}`];
  return [{ severity: 'error', location: null, obstacle: 'search', message }];
}

/** What the assets hold, each set of them by itself: see `releaseSets`. */
async function assetReferences(github: GitHub | null, { release, body }: SearchPlace): Promise<readonly FoundReference[]> {
  if (release === null) return [];
  const facts = await releaseByTag(connected(github), release);
  // A tag may have no release; one whose notes are at hand has, and is only not shown.
  if (facts === null && body !== null) throw new NotFoundError(`GitHub shows no release ${release} to this token.`, 'Give the job the permission `contents: read`; a draft takes `contents: write`.');
  const tag = `release://${encodeURIComponent(release)}`;
  return releaseSets(facts?.weights ?? []).map(({ asset, first }) => ({
    reference: asset === null ? tag : `${tag}/${encodeURIComponent(asset)}`, base: null, origin: null, isWeak: isWeightsByEnding(first),
  }));
}

function beyondNotices({ beyond }: Discovery): readonly Notice[] {
  if (beyond.length === 0) return [];
  const message = prose`One run checks ${MAX_REFERENCES} checkpoints; ${beyond.length} more were not checked: ${someNames(beyond)}. Name them in calls of their own.`;
  return [{ severity: 'error', message, location: null, obstacle: 'search' }];
}

function undecidedNotices({ undecided }: Discovery): readonly Notice[] {
  return undecided.map(({ reference, origin }): Notice => ({
    severity: 'note', location: origin, about: { reference, base: null },
    message: prose`${reference} was not checked: the name may also be a folder of the repository, whose files GitHub does not show to this token. Write ${reference} in full where the model on the Hub is meant, or give the job the permission ${'contents: read'}.`,
  }));
}

/** Such a file may be of a checkpoint, or anything's: no reason to fail, but not to take anything for repaired either. */
function unknownNotices({ unknown }: NearFiles): readonly Notice[] {
  if (unknown.length === 0) return [];
  const message: Prose = [
    'Whether weights lie beside them could not be looked up, so the checkpoints of these changed files were not checked, if there are any: ', ...someNames(unknown),
    ...prose`. Check out the repository before this step, give the job the permission ${'contents: read'}, or list their folders in the config file.`,
  ];
  return [{ severity: 'note', location: null, obstacle: 'search', message }];
}

/** Most such files are data that refer to nothing: worth a word, and no reason to fail. But nothing that one of them named is known to be gone. */
function skippedNotices({ skipped }: Discovery, unread: ChangedFiles['unread']): readonly Notice[] {
  return skipped.filter(({ path }) => !unread.has(path)).map(({ path, reason }) => ({ severity: 'note', obstacle: 'search', message: prose`${path} was not looked into: ${[reason]}.`, location: { path, line: null } }));
}

/** Nothing that one of them named is known to be gone: it may only not be seen any more. */
function unparsedNotices({ unparsed }: Discovery): readonly Notice[] {
  return unparsed.map((location) => ({
    severity: 'note', obstacle: 'search', location,
    message: prose`${location.path} could not be parsed from line ${location.line} on. Of its changed lines only those count that name a model by themselves, as ${'hf://org/name'} does, and nothing that it named before is taken for repaired.`,
  }));
}
