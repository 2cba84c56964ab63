import type { ByteReader } from '../bytes/reader.ts';
import type { ZipEntry } from '../bytes/zip.ts';
import { MalformedError } from '../errors.ts';
import { HEAD_BYTES } from './http/range-reader.ts';
import { inflatingReader } from './inflate.ts';

const LOCAL_HEADER_BYTES = 30;
const LOCAL_SIGNATURE = 0x04034b50;
/** Room for the extra fields of a local header, whose length only the header itself tells. */
const EXTRA_BYTES = 128;

/**
 * One file of a remote zip archive. Its local header, which says where the data begin, comes with the first read.
 * @param archive the whole archive; stays open when the member is closed
 */
export function memberReader(archive: ByteReader, entry: ZipEntry): ByteReader {
  let opened: Promise<ByteReader> | null = null;
  return {
    size: entry.size,
    async read(start, end) {
      opened ??= openMember(archive, entry).catch((error: unknown) => {
        opened = null;
        throw error;
      });
      return await (await opened).read(start, end);
    },
    close: async () => await (await opened)?.close?.(),
  };
}

async function openMember(archive: ByteReader, entry: ZipEntry): Promise<ByteReader> {
  const { name, offset, compressedSize, size, method } = entry;
  const end = offset + LOCAL_HEADER_BYTES + Buffer.byteLength(name) + EXTRA_BYTES + Math.min(compressedSize, HEAD_BYTES);
  if (offset + LOCAL_HEADER_BYTES > archive.size) throw broken(name, `it should begin at byte ${offset}, beyond the archive's end`);
  const head = await archive.read(offset, Math.min(archive.size, end));
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (view.getUint32(0, true) !== LOCAL_SIGNATURE) throw broken(name, `it should begin at byte ${offset}, and something else is there`);
  if ((view.getUint16(6, true) & 1) !== 0) throw broken(name, 'it is encrypted');
  const skip = LOCAL_HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  const start = offset + skip;
  if (start + compressedSize > archive.size) throw broken(name, `it should end at byte ${start + compressedSize}, beyond the archive's end`);
  const packed = partOf(archive, start, compressedSize, head.subarray(skip));
  if (method === 8) return inflatingReader(packed, size, name);
  if (method !== 0) throw broken(name, `it is packed by method ${method}, and only stored and deflated files can be read`);
  if (size !== compressedSize) throw broken(name, `it is stored as it is, in ${compressedSize} bytes, and should have ${size}`);
  return packed;
}

/** The `size` bytes of a reader from `start` on, of which the first are known already and not read again. */
function partOf(reader: ByteReader, start: number, size: number, known: Uint8Array): ByteReader {
  return {
    size,
    async read(from, to) {
      if (from < 0 || to < from || to > size) throw new RangeError(`bytes ${from}-${to} asked of ${size}`);
      if (to <= known.length) return known.subarray(from, to);
      if (from >= known.length) return await reader.read(start + from, start + to);
      return Buffer.concat([known.subarray(from), await reader.read(start + known.length, start + to)]);
    },
  };
}

function broken(name: string, how: string): MalformedError {
  return new MalformedError(`"${name}" cannot be read from its archive: ${how}.`, 'Upload it again.');
}
