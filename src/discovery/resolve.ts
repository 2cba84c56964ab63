import { posix } from 'node:path';
import { UsageError } from '../errors.ts';
import { formatHubReference, revisionProblem } from '../reference/hub-id.ts';
import { parseReference } from '../reference/parse.ts';
import { checkpointOf, isSureWeights } from './checkpoint-files.ts';
import { folderOf } from './files.ts';
import { isPlaceholder, legacyRepository, repositoryOf } from './names.ts';
import type { HubReference } from '../reference/reference.ts';
import type { Candidate } from './candidate.ts';

export interface ResolveContext {
  /** The file that the candidate stands in; null for the body of a pull request. */
  readonly path: string | null;
  /** Checkpoints of the repository that the pull request changes, as paths from its root. */
  readonly changedCheckpoints: ReadonlySet<string>;
  readonly hubEndpoint: string;
}

const ADDRESS = /^(?:hf|https?):\/\//i;
/** Pages of a model that show its files, and so mean the model. A commit, a discussion or a blame is something to read. */
const FILE_PAGES = new Set(['tree', 'blob', 'resolve', 'raw']);
/** First parts of addresses that are pages of the site or its old documentation, beyond those that `reference/` knows. */
const OTHER_PAGES = new Set([
  'autotrain', 'brand', 'competitions', 'course', 'deep-rl-course', 'front', 'hardware', 'hub', 'inference-api', 'inference-endpoints', 'inference-playground', 'jobs', 'mcp', 'playground', 'privacy', 'security', 'shop', 'storage',
  'subscribe', 'terms-of-service', 'tokenizers', 'transformers', 'accelerate', 'diffusers', 'evaluate', 'optimum', 'robots.txt', 'sitemap.xml', 'landing', 'activity-feed', 'assets', 'avatars', 'sign-up', 'code-of-conduct', 'content-guidelines',
]);

/** Revisions and folders that people give. Git and the Hub allow more; what has quotes or brackets in it is a template or an attack. */
const PLAIN = /^[\w.+/-]{1,200}$/;

export interface Resolution {
  /** In its canonical form. */
  readonly reference: string;
  /** What it was made from, where that stands beside it: of the Hub, or a path from the repository's root that may be there. */
  readonly base: string | null;
  /** Paths from the repository's root that a loader takes the text for, where it has one of them: then it is no reference. */
  readonly unless: readonly string[];
}

/** The reference that a candidate is; null where it is none, or may well be none. */
export function resolveCandidate(written: Candidate, context: ResolveContext): Resolution | null {
  const candidate = withRevision(written);
  const text = candidate.text.trim();
  if (!isPlainRevision(candidate.revision) || !isPlainFolder(candidate.folder)) return null;
  const base = baseOf(candidate, context);
  if (ADDRESS.test(text)) return certain(fromAddress(text, candidate, context), base);
  if (candidate.kind === 'link') return null;
  const local = localCheckpoint(text, context);
  if (local !== null) return certain(local, base);
  if (/^[.~/]/.test(text)) return null;
  const repo = repositoryOf(text, candidate.isWeak);
  return repo === null ? null : { reference: formatHubReference(repo, candidate.revision, candidate.folder), base, unless: placesOf(text, context) };
}

function certain(reference: string | null, base: string | null): Resolution | null {
  return reference === null ? null : { reference, base, unless: [] };
}

function baseOf(candidate: Candidate, context: ResolveContext): string | null {
  const text = candidate.base?.trim() ?? '';
  if (ADDRESS.test(text)) return fromAddress(text, { ...candidate, revision: null, folder: null }, context);
  const path = posix.normalize(text).replace(/\/$/, '');
  return text === '' || !PLAIN.test(path) || /^(?:\/|\.\.(?:\/|$))/.test(path) ? null : path;
}

/** `org/name@revision`, as tools read it in configs. In a call, no library takes that for a revision. */
function withRevision(candidate: Candidate): Candidate {
  const match = candidate.kind === 'key' && candidate.revision === null ? /^([\w.-]+\/[\w.-]+)@(\S+)$/.exec(candidate.text.trim()) : null;
  return match === null ? candidate : { ...candidate, text: match[1] ?? '', revision: match[2] ?? null };
}

function fromAddress(text: string, candidate: Candidate, context: ResolveContext): string | null {
  const hub = parseHub(text, context.hubEndpoint);
  if (hub === null || isPlaceholder(hub.repo) || !isPlainRevision(hub.revision) || !isPlainFolder(hub.path)) return null;
  const repo = hub.repo.includes('/') ? hub.repo : legacyRepository(hub.repo);
  if (repo === null) return null;
  const isFile = hub.path !== null && /\.[A-Za-z]\w*$/.test(hub.path);
  if (isFile && !isSureWeights(hub.path ?? '')) return null;
  const path = hub.path !== null && isFile ? checkpointOf(hub.path) : hub.path;
  return formatHubReference(repo, hub.revision ?? candidate.revision, path === '.' ? null : (path ?? candidate.folder));
}

function parseHub(text: string, hubEndpoint: string): HubReference | null {
  try {
    const reference = parseReference(text, { directory: '/', hubEndpoint });
    if (reference.kind !== 'hub') return null;
    return isSitePage(text, reference.repo) ? null : reference;
  } catch (error) {
    // A page that is no model's, another host, a template: not a reference.
    if (error instanceof UsageError) return null;
    throw error;
  }
}

function isPlainRevision(revision: string | null): boolean {
  return revision === null || (PLAIN.test(revision) && revisionProblem(revision) === null);
}

function isPlainFolder(path: string | null): boolean {
  return path === null || (PLAIN.test(path) && !path.split('/').some((segment) => segment === '' || segment === '.' || segment === '..'));
}

function isSitePage(text: string, repo: string): boolean {
  // huggingface_hub reads hf://buckets/… as another kind of place, like hf://datasets/….
  if (/^hf:/i.test(text)) return /^(?:buckets|kernels)\//.test(repo);
  const segments = new URL(text).pathname.split('/').filter((segment) => segment !== '');
  if (OTHER_PAGES.has(segments[0] ?? '')) return true;
  const page = segments[repo.split('/').length];
  return page !== undefined && !FILE_PAGES.has(page);
}

/** A path to a checkpoint that the pull request changes. */
function localCheckpoint(text: string, context: ResolveContext): string | null {
  if (text.includes('\\') || text === '' || text === '.') return null;
  return placesOf(text, context).find((place) => context.changedCheckpoints.has(place)) ?? null;
}

/** Where `out/model` may lie: from the repository's root, or from the file's own folder. */
function placesOf(text: string, { path }: ResolveContext): readonly string[] {
  const folders = path === null ? ['.'] : ['.', folderOf(path)];
  return [...new Set(folders.map((folder) => posix.join(folder, text).replace(/\/$/, '')))];
}
