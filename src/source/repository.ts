import * as v from 'valibot';
import type { ByteReader } from '../bytes/reader.ts';
import { NotFoundError, UsageError } from '../errors.ts';
import type { RepositoryReference } from '../reference/reference.ts';
import type { SourceOptions } from './context.ts';
import { noSuchFile } from './file.ts';
import { githubApi, githubError, githubJson, repositoryUrl, type GitHubApi, type Wanted } from './github-api.ts';
import type { HttpClient } from './http/client.ts';
import { rangeReader } from './http/range-reader.ts';
import { bearer } from './http/token.ts';
import { withLfsObjects } from './lfs.ts';
import type { Source } from './source.ts';
import { WEIGHTS } from './weights.ts';

const Sha = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/));
const Commit = v.object({ sha: Sha, commit: v.object({ tree: v.object({ sha: Sha }) }) });
const Entry = v.object({
  path: v.pipe(v.string(), v.check((path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'))),
  mode: v.string(), type: v.string(), sha: Sha, size: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0),
});
type Entry = v.InferOutput<typeof Entry>;
const Tree = v.object({ tree: v.array(Entry), truncated: v.boolean() });
/** The mode of a symbolic link: its content is a path, and not that file. */
const LINK = '120000';

/**
 * A folder or a file of a GitHub repository at a commit, read through the REST interface: a pull request's head is
 * checked so without being checked out. Git LFS pointers are replaced by what they stand for.
 * @throws NotFoundError | AccessError | UnreachableError | UsageError
 */
export async function openRepository(reference: RepositoryReference, options: SourceOptions, client: HttpClient): Promise<Source> {
  const api = githubApi(options, client, reference.repository, reference.text);
  const wanted = { what: `revision "${reference.revision ?? 'HEAD'}"`, permission: '`contents: read`' };
  const { value: { sha, commit } } = await githubJson(api, repositoryUrl(api, `commits/${encodeURIComponent(reference.revision ?? 'HEAD')}?per_page=1`), Commit, wanted);
  const { found, named } = await list(api, commit.tree.sha, reference, wanted);
  const entries = found.filter((entry) => entry.type === 'blob' && entry.mode !== LINK);
  const known = new Map(entries.map((entry) => [entry.path, entry]));
  options.onProgress?.({ kind: 'resolved', reference: reference.text, revision: sha, files: entries.length });
  const source: Source = {
    reference: reference.text, revision: sha, isLocal: false, ...(named === undefined ? {} : { named }),
    files: entries.map(({ path, size }) => ({ path, size, sha256: null })).sort((a, b) => (a.path < b.path ? -1 : 1)),
    async open(path) {
      const entry = known.get(path);
      if (entry === undefined) throw noSuchFile(path, reference.text);
      return blobReader(api, entry, wanted, options);
    },
  };
  return await withLfsObjects(source, options, async () => client, reference.repository);
}

/** The files below the reference's path, or the one file that it is; of one of weights also those beside it. */
async function list(api: GitHubApi, root: string, { path, text }: RepositoryReference, wanted: Wanted): Promise<{ found: Entry[]; named?: string }> {
  // An index stands for the shards that it lists, which lie beside it.
  const steps = path === null ? [] : path.split('/').slice(0, path.endsWith('.index.json') ? -1 : undefined);
  let tree = root;
  for (const [i, name] of steps.entries()) {
    const level = (await readTree(api, tree, false, wanted)).tree;
    const entry = level.find((one) => one.path === name);
    if (entry === undefined || (entry.type !== 'tree' && i < steps.length - 1)) throw new NotFoundError(`${api.repository} has no "${steps.slice(0, i + 1).join('/')}" at that revision.`, 'Check the path and the revision.');
    if (entry.type !== 'tree') return WEIGHTS.test(name) ? { found: level, named: name } : { found: [entry] };
    tree = entry.sha;
  }
  const found = await readTree(api, tree, true, wanted);
  if (found.truncated) throw new UsageError(`"${text}" holds more files than GitHub lists at once.`, 'Name the folder of the checkpoint itself.');
  return { found: found.tree };
}

async function readTree(api: GitHubApi, sha: string, isRecursive: boolean, wanted: Wanted): Promise<v.InferOutput<typeof Tree>> {
  return (await githubJson(api, repositoryUrl(api, `git/trees/${sha}${isRecursive ? '?recursive=1' : ''}`), Tree, wanted)).value;
}

/** GitHub gives out the blob as a whole; it is left as soon as enough of it was read. */
function blobReader(api: GitHubApi, { path, sha, size }: Entry, wanted: Wanted, { onProgress }: SourceOptions): ByteReader {
  const url = repositoryUrl(api, `git/blobs/${sha}`);
  return rangeReader({
    client: api.client, size, what: path,
    request: async () => ({ url, headers: { accept: 'application/vnd.github.raw+json' }, authorization: bearer(api.access.token) }),
    refusal: async (answer) => await githubError(answer, api, { ...wanted, what: `file "${path}"` }),
    onBytes: (bytes) => onProgress?.({ kind: 'bytes', path, bytes }),
  });
}
