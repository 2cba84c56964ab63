import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { AccessError, NotFoundError, UsageError } from '../errors.ts';
import type { PathReference, SnapshotReference } from '../reference/reference.ts';
import type { SourceOptions } from './context.ts';
import { directorySource, isWithin } from './directory.ts';
import { fileSource, localError, openLocalFile } from './file.ts';
import type { Source } from './source.ts';
import { WEIGHTS } from './weights.ts';

/** Files that people name when they mean the checkpoint around them. */
const BESIDE_WEIGHTS = /(?:\.index|[\\/](?:adapter_)?config)\.json$/;

/**
 * Opens a path on this machine: a directory, or one file with what lies beside it. An index or a config stands for the
 * weights beside it, so its directory is opened.
 * @throws NotFoundError | AccessError | UsageError
 */
export async function openLocal(reference: PathReference | SnapshotReference, options: SourceOptions): Promise<Source> {
  const { path, text } = reference;
  const followLinks = options.followLinks ?? false;
  const found = await stat(path).catch((cause: unknown) => {
    throw reference.kind === 'path' && reference.hubCandidate !== null ? maybeOnHub(reference, reference.hubCandidate, cause) : localError(path, cause);
  });
  if (!followLinks) await refuseLinkOut(path, options.directory, text);
  if (found.isDirectory()) return await directorySource(text, path, followLinks);
  if (!found.isFile()) throw new UsageError(`${path} is neither a file nor a directory.`, 'Name the checkpoint\'s directory, or one file of weights.');
  if (BESIDE_WEIGHTS.test(path)) return await directorySource(text, dirname(path), followLinks);
  return WEIGHTS.test(path) ? await besideSource(text, path, found.size, followLinks) : fileSource(text, path, found.size);
}

/** One file of weights, with the files beside it: its config may lie there, and the other shards. The file itself was named, wherever a link leads. */
async function besideSource(text: string, path: string, size: number, followLinks: boolean): Promise<Source> {
  const named = basename(path);
  const folder = await directorySource(text, dirname(path), followLinks, 0).catch(() => null);
  if (folder === null || !folder.files.some((file) => file.path === named)) return fileSource(text, path, size);
  return { ...folder, named, open: async (wanted) => (wanted === named ? await openLocalFile(path) : await folder.open(wanted)) };
}

function maybeOnHub(reference: PathReference, candidate: string, cause: unknown): NotFoundError {
  return new NotFoundError(`There is nothing at ${reference.path}.`, `Check the path, or, if the Hub's model is meant, write ${candidate}.`, { cause });
}

/** A path below the working directory must not be a link out of it: a stranger may have committed the link. */
async function refuseLinkOut(path: string, directory: string, text: string): Promise<void> {
  const root = await realpath(directory).catch(() => directory);
  if (!isWithin(path, directory) || isWithin(await realpath(path), root)) return;
  throw new AccessError(`"${text}" is a link that leads out of the repository.`, 'Name the place that it leads to by its own path.');
}
