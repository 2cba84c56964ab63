import { UsageError } from '../errors.ts';
import { checkInnerPath, checkRevision } from './hub-id.ts';
import type { ArtifactReference, ReleaseReference, RepositoryReference } from './reference.ts';

/** What GitHub forbids in the name of an artifact (actions/toolkit, `path-and-artifact-name-validation`). */
const ARTIFACT_FORBIDDEN = /[":<>|*?\\/\u0000-\u001f]/;

/**
 * Reads `artifact://NAME` and `artifact://RUN_ID/NAME`.
 * @throws UsageError
 */
export function parseArtifact(text: string): ArtifactReference {
  const parts = splitParts(text);
  const [first = '', second] = parts;
  const name = second ?? first;
  const runId = second === undefined ? null : Number(first);
  const isRun = runId === null || (/^\d+$/.test(first) && Number.isSafeInteger(runId));
  if (parts.length > 2 || name === '' || ARTIFACT_FORBIDDEN.test(name) || !isRun) {
    throw new UsageError(`"${text}" is not an artifact's reference.`, 'Write artifact://NAME for the newest of that name, or artifact://RUN_ID/NAME for that of one run.');
  }
  return { kind: 'artifact', text, repository: null, runId, name };
}

/**
 * Reads `release://TAG` and `release://TAG/asset`. A slash inside a tag is written `%2F`; `release://latest` is the latest release.
 * @throws UsageError
 */
export function parseRelease(text: string): ReleaseReference {
  const [tag = '', asset, ...rest] = splitParts(text);
  if (rest.length > 0 || tag === '' || asset === '') {
    throw new UsageError(`"${text}" is not a release's reference.`, 'Write release://TAG or release://TAG/asset; write a slash inside the tag as %2F.');
  }
  return { kind: 'release', text, repository: null, tag: tag === 'latest' ? null : tag, asset: asset ?? null };
}

/**
 * Reads the address of a release, or of a folder or file of a repository, on a GitHub server, as people paste it.
 * @param pathname still percent-encoded, without a leading slash
 * @throws UsageError
 */
export function parseGitHubPage(pathname: string, text: string): ReleaseReference | RepositoryReference {
  const [owner, name, page, verb, ...rest] = decodeAll(pathname.split('/').filter((segment) => segment !== ''), text);
  if (owner === undefined || name === undefined || !isRepository(owner, name)) throw notRead(text);
  const repository = `${owner}/${name}`;
  if (page === undefined) return { kind: 'repository', text, repository, revision: null, path: null };
  if (page === 'tree' || page === 'blob') {
    const revision = verb === undefined ? null : checkRevision(verb, text);
    return { kind: 'repository', text, repository, revision, path: checkInnerPath(rest, text) };
  }
  if (page !== 'releases') throw notRead(text);
  const asset = rest.at(-1);
  if (verb === 'latest' && asset === undefined) return { kind: 'release', text, repository, tag: null, asset: null };
  if (verb === 'tag' && asset !== undefined) return { kind: 'release', text, repository, tag: rest.join('/'), asset: null };
  if (verb === 'latest' && rest[0] === 'download' && asset !== undefined && rest.length === 2) return { kind: 'release', text, repository, tag: null, asset };
  if (verb === 'download' && asset !== undefined && rest.length > 1) return { kind: 'release', text, repository, tag: rest.slice(0, -1).join('/'), asset };
  throw notRead(text);
}

/** The address of a folder of a repository at a commit: reads back as the same reference. */
export function formatRepositoryReference(server: string, repository: string, commit: string, path: string | null): string {
  const inner = path === null ? [] : path.split('/');
  return [server.replace(/\/*$/, ''), repository, 'tree', ...[commit, ...inner].map(encodeURIComponent)].join('/');
}

function isRepository(owner: string, name: string): boolean {
  return /^[A-Za-z0-9_.-]+$/.test(owner) && /^[A-Za-z0-9_.-]+$/.test(name) && ![owner, name].some((part) => part === '.' || part === '..');
}

function notRead(text: string): UsageError {
  return new UsageError(`"${text}" is a page of GitHub that names no release, asset, folder or file.`, 'Give the address of one of these (…/releases/tag/TAG, …/tree/REVISION/folder).');
}

function splitParts(text: string): string[] {
  return decodeAll(text.slice(text.indexOf('://') + 3).replace(/\/$/, '').split('/'), text);
}

function decodeAll(segments: readonly string[], text: string): string[] {
  try {
    return segments.map(decodeURIComponent);
  } catch (cause) {
    throw new UsageError(`"${text}" has a broken percent-encoding.`, 'Write a percent sign as %25.', { cause });
  }
}
