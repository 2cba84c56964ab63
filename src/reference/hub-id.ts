import { UsageError } from '../errors.ts';

/** The Hub's own limit for the name of a repository (huggingface_hub, `REPO_ID_REGEX`). */
const MAX_NAME_LENGTH = 96;
/** Long enough for every ref that git hosts accept. */
const MAX_REVISION_LENGTH = 255;

const SEGMENT = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/;
const GIT_FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$|\.lock$/;

/**
 * Says what breaks the Hub's rules for repository ids (huggingface_hub `validate_repo_id`).
 * @returns null where nothing does
 */
export function repoIdProblem(id: string): string | null {
  const parts = id.split('/');
  if (parts.length > 2) return 'it has more than two parts';
  for (const part of parts) {
    if (part === '') return 'a part of it is empty';
    if (part.length > MAX_NAME_LENGTH) return `a part of it is longer than ${MAX_NAME_LENGTH} characters`;
    if (part.includes('..')) return 'it contains ".."';
    if (part.includes('--')) return 'it contains "--"';
    if (!SEGMENT.test(part)) return 'only letters, digits, "-", "_" and "." are allowed, and neither "-" nor "." at the ends';
  }
  return id.endsWith('.git') ? 'it ends in ".git"' : null;
}

/** Says what makes a revision impossible as a git ref; null where nothing does. */
export function revisionProblem(revision: string): string | null {
  if (revision === '') return 'it is empty';
  if (revision.length > MAX_REVISION_LENGTH) return `it is longer than ${MAX_REVISION_LENGTH} characters`;
  if (revision.startsWith('-')) return 'it begins with "-"';
  return GIT_FORBIDDEN.test(revision) ? 'git allows no such name' : null;
}

/** @throws UsageError */
export function checkRepoId(id: string, text: string): string {
  const problem = repoIdProblem(id);
  if (problem === null) return id;
  throw new UsageError(`"${text}" names the repository "${id}", which the Hub does not allow: ${problem}.`, 'Write it as hf://org/name, as it stands in the address of the model\'s page.');
}

/** @throws UsageError */
export function checkRevision(revision: string, text: string): string {
  const problem = revisionProblem(revision);
  if (problem === null) return revision;
  throw new UsageError(`"${text}" names the revision "${revision}", which cannot be one: ${problem}.`, 'Name a branch, a tag, a commit or refs/pr/N after the "@".');
}

/** @throws UsageError for a path that would leave the repository */
export function checkInnerPath(segments: readonly string[], text: string): string | null {
  const kept = segments.filter((segment) => segment !== '');
  if (kept.some((segment) => segment === '.' || segment === '..' || /[\u0000-\u001f\\]/.test(segment))) {
    throw new UsageError(`"${text}" has "${kept.join('/')}" after the repository, which is not a path inside one.`, 'Name a folder or a file of the repository without "." and "..".');
  }
  return kept.length === 0 ? null : kept.join('/');
}

/**
 * Takes the revision from the front of path segments. A revision is one segment (slashes in it are encoded), except
 * `refs/pr/N` and `refs/convert/NAME`, which people also write in the open.
 */
export function takeRevision(segments: readonly string[]): { readonly revision: string | undefined; readonly rest: readonly string[] } {
  const [first, second, third] = segments;
  if (first === 'refs' && third !== undefined && ((second === 'pr' && /^\d+$/.test(third)) || second === 'convert')) {
    return { revision: `refs/${second}/${third}`, rest: segments.slice(3) };
  }
  return { revision: first, rest: segments.slice(1) };
}

/** The canonical way to write a place on the Hub: read again, it gives the same repository, revision and path. */
export function formatHubReference(repo: string, revision: string | null, path: string | null): string {
  return `hf://${repo}${revision === null ? '' : `@${formatRevision(revision)}`}${path === null ? '' : `/${path}`}`;
}

/** A slash that `takeRevision` would take for the end of the revision is encoded. */
function formatRevision(revision: string): string {
  const isOpen = /^refs\/(?:pr\/\d+|convert\/[^/]+)$/.test(revision);
  return isOpen ? revision : revision.replaceAll('%', '%25').replaceAll('/', '%2F').replaceAll('#', '%23');
}

/**
 * Reads the Hub's address, with a slash at its end so that paths can be resolved against it.
 * @throws UsageError
 */
export function endpointUrl(endpoint: string): URL {
  if (URL.canParse(endpoint) && /^https?:/.test(endpoint)) return new URL(endpoint.replace(/[?#].*$/, '').replace(/\/*$/, '/'));
  throw new UsageError(`"${endpoint}" is not the address of a Hub.`, 'Set HF_ENDPOINT to an http or https address, or unset it for https://huggingface.co.');
}
