import { UsageError } from '../errors.ts';
import { checkInnerPath, checkRepoId, checkRevision, formatHubReference, repoIdProblem, takeRevision } from './hub-id.ts';
import type { HubReference } from './reference.ts';

/** First path segments of huggingface.co that are pages of the site, not repositories. */
const SITE_PAGES = new Set([
  'api', 'blog', 'buckets', 'chat', 'changelog', 'collections', 'docs', 'enterprise', 'inference', 'join', 'kernels', 'languages', 'learn', 'login',
  'logout', 'metrics', 'models', 'new', 'notifications', 'organizations', 'papers', 'posts', 'pricing', 'search', 'settings', 'support', 'tasks', 'tools', 'welcome',
]);
/** Segments that follow the repository and are followed by a revision. */
const REVISION_PAGES = new Set(['tree', 'blob', 'resolve', 'raw', 'commit', 'commits', 'blame', 'edit', 'delete']);

/**
 * Reads what follows `hf://`: `org/name`, `org/name@rev`, `org/name@rev/folder`, legacy `gpt2`.
 * @throws UsageError
 */
export function parseHfUri(text: string): HubReference {
  const raw = text.slice(text.indexOf('://') + 3).replace(/[?#].*$/, '');
  const segments = raw.split('/').map((segment) => decode(segment, text));
  if (segments[0] === 'models') segments.shift();
  refuseOtherKinds(segments[0], text);
  if (segments.every((segment) => segment === '')) {
    throw new UsageError(`"${text}" names no repository.`, 'Write it as hf://org/name, with @revision and a folder after it if need be.');
  }
  const [first = '', second] = segments;
  // A legacy repository has no organisation: its name is followed by nothing or by its revision.
  const isLegacy = second === undefined || second === '' || first.includes('@');
  const owner = isLegacy ? '' : `${first}/`;
  const [name, revisionHead] = splitAt(isLegacy ? first : second);
  const tail = segments.slice(isLegacy ? 1 : 2);
  const { revision, rest } = revisionHead === null ? { revision: undefined, rest: tail } : takeRevision([revisionHead, ...tail]);
  return {
    kind: 'hub', text,
    repo: checkRepoId(owner + name, text),
    revision: revision === undefined ? null : checkRevision(revision, text),
    path: checkInnerPath(rest, text),
  };
}

/**
 * Reads the address of a page of the Hub, as people paste it.
 * @param pathname the path of the URL below the endpoint, still percent-encoded, without a leading slash
 * @throws UsageError
 */
export function parseHubPage(pathname: string, text: string): HubReference {
  const segments = pathname.split('/').filter((segment) => segment !== '').map((segment) => decode(segment, text));
  const [first, second] = segments;
  refuseOtherKinds(first, text);
  if (first === undefined || SITE_PAGES.has(first)) {
    throw new UsageError(`"${text}" is a page of the Hub, but not of a model.`, 'Give the address of the model\'s page, or write hf://org/name.');
  }
  const isLegacy = second === undefined || REVISION_PAGES.has(second) || second === 'discussions';
  const repo = checkRepoId(isLegacy ? first : `${first}/${second}`, text);
  const [page, ...after] = segments.slice(isLegacy ? 1 : 2);
  if (page === undefined) return { kind: 'hub', text, repo, revision: null, path: null };
  if (!REVISION_PAGES.has(page)) throw unknownPage(page, after, repo, text);
  const { revision, rest } = takeRevision(after);
  return {
    kind: 'hub', text, repo,
    revision: revision === undefined ? null : checkRevision(revision, text),
    // A page of a commit shows changes; what follows the hash there is no path. The history of a folder is one.
    path: page === 'commit' ? null : checkInnerPath(rest, text),
  };
}

/** The Hub reference that a bare text would be, or null: `org/name` and `org/name@rev`, nothing shorter (a single word is a directory's name). */
export function hubCandidate(text: string): string | null {
  const withoutSite = text.replace(/^(?:www\.)?(?:huggingface\.co|hf\.co)\//, '');
  const isSite = withoutSite !== text;
  const [id, revision] = splitAt(withoutSite);
  const isPossible = (isSite || id.includes('/')) && repoIdProblem(id) === null && revision !== '';
  return isPossible ? formatHubReference(id, revision, null) : null;
}

function splitAt(text: string): [string, string | null] {
  const at = text.indexOf('@');
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(segment: string, text: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new UsageError(`"${text}" has a broken percent-encoding in "${segment}".`, 'Copy the address again, or write hf://org/name@revision.', { cause });
  }
}

function refuseOtherKinds(first: string | undefined, text: string): void {
  if (first !== 'datasets' && first !== 'spaces') return;
  throw new UsageError(`"${text}" is a ${first === 'datasets' ? 'dataset' : 'space'}; Headcheck checks models.`, 'Name a model repository: hf://org/name.');
}

function unknownPage(page: string, after: readonly string[], repo: string, text: string): UsageError {
  const [number] = after;
  if (page === 'discussions' && number !== undefined && /^\d+$/.test(number)) {
    return new UsageError(`"${text}" is a discussion, which need not be a pull request.`, `If it is one, write ${formatHubReference(repo, `refs/pr/${number}`, null)}.`);
  }
  return new UsageError(`"${text}" is the page "${page}" of ${repo}, which shows no files.`, `Write ${formatHubReference(repo, null, null)}, with @revision after it if need be.`);
}
