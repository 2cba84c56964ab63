import { Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import type { ByteReader } from '../bytes/reader.ts';
import { MalformedError, UnreachableError } from '../errors.ts';

/** How much of a compressed file is unpacked at most: the longest header that safetensors allows, and some. */
const MAX_INFLATED_BYTES = 128 * 1024 * 1024;
/** Compressed bytes fetched at a time; heads are short, so the first window is small and each further one twice as long. */
const FIRST_WINDOW_BYTES = 65_536;
const LAST_WINDOW_BYTES = 1024 * 1024;

/**
 * The beginning of a deflated file. Deflate can only be read from its start, so what was unpacked is kept and a range
 * beyond `MAX_INFLATED_BYTES` is refused.
 * @param packed the deflated bytes and nothing else
 * @param size of the unpacked file, as the archive says
 */
export function inflatingReader(packed: ByteReader, size: number, what: string): ByteReader {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let unpacked: AsyncIterator<Uint8Array> | null = null;
  const fillTo = async (end: number): Promise<void> => {
    unpacked ??= unpack(packed)[Symbol.asyncIterator]();
    while (length < end) {
      const { value, done } = await unpacked.next().catch((cause: unknown) => {
        throw isZlibError(cause) ? broken(what, 'its compressed data is damaged', cause) : cause;
      });
      if (done === true) throw broken(what, `it unpacks to ${length} bytes and not to ${size}`, undefined);
      chunks.push(value);
      length += value.length;
      if (length > size) throw broken(what, `it unpacks to more than the ${size} bytes it should have`, undefined);
    }
  };
  let turn: Promise<void> = Promise.resolve();
  return {
    size,
    async read(start, end) {
      if (start < 0 || end < start || end > size) throw new RangeError(`bytes ${start}-${end} asked of ${what}, which has ${size}`);
      if (end > MAX_INFLATED_BYTES) {
        throw new UnreachableError(`${what} is compressed, and bytes ${start}-${end} lie too far inside to be unpacked.`, 'Upload it uncompressed (compression-level: 0 of actions/upload-artifact), which is faster too: weights hardly compress.');
      }
      turn = turn.catch(() => {}).then(async () => await fillTo(end));
      await turn;
      return slice(chunks, start, end);
    },
    close: async () => { await unpacked?.return?.(); await packed.close?.(); },
  };
}

function unpack(packed: ByteReader): AsyncIterable<Uint8Array> {
  const source = Readable.from(windows(packed), { objectMode: true, highWaterMark: 1 });
  const inflate = createInflateRaw({ chunkSize: FIRST_WINDOW_BYTES });
  source.on('error', (error) => inflate.destroy(error));
  inflate.on('close', () => source.destroy());
  return source.pipe(inflate);
}

async function* windows(packed: ByteReader): AsyncGenerator<Uint8Array> {
  let window = FIRST_WINDOW_BYTES;
  let start = 0;
  while (start < packed.size) {
    const end = Math.min(packed.size, start + window);
    yield await packed.read(start, end);
    start = end;
    window = Math.min(LAST_WINDOW_BYTES, window * 2);
  }
}

function slice(chunks: readonly Uint8Array[], start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(end - start);
  let at = 0;
  for (const chunk of chunks) {
    if (at >= end) break;
    if (at + chunk.length > start) bytes.set(chunk.subarray(Math.max(0, start - at), end - at), Math.max(0, at - start));
    at += chunk.length;
  }
  return bytes;
}

function isZlibError(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && cause.code.startsWith('Z_');
}

function broken(what: string, how: string, cause: unknown): MalformedError {
  return new MalformedError(`${what} cannot be unpacked: ${how}.`, 'Upload it again.', { cause });
}
