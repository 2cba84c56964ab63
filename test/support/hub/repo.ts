import { createHash } from 'node:crypto';
import { createReadStream, openSync, readdirSync, readSync, closeSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { Readable } from 'node:stream';

/** What a test says of a repository. */
export interface RepoOptions {
  /** Files of `main`: content, or an absolute path on disk. */
  readonly files?: Readonly<Record<string, string | Uint8Array | { readonly path: string }>>;
  /** Directory whose files are those of `main`; sparse files of many gigabytes are fine. */
  readonly directory?: string;
  /** Other revisions: branches, tags, `refs/pr/N`. */
  readonly revisions?: Readonly<Record<string, Omit<RepoOptions, 'revisions'>>>;
  /** Only `readers` know of it. */
  readonly private?: boolean;
  /** Anyone sees the listing, only `readers` the files. */
  readonly gated?: boolean;
  readonly disabled?: boolean;
  /** Tokens that may read it. */
  readonly readers?: readonly string[];
  /** It was renamed: answers with a redirect to this id. */
  readonly movedTo?: string;
}

export interface HubFile {
  readonly path: string;
  readonly size: number;
  /** Git object id. */
  readonly oid: string;
  /** Set for large files: their SHA-256. */
  readonly lfs: string | null;
  /** Streams bytes `start` to `end` (exclusive). */
  stream(start: number, end: number): Readable;
}

export interface Commit {
  readonly sha: string;
  readonly files: ReadonlyMap<string, HubFile>;
}

export interface Repo {
  readonly id: string;
  readonly options: RepoOptions;
  readonly commits: ReadonlyMap<string, Commit>;
}

/** Like the Hub's default `.gitattributes`: these are kept in Git LFS whatever their size. */
const LFS_NAMES = /\.(safetensors|bin|pt|pth|ckpt|gguf|onnx|h5|msgpack|zip)$/;
/** Files on disk above this are not hashed whole: a sparse file of 16 GB is told by its size and its beginning. */
const HASHED_BYTES = 8 * 1024 * 1024;

/** Builds a repository; revisions are known by name and by commit. */
export function buildRepo(id: string, options: RepoOptions): Repo {
  const commits = new Map<string, Commit>();
  for (const [name, revision] of Object.entries({ main: options, ...options.revisions })) {
    const files = new Map(listFiles(revision).map((file) => [file.path, file]));
    const sha = sha1([...files.values()].map((file) => `${file.path} ${file.oid}`).join('\n'));
    const commit = { sha, files };
    commits.set(name, commit);
    commits.set(sha, commit);
    if (name === 'main') commits.set('HEAD', commit);
  }
  return { id, options, commits };
}

function listFiles({ files = {}, directory }: Omit<RepoOptions, 'revisions'>): HubFile[] {
  const onDisk = directory === undefined ? [] : walk(directory).map((path) => diskFile(path, join(directory, path)));
  const given = Object.entries(files).map(([path, content]) =>
    typeof content === 'object' && 'path' in content ? diskFile(path, content.path) : memoryFile(path, Buffer.from(content)));
  return [...onDisk, ...given].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function walk(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.replace(/[\\/]*$/, '').length + 1).split(sep).join('/'));
}

function memoryFile(path: string, bytes: Buffer): HubFile {
  return {
    path, size: bytes.length, oid: sha1(bytes), lfs: LFS_NAMES.test(path) ? sha256(bytes) : null,
    stream: (start, end) => Readable.from(start === end ? [] : [bytes.subarray(start, end)]),
  };
}

function diskFile(path: string, place: string): HubFile {
  const { size } = statSync(place);
  const mark = Buffer.alloc(Math.min(size, HASHED_BYTES));
  const handle = openSync(place, 'r');
  readSync(handle, mark, 0, mark.length, 0);
  closeSync(handle);
  const content = size > HASHED_BYTES ? Buffer.concat([mark, Buffer.from(String(size))]) : mark;
  return {
    path, size, oid: sha1(content), lfs: LFS_NAMES.test(path) ? sha256(content) : null,
    stream: (start, end) => (start === end ? Readable.from([]) : createReadStream(place, { start, end: end - 1 })),
  };
}

function sha1(content: string | Uint8Array): string {
  return createHash('sha1').update(content).digest('hex');
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
