import type { ByteReader } from '../../bytes/reader.ts';
import { UnreachableError } from '../../errors.ts';
import type { HttpAnswer, HttpClient, HttpRequest } from './client.ts';
import { TransientError } from './retry.ts';

/**
 * The first read of a file fetches at least this much: about 97% of safetensors headers are shorter, so that one
 * request settles a shard (the Python client of the Hub reads as much).
 */
export const HEAD_BYTES = 100_000;
/** How much of a whole file is read past to get at a range, where a server does not answer ranges. */
const MAX_SKIPPED_BYTES = 64 * 1024 * 1024;

export interface RangeReaderOptions {
  readonly client: HttpClient;
  /** How the file is asked for; made anew for each request, so that it may carry what expires. */
  readonly request: () => Promise<HttpRequest>;
  /** Size of the file as the listing told it, in bytes. */
  readonly size: number;
  /** The file in words, for messages. */
  readonly what: string;
  /** Turns an answer that is neither 200 nor 206 into the error that says what to do. */
  readonly refusal: (answer: HttpAnswer) => Promise<Error>;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * A file on a server, read by ranges. Every answer is held against what was asked: status, `Content-Range` and length.
 * The beginning is read ahead (`HEAD_BYTES`) and kept, and nothing of it is asked for twice.
 */
export function rangeReader(options: RangeReaderOptions): ByteReader {
  const { size, what } = options;
  let head: Promise<Uint8Array> | null = null;
  let headEnd = 0;
  const direct = directAddress(options);
  const readHead = async (end: number): Promise<Uint8Array> => {
    if (head === null) {
      headEnd = Math.min(size, Math.max(end, HEAD_BYTES));
      head = direct(0, headEnd).catch((error: unknown) => {
        head = null;
        throw error;
      });
    }
    return await head;
  };
  return {
    size,
    async read(start, end) {
      if (start < 0 || end < start || end > size) throw new RangeError(`bytes ${start}-${end} asked of ${what}, which has ${size}`);
      if (start === end) return new Uint8Array(0);
      if (head === null && start > 0) return await direct(start, end);
      const known = await readHead(end);
      if (end <= headEnd) return known.subarray(start, end);
      if (start >= headEnd) return await direct(start, end);
      const rest = await direct(headEnd, end);
      return concat(known.subarray(start), rest);
    },
  };
}

/**
 * Reads ranges from where the redirects led last time, which spares the server that redirects (the Hub counts those
 * requests). Such addresses expire: then the way is gone again from its beginning.
 */
function directAddress(options: RangeReaderOptions): (start: number, end: number) => Promise<Uint8Array> {
  const { client } = options;
  let known: { readonly url: URL; readonly via: URL } | null = null;
  return async (start, end) => {
    const range = `bytes=${start}-${end - 1}`;
    if (known !== null) {
      const bytes = await client.send({ ...known, headers: { range } }, async (answer) =>
        answer.status >= 400 ? null : await takeRange(answer, options, start, end));
      if (bytes !== null) return bytes;
    }
    const request = await options.request();
    return await client.send({ ...request, headers: { ...request.headers, range } }, async (answer) => {
      const bytes = await takeRange(answer, options, start, end);
      known = answer.url.origin === request.url.origin ? null : { url: request.url, via: answer.url };
      return bytes;
    });
  };
}

async function takeRange(answer: HttpAnswer, options: RangeReaderOptions, start: number, end: number): Promise<Uint8Array> {
  const { size, what } = options;
  const encoding = answer.header('content-encoding') ?? 'identity';
  if (answer.status !== 200 && answer.status !== 206) throw answer.status === 416 ? changed(what, 'it is shorter now') : await options.refusal(answer);
  if (encoding !== 'identity') throw lie(answer, `sent ${what} with the encoding "${encoding}", which was not asked for`);
  if (answer.status === 206) {
    checkContentRange(answer, options, start, end);
    return await takeBytes(answer, options, 0, end - start, end - start);
  }
  const length = answer.header('content-length');
  if (length !== null && Number(length) !== size) throw changed(what, `${size} bytes were listed, ${length} are sent`);
  if (start > MAX_SKIPPED_BYTES) throw lie(answer, `does not answer ranges, and ${what} is too large to be read to byte ${start}`);
  return await takeBytes(answer, options, start, end - start, size);
}

function checkContentRange(answer: HttpAnswer, { size, what }: RangeReaderOptions, start: number, end: number): void {
  const text = answer.header('content-range') ?? '';
  const found = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(text.trim());
  if (found === null) throw lie(answer, `answered a range of ${what} without saying which ("${text}")`);
  const [first, last, total] = [Number(found[1]), Number(found[2]), found[3]];
  if (total !== '*' && Number(total) !== size) throw changed(what, `${size} bytes were listed, of ${total} it sends a range`);
  if (first !== start || last !== end - 1) throw lie(answer, `was asked for bytes ${start}-${end - 1} of ${what} and sent ${first}-${last}`);
}

/** Takes `length` bytes after the first `skip`. The body may have `most` bytes and no more; what comes after those wanted is not waited for. */
async function takeBytes(answer: HttpAnswer, options: RangeReaderOptions, skip: number, length: number, most: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let seen = 0;
  for await (const chunk of answer.body) {
    if (seen + chunk.length > most) throw lie(answer, `sent more of ${options.what} than the ${most} bytes it was asked for`);
    const from = Math.max(0, skip - seen);
    if (from < chunk.length) {
      const at = Math.max(0, seen - skip);
      bytes.set(chunk.subarray(from, from + length - at), at);
    }
    seen += chunk.length;
    // A range must end by itself, so that a longer one is noticed; a whole file is left as soon as there is enough.
    if (seen >= skip + length && most > length) break;
  }
  if (seen < skip + length) throw new TransientError(`the connection ended after ${seen} of ${skip + length} bytes`, null);
  options.onBytes?.(seen);
  return bytes;
}

function changed(what: string, how: string): UnreachableError {
  return new UnreachableError(`${what} is not what was listed: ${how}.`, 'It may have been replaced while the check ran; run the check again.');
}

function lie(answer: HttpAnswer, what: string): UnreachableError {
  return new UnreachableError(`${answer.url.host} ${what}.`, 'Check the endpoint and any proxy in between: ranges of files must be answered as HTTP says.');
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
