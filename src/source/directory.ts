import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { AccessError, UsageError } from '../errors.ts';
import { localError, noSuchFile, openLocalFile } from './file.ts';
import type { Source, SourceFile } from './source.ts';

/**
 * How many levels of folders below the named one are listed. Diffusers pipelines, sentence-transformers and
 * `original/` need one; a second is for `checkpoint-500/unet/`.
 */
const MAX_DEPTH = 2;
/** Files that are listed at most. The largest known checkpoints have under 1,000; a whole home directory has more than this. */
const MAX_FILES = 20_000;
/** Folders that hold no part of a checkpoint and may hold very many files. */
const SKIPPED_FOLDERS = new Set(['node_modules', '__pycache__']);

interface Listed extends SourceFile {
  /** Where it really lies; null where that is out of bounds. */
  readonly real: string | null;
}

/**
 * A directory on this machine: its own files and those of its folders, `MAX_DEPTH` levels down.
 * @param path absolute
 * @param levels folders below that are listed, level by level
 * @param followLinks whether links may lead out of the directory; where not, such files are listed and refuse to open
 * @throws UsageError for a directory with too many files, NotFoundError, AccessError
 */
export async function directorySource(reference: string, path: string, followLinks: boolean, levels = MAX_DEPTH): Promise<Source> {
  const root = await realpath(path).catch((cause: unknown) => {
    throw localError(path, cause);
  });
  const listed = await list(path, followLinks ? null : boundary(root), levels);
  const places = new Map(listed.map((file) => [file.path, file.real]));
  return {
    reference, revision: null, isLocal: true,
    files: listed.map(({ path: inner, size, sha256 }) => ({ path: inner, size, sha256 })),
    async open(wanted) {
      const real = places.get(wanted);
      if (real === undefined) throw noSuchFile(wanted, reference);
      if (real === null) {
        throw new AccessError(`"${wanted}" in ${reference} is a link that leads out of the directory.`, 'Put the file itself there, or name the directory that holds it.');
      }
      return await openLocalFile(real);
    },
  };
}

/**
 * The directory that links must not leave. In the cache of huggingface_hub every file is a link from
 * `models--org--name/snapshots/<commit>/` into `models--org--name/blobs/`: there the bound is the repository's folder.
 */
function boundary(root: string): string {
  const cached = /^(.*[\\/]models--[^\\/]+)[\\/]snapshots[\\/][^\\/]+/.exec(root);
  return cached?.[1] ?? root;
}

/** Level by level, so that the limit is met by what lies deepest. */
async function list(root: string, bound: string | null, levels: number): Promise<Listed[]> {
  const files: Listed[] = [];
  let folders = [''];
  for (let depth = 0; depth <= levels && folders.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of folders) {
      for (const entry of await entries(join(root, folder), depth)) {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        const found = await look(root, path, entry, bound);
        if (found === 'folder') next.push(path);
        else if (found !== null) files.push(found);
      }
      if (files.length > MAX_FILES) {
        throw new UsageError(`${root} and the folders in it hold more than ${MAX_FILES.toLocaleString('en-US')} files.`, 'Name the folder of the checkpoint itself.');
      }
    }
    folders = next;
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A folder below the named one that may not be read is left out; the named one itself must be readable. */
async function entries(folder: string, depth: number): Promise<Dirent[]> {
  return await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    if (depth > 0) return [];
    throw localError(folder, cause);
  });
}

/** Folders reached through a link are not listed: they may lead in a circle. */
async function look(root: string, path: string, entry: Dirent, bound: string | null): Promise<Listed | 'folder' | null> {
  const full = join(root, path);
  if (entry.isDirectory()) return entry.name.startsWith('.') || SKIPPED_FOLDERS.has(entry.name) ? null : 'folder';
  if (!entry.isFile() && !entry.isSymbolicLink()) return null;
  // What went away since it was listed, and links to nothing, are not there.
  const target = await stat(full).catch(() => null);
  if (target === null || !target.isFile()) return null;
  if (entry.isFile()) return { path, size: target.size, sha256: null, real: full };
  const real = await realpath(full).catch(() => full);
  const isInside = bound === null || isWithin(real, bound);
  return { path, size: target.size, sha256: null, real: isInside ? real : null };
}

/** Whether a real path lies in a real directory. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

