import type { ByteReader } from '../bytes/reader.ts';
import { NotFoundError } from '../errors.ts';
import type { Source } from './source.ts';

/** One file of a source that lies in memory. */
export interface MemoryFile {
  readonly path: string;
  /** Its first bytes. */
  readonly bytes: Uint8Array;
  /** Its size in bytes, where it is larger than `bytes`: what follows them reads as zeros, as in a sparse file. */
  readonly size?: number;
  readonly sha256?: string;
}

/**
 * A source whose files are in memory: the head of each, and nothing of its weights. A checkpoint of any size
 * is laid out this way without touching a disk.
 */
export function memorySource(reference: string, files: readonly MemoryFile[]): Source {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return {
    reference,
    revision: null,
    isLocal: true,
    files: files
      .map(({ path, bytes, size, sha256 }) => ({ path, size: size ?? bytes.length, sha256: sha256 ?? null }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    async open(path) {
      const file = byPath.get(path);
      if (file === undefined) {
        throw new NotFoundError(`there is no ${path} in ${reference}`, 'Name one of its files.');
      }
      return sparseReader(file.bytes, file.size ?? file.bytes.length);
    },
  };
}

/** Reads `head`, followed by zeros up to `size` bytes. */
export function sparseReader(head: Uint8Array, size: number): ByteReader {
  return {
    size,
    async read(start, end) {
      if (start < 0 || end < start || end > size) throw new RangeError(`bytes ${start}-${end} asked of a file of ${size}`);
      if (end <= head.length) return head.subarray(start, end);
      const bytes = new Uint8Array(end - start);
      if (start < head.length) bytes.set(head.subarray(start));
      return bytes;
    },
  };
}
