import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ByteReader } from '../bytes/reader.ts';
import { AccessError, NotFoundError, UnreachableError } from '../errors.ts';
import type { Source } from './source.ts';

/** A place that is one local file. */
export function fileSource(reference: string, path: string, size: number): Source {
  const name = basename(path);
  return {
    reference, revision: null, isLocal: true,
    files: [{ path: name, size, sha256: null }],
    async open(wanted) {
      if (wanted !== name) throw noSuchFile(wanted, reference);
      return await openLocalFile(path);
    },
  };
}

/** The error of every source for a path that is not among its files. */
export function noSuchFile(path: string, reference: string): NotFoundError {
  return new NotFoundError(`There is no file "${path}" in ${reference}.`, 'Check the name; it may have been removed while the check ran.');
}

/**
 * Opens a file on this machine. The caller closes the reader.
 * @throws NotFoundError | AccessError | UnreachableError
 */
export async function openLocalFile(path: string): Promise<ByteReader> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw localError(path, cause);
  });
  const { size } = await handle.stat();
  return {
    size,
    read: async (start, end) => await readRange(handle, path, size, start, end),
    close: async () => await handle.close(),
  };
}

async function readRange(handle: FileHandle, path: string, size: number, start: number, end: number): Promise<Uint8Array> {
  if (start < 0 || end < start || end > size) throw new RangeError(`bytes ${start}-${end} asked of ${path}, which has ${size}`);
  const bytes = new Uint8Array(end - start);
  let filled = 0;
  // One call may give less than was asked for: above 2 GiB, and on network file systems.
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled).catch((cause: unknown) => {
      throw localError(path, cause);
    });
    if (bytesRead === 0) throw new UnreachableError(`${path} became shorter while it was read: ${size} bytes were there, now ${start + filled}.`, 'Wait until nothing writes to it, and check again.');
    filled += bytesRead;
  }
  return bytes;
}

/** Turns an error of the file system into one that says what to do. */
export function localError(path: string, cause: unknown): NotFoundError | AccessError | UnreachableError {
  const code = errorCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') return new NotFoundError(`There is nothing at ${path}.`, 'Check the path; relative ones count from the directory that the check runs in.', { cause });
  if (code === 'EACCES' || code === 'EPERM') return new AccessError(`${path} may not be read.`, 'Give the account that runs the check permission to read it.', { cause });
  if (code === 'ELOOP') return new AccessError(`${path} is a link that leads in a circle.`, 'Replace the link by the file.', { cause });
  return new UnreachableError(`${path} could not be read (${code ?? 'unknown error'}).`, 'Check the disk, and try again.', { cause });
}

function errorCode(cause: unknown): string | null {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : null;
}
