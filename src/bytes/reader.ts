/**
 * The one I/O port of the parsers: something of known size from which ranges can be read.
 * Parsers stay synchronous and pure; a small asynchronous function beside each decides which bytes to fetch.
 */
export interface ByteReader {
  /** Size of the whole, in bytes. */
  readonly size: number;
  /**
   * Reads the bytes from `start` (inclusive) to `end` (exclusive).
   * @returns exactly `end - start` bytes
   * @throws UnreachableError when they cannot be had, RangeError when `end` exceeds `size`
   */
  read(start: number, end: number): Promise<Uint8Array>;
  /** Releases what the reader holds (a file handle, a connection). Reading afterwards is an error. */
  close?(): Promise<void>;
}

/** A ByteReader over bytes that are in memory already. */
export function memoryReader(bytes: Uint8Array): ByteReader {
  return {
    size: bytes.length,
    async read(start, end) {
      if (start < 0 || end < start || end > bytes.length) {
        throw new RangeError(`bytes ${start}-${end} asked of a reader of ${bytes.length}`);
      }
      return bytes.subarray(start, end);
    },
  };
}
