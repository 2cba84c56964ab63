import * as v from 'valibot';
import type { ByteReader } from '../bytes/reader.ts';
import { NotFoundError } from '../errors.ts';
import type { SourceOptions } from './context.ts';
import { githubApi, githubError, type GitHubApi } from './github-api.ts';
import { readJson, serverText, strange } from './http/body.ts';
import type { HttpClient, HttpRequest } from './http/client.ts';
import { rangeReader } from './http/range-reader.ts';
import type { Source } from './source.ts';

/** A pointer is some 130 bytes; the specification allows no more than 1,024. */
const MAX_POINTER_BYTES = 1024;
/** Version, oid and a size of one digit. */
const MIN_POINTER_BYTES = 120;
/** Only weights are looked at: reading each small file of a remote repository would be a request for each. */
const WEIGHTS = /\.(safetensors|bin|pt|pth|ckpt|gguf)$/;
/** What GitHub takes in one batch. */
const BATCH_SIZE = 100;

/** What a Git LFS pointer stands for. */
export interface LfsObject {
  /** SHA-256 of the content, in hexadecimal. */
  readonly oid: string;
  /** Size of the content, in bytes. */
  readonly size: number;
}

const Download = v.object({ href: v.pipe(v.string(), v.url()), header: v.optional(v.record(v.string(), v.string()), {}) });
const BatchAnswer = v.object({
  objects: v.array(v.object({
    oid: v.string(),
    actions: v.nullish(v.object({ download: v.optional(Download) })),
    error: v.nullish(v.object({ code: v.number(), message: v.string() })),
  })),
});
type BatchObject = v.InferOutput<typeof BatchAnswer>['objects'][number];

/**
 * Reads the text of a Git LFS pointer (git-lfs `docs/spec.md`).
 * @returns null where it is none
 */
export function parsePointer(bytes: Uint8Array): LfsObject | null {
  if (bytes.length > MAX_POINTER_BYTES) return null;
  const text = Buffer.from(bytes).toString('latin1');
  const oid = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  const size = Number(/^size (\d{1,16})$/m.exec(text)?.[1] ?? Number.NaN);
  return text.startsWith('version https://git-lfs') && oid !== undefined && Number.isSafeInteger(size) ? { oid, size } : null;
}

/**
 * The same source with each Git LFS pointer replaced by what it stands for, read from the repository's LFS store: a
 * checkout without `lfs: true` holds pointers only. Where there are none, nothing is asked for.
 * @param repository whose store it is; null for the repository that the check runs in
 * @throws UsageError where pointers are there and the repository is not known
 */
export async function withLfsObjects(source: Source, options: SourceOptions, client: () => Promise<HttpClient>, repository: string | null = null): Promise<Source> {
  const pointers = await findPointers(source);
  if (pointers.size === 0) return source;
  const api = githubApi(options, await client(), repository, source.reference);
  const store = lfsStore(api, [...pointers.values()]);
  return {
    ...source, isLocal: false,
    files: source.files.map((file) => {
      const object = pointers.get(file.path);
      return object === undefined ? file : { path: file.path, size: object.size, sha256: object.oid };
    }),
    async open(path) {
      const object = pointers.get(path);
      if (object === undefined) return await source.open(path);
      return openObject(api, store, object, path, (bytes) => options.onProgress?.({ kind: 'bytes', path, bytes }));
    },
  };
}

async function findPointers(source: Source): Promise<Map<string, LfsObject>> {
  const candidates = source.files.filter(({ path, size }) => size >= MIN_POINTER_BYTES && size <= MAX_POINTER_BYTES && WEIGHTS.test(path));
  const found = await Promise.all(candidates.map(async ({ path }) => [path, await readPointer(source, path)] as const));
  return new Map(found.flatMap(([path, object]) => (object === null ? [] : [[path, object] as const])));
}

/** A file that cannot be read is left as it is: whoever needs it meets the error. */
async function readPointer(source: Source, path: string): Promise<LfsObject | null> {
  const reader = await source.open(path).catch(() => null);
  if (reader === null) return null;
  const bytes = await reader.read(0, reader.size).catch(() => null);
  await reader.close?.();
  return bytes === null ? null : parsePointer(bytes);
}

/** Where objects can be fetched. All are asked for in one go when the first is needed; an address that expired is asked for again. */
function lfsStore(api: GitHubApi, objects: readonly LfsObject[]): (object: LfsObject) => Promise<BatchObject> {
  let all: Promise<Map<string, BatchObject>> | null = null;
  const used = new Set<string>();
  return async (object) => {
    all ??= batch(api, objects);
    const found = used.has(object.oid) ? await batch(api, [object]) : await all;
    used.add(object.oid);
    return found.get(object.oid) ?? { oid: object.oid, actions: null, error: { code: 404, message: 'it was left out of the answer' } };
  };
}

function openObject(api: GitHubApi, store: (object: LfsObject) => Promise<BatchObject>, object: LfsObject, path: string, onBytes: (bytes: number) => void): ByteReader {
  const wanted = { what: `Git LFS object of "${path}"`, permission: '`contents: read`' };
  return rangeReader({
    client: api.client, size: object.size, what: path, onBytes,
    async request(): Promise<HttpRequest> {
      const { actions, error } = await store(object);
      const download = actions?.download;
      if (download === undefined) {
        throw new NotFoundError(`The Git LFS store of ${api.repository} does not give out "${path}": ${serverText(error?.message ?? null) ?? 'it gives no address'}.`, 'Push the object with git lfs push, and check that the LFS quota is not used up.');
      }
      const { authorization, ...headers } = Object.fromEntries(Object.entries(download.header).map(([name, value]) => [name.toLowerCase(), value]));
      return { url: batchUrl(api), via: new URL(download.href), headers, authorization: authorization ?? null };
    },
    refusal: async (answer) => await githubError(answer, api, wanted),
  });
}

function batchUrl({ access, repository }: GitHubApi): URL {
  return new URL(`${repository}.git/info/lfs/objects/batch`, access.serverUrl.replace(/\/*$/, '/'));
}

async function batch(api: GitHubApi, objects: readonly LfsObject[]): Promise<Map<string, BatchObject>> {
  const { token } = api.access;
  const authorization = token === null ? null : `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  const headers = { accept: 'application/vnd.git-lfs+json', 'content-type': 'application/vnd.git-lfs+json' };
  const found = new Map<string, BatchObject>();
  for (let start = 0; start < objects.length; start += BATCH_SIZE) {
    const body = JSON.stringify({ operation: 'download', transfers: ['basic'], hash_algo: 'sha256', objects: objects.slice(start, start + BATCH_SIZE) });
    const answer = await api.client.send({ url: batchUrl(api), method: 'POST', headers, body, authorization }, async (one) => {
      if (one.status !== 200) throw await githubError(one, api, { what: 'Git LFS store', permission: '`contents: read`' });
      const parsed = v.safeParse(BatchAnswer, await readJson(one));
      if (!parsed.success) throw strange(one, 'a batch of another form', parsed.issues);
      return parsed.output;
    });
    for (const object of answer.objects) found.set(object.oid, object);
  }
  return found;
}
