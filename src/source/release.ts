import * as v from 'valibot';
import { NotFoundError } from '../errors.ts';
import type { ReleaseReference } from '../reference/reference.ts';
import { bearer } from './http/token.ts';
import type { SourceOptions } from './context.ts';
import { noSuchFile } from './file.ts';
import { githubApi, githubError, githubJson, repositoryUrl, type GitHubApi, type Wanted } from './github-api.ts';
import type { HttpClient } from './http/client.ts';
import { rangeReader } from './http/range-reader.ts';
import type { Source, SourceFile } from './source.ts';
import { WEIGHTS } from './weights.ts';

const Release = v.object({ id: v.number(), tag_name: v.string() });
const Asset = v.object({
  id: v.number(), name: v.string(), size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** `sha256:…`, since 2025. */
  digest: v.nullish(v.string()),
});

/**
 * The assets of a release, or one of them; of one of weights also those beside it.
 * @throws NotFoundError | AccessError | UnreachableError | UsageError
 */
export async function openRelease(reference: ReleaseReference, options: SourceOptions, client: HttpClient): Promise<Source> {
  const api = githubApi(options, client, reference.repository, reference.text);
  const wanted = { what: reference.tag === null ? 'release' : `release "${reference.tag}"`, permission: '`contents: read`' };
  const { value: release } = await githubJson(api, repositoryUrl(api, reference.tag === null ? 'releases/latest' : `releases/tags/${encodeURIComponent(reference.tag)}`), Release, wanted);
  const assets = await listAssets(api, release.id, wanted);
  const named = reference.asset;
  if (named !== null && !assets.some((asset) => asset.name === named)) throw noAsset(named, release.tag_name, assets);
  // A file of weights is read with its shards and its config, and an index stands for the shards that it lists.
  const isAmong = named === null || WEIGHTS.test(named) || named.endsWith('.index.json');
  const kept = isAmong ? assets : assets.filter((asset) => asset.name === named);
  const byName = new Map(kept.map((asset) => [asset.name, asset]));
  options.onProgress?.({ kind: 'resolved', reference: reference.text, revision: null, files: kept.length });
  return {
    reference: reference.text, revision: null, isLocal: false, ...(named !== null && WEIGHTS.test(named) ? { named } : {}),
    files: kept.map(toFile).sort((a, b) => (a.path < b.path ? -1 : 1)),
    async open(path) {
      const asset = byName.get(path);
      if (asset === undefined) throw noSuchFile(path, reference.text);
      const url = repositoryUrl(api, `releases/assets/${asset.id}`);
      return rangeReader({
        client, size: asset.size, what: path,
        request: async () => ({ url, headers: { accept: 'application/octet-stream' }, authorization: bearer(api.access.token) }),
        refusal: async (answer) => await githubError(answer, api, { ...wanted, what: `asset "${path}"` }),
        onBytes: (bytes) => options.onProgress?.({ kind: 'bytes', path, bytes }),
      });
    },
  };
}

async function listAssets(api: GitHubApi, release: number, wanted: Wanted): Promise<v.InferOutput<typeof Asset>[]> {
  const assets: v.InferOutput<typeof Asset>[] = [];
  let url: URL | null = repositoryUrl(api, `releases/${release}/assets?per_page=100`);
  // GitHub allows 1,000 assets: more pages than that are not its own.
  for (let page = 0; url !== null && page < 10; page++) {
    const found: { value: v.InferOutput<typeof Asset>[]; next: URL | null } = await githubJson(api, url, v.array(Asset), wanted);
    assets.push(...found.value);
    url = found.next;
  }
  return assets;
}

function toFile({ name, size, digest }: v.InferOutput<typeof Asset>): SourceFile {
  return { path: name, size, sha256: /^sha256:([0-9a-f]{64})$/.exec(digest ?? '')?.[1] ?? null };
}

function noAsset(name: string, tag: string, assets: readonly { readonly name: string }[]): NotFoundError {
  const names = assets.slice(0, 10).map((asset) => `"${asset.name}"`).join(', ');
  return new NotFoundError(`The release "${tag}" has no asset "${name}".`, assets.length === 0 ? 'Upload it; the release has no assets.' : `It has ${names}${assets.length > 10 ? ', …' : ''}.`);
}
