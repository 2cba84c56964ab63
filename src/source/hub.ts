import * as v from 'valibot';
import type { ByteReader } from '../bytes/reader.ts';
import { NotFoundError, UsageError } from '../errors.ts';
import { endpointUrl, repoIdProblem } from '../reference/hub-id.ts';
import type { HubReference } from '../reference/reference.ts';
import type { SourceOptions } from './context.ts';
import { noSuchFile } from './file.ts';
import { hubError, type HubQuery } from './hub-errors.ts';
import { nextPage, readJson, strange } from './http/body.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './http/client.ts';
import { rangeReader } from './http/range-reader.ts';
import { bearer, cleanToken } from './http/token.ts';
import type { Source, SourceFile } from './source.ts';
import { WEIGHTS } from './weights.ts';

/** Files that are listed at most: twenty pages of the Hub. The largest known checkpoints have under 1,000. */
const MAX_FILES = 20_000;

const RevisionAnswer = v.object({ sha: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)), id: v.optional(v.string()) });
const Size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const InnerPath = v.pipe(v.string(), v.check((path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')));
const TreeEntry = v.object({
  type: v.string(), path: InnerPath, size: v.optional(Size, 0),
  lfs: v.nullish(v.object({ oid: v.string(), size: Size })),
});
const TreeAnswer = v.array(TreeEntry);

/** A repository of the Hub at one commit. */
interface Place {
  readonly endpoint: URL;
  readonly token: string | null;
  readonly client: HttpClient;
  readonly repo: string;
  /** The revision as asked for, for messages; requests carry `commit`. */
  readonly revision: string;
  readonly commit: string;
}

/**
 * Opens a model repository: resolves its revision to a commit, then lists its files at that commit.
 * @throws NotFoundError | AccessError | UnreachableError | UsageError
 */
export async function openHub(reference: HubReference, options: SourceOptions, client: HttpClient): Promise<Source> {
  const place = await resolveRevision(reference, options, client);
  const { root, files, named } = await list(place, reference.path);
  const known = new Map(files.map((file) => [file.path, file]));
  options.onProgress?.({ kind: 'resolved', reference: reference.text, revision: place.commit, files: files.length });
  return {
    reference: reference.text, revision: place.commit, isLocal: false, ...(named === undefined ? {} : { named }),
    files: files.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
    async open(path) {
      const file = known.get(path);
      if (file === undefined) throw noSuchFile(path, reference.text);
      return openFile(place, root + path, file.size, options);
    },
  };
}

async function resolveRevision(reference: HubReference, { hub }: SourceOptions, client: HttpClient): Promise<Place> {
  const endpoint = endpointUrl(hub.endpoint);
  const revision = reference.revision ?? 'main';
  const asked = { endpoint, token: cleanToken(hub.token, 'HF_TOKEN'), client, repo: reference.repo, revision, commit: revision };
  // A whole commit hash is pinned already.
  if (/^[0-9a-f]{40}$/.test(revision)) return asked;
  const url = new URL(`api/models/${reference.repo}/revision/${encodeURIComponent(revision)}?expand=sha`, endpoint);
  return await ask(asked, { url }, null, async (answer) => {
    const parsed = v.safeParse(RevisionAnswer, await readJson(answer));
    if (!parsed.success) throw strange(answer, 'no commit', parsed.issues);
    const { id, sha } = parsed.output;
    // A renamed repository answers with its new name: asking for that one spares a redirect for each file.
    return { ...asked, repo: id !== undefined && repoIdProblem(id) === null ? id : reference.repo, commit: sha };
  });
}

/** The files under `path`, or the one file that it is; of one of weights also those beside it. Paths are given from `root` on. */
async function list(place: Place, path: string | null): Promise<{ root: string; files: SourceFile[]; named?: string }> {
  // An index stands for the shards that it lists, which lie beside it.
  const folder = path?.endsWith('.index.json') === true ? path.replace(/\/?[^/]*$/, '') : path ?? '';
  if (folder === '') return { root: '', files: await listTree(place, '') };
  if (folder !== path) return { root: `${folder}/`, files: await listTree(place, folder) };
  if (WEIGHTS.test(folder)) {
    const slash = folder.lastIndexOf('/');
    const named = folder.slice(slash + 1);
    const files = await listTree(place, folder.slice(0, Math.max(slash, 0)), false);
    if (files.some((file) => file.path === named)) return { root: folder.slice(0, slash + 1), files, named };
  }
  const entry = await pathInfo(place, folder);
  if (entry.type === 'directory') return { root: `${folder}/`, files: await listTree(place, folder) };
  const slash = folder.lastIndexOf('/') + 1;
  return { root: folder.slice(0, slash), files: [toFile(entry, folder.slice(0, slash))] };
}

async function pathInfo(place: Place, path: string): Promise<v.InferOutput<typeof TreeEntry>> {
  const url = new URL(`api/models/${place.repo}/paths-info/${place.commit}`, place.endpoint);
  const body = JSON.stringify({ paths: [path], expand: false });
  const entries = await ask(place, { url, method: 'POST', body, headers: { 'content-type': 'application/json' } }, path, readTree);
  const [entry] = entries;
  if (entry !== undefined && entry.path === path) return entry;
  throw new NotFoundError(`${place.repo} has no "${path}" at ${place.revision}.`, `Look up its files at ${new URL(place.repo, place.endpoint).href}/tree/main.`);
}

async function listTree(place: Place, folder: string, recursive = true): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  const root = folder === '' ? '' : `${folder}/`;
  const inner = root.split('/').map(encodeURIComponent).join('/').replace(/\/$/, '');
  let url: URL | null = new URL(`api/models/${place.repo}/tree/${place.commit}${inner === '' ? '' : `/${inner}`}?recursive=${recursive}`, place.endpoint);
  while (url !== null) {
    const page: { entries: v.InferOutput<typeof TreeAnswer>; next: URL | null } = await ask(place, { url }, folder === '' ? null : folder, async (answer) => ({ entries: await readTree(answer), next: nextPage(answer) }));
    for (const entry of page.entries) if (entry.type === 'file' && entry.path.startsWith(root)) files.push(toFile(entry, root));
    if (files.length > MAX_FILES) throw new UsageError(`${place.repo} has more than ${MAX_FILES.toLocaleString('en-US')} files.`, 'Name the folder of the checkpoint: hf://org/name@revision/folder.');
    url = page.entries.length === 0 ? null : page.next;
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function readTree(answer: HttpAnswer): Promise<v.InferOutput<typeof TreeAnswer>> {
  const parsed = v.safeParse(TreeAnswer, await readJson(answer));
  if (!parsed.success) throw strange(answer, 'a listing of another form', parsed.issues);
  return parsed.output;
}

function toFile(entry: v.InferOutput<typeof TreeEntry>, root: string): SourceFile {
  const oid = entry.lfs?.oid ?? '';
  return { path: entry.path.slice(root.length), size: entry.lfs?.size ?? entry.size, sha256: /^[0-9a-f]{64}$/.test(oid) ? oid : null };
}

function openFile(place: Place, path: string, size: number, { onProgress }: SourceOptions): ByteReader {
  const url = new URL(`${place.repo}/resolve/${place.commit}/${path.split('/').map(encodeURIComponent).join('/')}`, place.endpoint);
  return rangeReader({
    client: place.client, size, what: `${place.repo}/${path}`,
    request: async () => ({ url, authorization: bearer(place.token) }),
    refusal: async (answer) => hubError(answer, queryOf(place, path)),
    onBytes: (bytes) => onProgress?.({ kind: 'bytes', path, bytes }),
  });
}

/** Asks the endpoint. The token goes along only where the address is the endpoint's own: a page's `Link` may lead elsewhere. */
async function ask<T>(place: Place, request: HttpRequest, path: string | null, take: (answer: HttpAnswer) => Promise<T>): Promise<T> {
  const authorization = request.url.origin === place.endpoint.origin ? bearer(place.token) : null;
  return await place.client.send({ ...request, headers: { accept: 'application/json', ...request.headers }, authorization }, async (answer) => {
    if (answer.status !== 200) throw hubError(answer, queryOf(place, path));
    return await take(answer);
  });
}

function queryOf(place: Place, path: string | null): HubQuery {
  return { endpoint: place.endpoint, repo: place.repo, revision: place.revision, path, hasToken: place.token !== null };
}
