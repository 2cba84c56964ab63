import * as v from 'valibot';
import type { ByteReader } from '../bytes/reader.ts';
import { openZip, ZipError, type ZipEntry } from '../bytes/zip.ts';
import { MalformedError, NotFoundError, UsageError } from '../errors.ts';
import type { ArtifactReference } from '../reference/reference.ts';
import { bearer } from './http/token.ts';
import type { SourceOptions } from './context.ts';
import { noSuchFile } from './file.ts';
import { githubApi, githubError, githubJson, repositoryUrl, type GitHubApi } from './github-api.ts';
import type { HttpClient } from './http/client.ts';
import { rangeReader } from './http/range-reader.ts';
import type { Source } from './source.ts';
import { memberReader } from './zip-member.ts';

/** An archive's directory has some 100 bytes a file. */
const MAX_DIRECTORY_BYTES = 8 * 1024 * 1024;
const PERMISSION = '`actions: read`';

const Artifact = v.object({
  id: v.number(), name: v.string(), size_in_bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0)), expired: v.boolean(), created_at: v.nullish(v.string(), ''),
  workflow_run: v.nullish(v.object({ head_sha: v.nullish(v.string(), null) })),
});
type Artifact = v.InferOutput<typeof Artifact>;

/**
 * The files of a workflow's artifact, read from its zip archive by ranges. An artifact that was uploaded with
 * `archive: false` is the one file itself.
 * @throws NotFoundError | AccessError | UnreachableError | UsageError | MalformedError
 */
export async function openArtifact(reference: ArtifactReference, options: SourceOptions, client: HttpClient): Promise<Source> {
  const api = githubApi(options, client, reference.repository, reference.text);
  const artifact = await find(api, reference);
  const archive = artifactReader(api, artifact, options);
  const members = await listMembers(archive, artifact);
  const files = members === null
    ? [{ path: artifact.name, size: archive.size, sha256: null }]
    : [...members.values()].map(({ name, size }) => ({ path: name, size, sha256: null }));
  options.onProgress?.({ kind: 'resolved', reference: reference.text, revision: artifact.workflow_run?.head_sha ?? null, files: files.length });
  return {
    reference: reference.text, revision: artifact.workflow_run?.head_sha ?? null, isLocal: false,
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    async open(path) {
      if (members === null && path === artifact.name) return archive;
      const entry = members?.get(path);
      if (entry === undefined) throw noSuchFile(path, reference.text);
      return memberReader(archive, entry);
    },
  };
}

/** The newest artifact of that name that has not expired. */
async function find(api: GitHubApi, { name, runId }: ArtifactReference): Promise<Artifact> {
  const place = runId === null ? 'actions/artifacts' : `actions/runs/${runId}/artifacts`;
  const what = `artifact "${name}"${runId === null ? '' : ` of run ${runId}`}`;
  const url = repositoryUrl(api, `${place}?name=${encodeURIComponent(name)}&per_page=100`);
  const { value } = await githubJson(api, url, v.object({ artifacts: v.array(Artifact) }), { what, permission: PERMISSION });
  const named = value.artifacts.filter((artifact) => artifact.name === name).sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
  const found = named.find((artifact) => !artifact.expired);
  if (found !== undefined) return found;
  if (named.length > 0) throw new NotFoundError(`The ${what} has expired.`, 'Upload it again, or keep artifacts longer (retention-days).');
  throw new NotFoundError(`${api.repository} has no ${what}.`, `Check the name; the job that uploads it must have ended, and the token must have ${PERMISSION}.`);
}

function artifactReader(api: GitHubApi, artifact: Artifact, options: SourceOptions): ByteReader {
  const url = repositoryUrl(api, `actions/artifacts/${artifact.id}/zip`);
  return rememberTail(rangeReader({
    client: api.client, size: artifact.size_in_bytes, what: `artifact "${artifact.name}"`,
    request: async () => ({ url, headers: { accept: 'application/vnd.github+json' }, authorization: bearer(api.access.token) }),
    refusal: async (answer) => await githubError(answer, api, { what: `artifact "${artifact.name}"`, permission: PERMISSION }),
    onBytes: (bytes) => options.onProgress?.({ kind: 'bytes', path: artifact.name, bytes }),
  }));
}

/** @returns the files by name; null where the artifact is no archive but one file */
async function listMembers(archive: ByteReader, artifact: Artifact): Promise<Map<string, ZipEntry> | null> {
  const entries = await openZip(archive, MAX_DIRECTORY_BYTES).then((zip) => zip.entries, async (error: unknown) => {
    if (!(error instanceof ZipError)) throw error;
    const magic = archive.size < 2 ? '' : Buffer.from(await archive.read(0, 2)).toString('latin1');
    if (magic !== 'PK') return null;
    throw new MalformedError(`The archive of the artifact "${artifact.name}" is damaged: ${error.message}.`, 'Upload it again.', { cause: error });
  });
  if (entries === null || isTorchFile(artifact.name, entries)) return null;
  const files = entries.filter(({ name }) => !name.endsWith('/'));
  const unsafe = files.find(({ name }) => name.startsWith('/') || /[\\\u0000-\u001f]/.test(name) || name.split('/').includes('..'));
  if (unsafe !== undefined) throw new UsageError(`The artifact "${artifact.name}" holds a file named ${JSON.stringify(unsafe.name)}, which leads out of it.`, 'Upload it with actions/upload-artifact.');
  return new Map(files.map((entry) => [entry.name, entry]));
}

/** PyTorch's own files are zip archives too: one that was uploaded with `archive: false` is not to be taken apart. */
function isTorchFile(name: string, entries: readonly ZipEntry[]): boolean {
  return /\.(pt|pth|bin|ckpt)$/.test(name) && entries.some((entry) => /^[^/]+\/data\.pkl$/.test(entry.name));
}

/** Keeps the first range that is read up to the end, which holds an archive's directory, and with small archives all of it. */
function rememberTail(reader: ByteReader): ByteReader {
  let tail: { readonly start: number; readonly bytes: Uint8Array } | null = null;
  return {
    size: reader.size,
    async read(start, end) {
      if (tail !== null && start >= tail.start && end <= reader.size) return tail.bytes.subarray(start - tail.start, end - tail.start);
      const bytes = await reader.read(start, end);
      if (tail === null && end === reader.size) tail = { start, bytes };
      return bytes;
    },
  };
}
