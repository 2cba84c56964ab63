import { UsageError } from '../errors.ts';
import type { ArtifactReference, ReleaseReference } from './reference.ts';

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
 * Reads the address of a release on a GitHub server, as people paste it.
 * @param pathname still percent-encoded, without a leading slash
 * @throws UsageError
 */
export function parseGitHubPage(pathname: string, text: string): ReleaseReference {
  const segments = pathname.split('/').filter((segment) => segment !== '').map(decodeURIComponent);
  const [owner, name, page, verb, ...rest] = segments;
  const repository = `${owner}/${name}`;
  if (page === 'releases' && verb === 'latest' && rest.length === 0) return { kind: 'release', text, repository, tag: null, asset: null };
  if (page === 'releases' && verb === 'tag' && rest.length > 0) return { kind: 'release', text, repository, tag: rest.join('/'), asset: null };
  const asset = rest.at(-1);
  if (page === 'releases' && verb === 'download' && asset !== undefined && rest.length > 1) {
    return { kind: 'release', text, repository, tag: rest.slice(0, -1).join('/'), asset };
  }
  throw new UsageError(`"${text}" is a page of GitHub that names neither a release nor an asset.`, 'Give the address of a release or of its asset, or check the repository out and name the folder.');
}

function splitParts(text: string): string[] {
  const raw = text.slice(text.indexOf('://') + 3).replace(/\/$/, '');
  try {
    return raw.split('/').map(decodeURIComponent);
  } catch (cause) {
    throw new UsageError(`"${text}" has a broken percent-encoding.`, 'Write a percent sign as %25.', { cause });
  }
}
