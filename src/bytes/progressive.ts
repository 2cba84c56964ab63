import type { ByteReader } from './reader.ts';

/**
 * Parses the beginning of a file whose length no field states: reads `first` bytes and doubles them, each byte once,
 * until `parse` has enough.
 * @param parse returns null where it needs more bytes; `isAll` says that there are no more, or no more are allowed
 * @param limit the most that is read
 */
export async function parseProgressively<T>(reader: ByteReader, first: number, limit: number, parse: (bytes: Uint8Array, isAll: boolean) => T | null): Promise<T> {
  const most = Math.min(reader.size, limit);
  let bytes = await reader.read(0, Math.min(first, most));
  for (;;) {
    const isAll = bytes.length >= most;
    const parsed = parse(bytes, isAll);
    if (parsed !== null) return parsed;
    if (isAll) throw new RangeError('the parser wants more than all');
    const longer = new Uint8Array(Math.min(2 * bytes.length, most));
    longer.set(bytes);
    longer.set(await reader.read(bytes.length, longer.length), bytes.length);
    bytes = longer;
  }
}
