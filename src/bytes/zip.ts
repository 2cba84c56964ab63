import { inflateRawSync } from 'node:zlib';
import type { ByteReader } from './reader.ts';

/** One file of a zip archive, by the archive's directory. Sizes and offsets are bytes. */
export interface ZipEntry {
  readonly name: string;
  /** 0: stored as it is, 8: deflated. */
  readonly method: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly offset: number;
  /**
   * Where its data begin, as far as the directory tells, which has no length of the local header: counted back from
   * the next entry. Null where what is between leaves doubt.
   */
  readonly dataStart: number | null;
}

/** The directory of a zip archive and a way to read its files. */
export interface ZipArchive {
  readonly entries: readonly ZipEntry[];
  /**
   * Reads one file, which may be deflated.
   * @throws ZipError where it is larger than `limit`, damaged, or packed in another way
   */
  readonly read: (entry: ZipEntry, limit: number) => Promise<Uint8Array>;
}

/** The bytes are no zip archive, or not a sound one. */
export class ZipError extends Error {}

/** The end record, with the longest comment it may have: read first, it mostly brings the whole directory with it. */
const TAIL_BYTES = 22 + 65_535;
const SIGNATURE = { local: 0x04034b50, central: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 } as const;
/** Padding that a local header may have before its data: PyTorch aligns data to 64 bytes. */
const EXPECTED_PADDING = 128;

/**
 * Reads the directory of a zip archive: one read of the archive's end, and one more where the directory is longer.
 * @param maxDirectoryBytes a longer directory is refused before it is read
 * @throws ZipError, and what the reader throws
 */
export async function openZip(reader: ByteReader, maxDirectoryBytes: number): Promise<ZipArchive> {
  const source = await withTail(reader);
  const directory = await findDirectory(source);
  if (directory.size > maxDirectoryBytes) throw new ZipError(`its directory is said to take ${directory.size} bytes; ${maxDirectoryBytes} are allowed`);
  const view = viewOf(await source.read(directory.offset, directory.offset + directory.size));
  const entries = located(parseDirectory(view, directory.count), directory.offset);
  return { entries, read: (entry, limit) => readEntry(source, entry, limit) };
}

/** A reader that has the archive's end in memory and reads no byte of it again. */
async function withTail(reader: ByteReader): Promise<ByteReader> {
  const start = Math.max(0, reader.size - TAIL_BYTES);
  const tail = await reader.read(start, reader.size);
  return {
    size: reader.size,
    async read(from, to) {
      if (from >= start) return tail.subarray(from - start, to - start);
      if (to <= start) return await reader.read(from, to);
      const joined = new Uint8Array(to - from);
      joined.set(await reader.read(from, start));
      joined.set(tail.subarray(0, to - start), start - from);
      return joined;
    },
  };
}

interface DirectoryPlace {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

async function findDirectory(source: ByteReader): Promise<DirectoryPlace> {
  const start = Math.max(0, source.size - TAIL_BYTES);
  const tail = viewOf(await source.read(start, source.size));
  let at = tail.byteLength - 22;
  while (at >= 0 && tail.getUint32(at, true) !== SIGNATURE.end) at--;
  if (at < 0) throw new ZipError('it has no end record: the file was cut short, or is no zip archive');
  const count = tail.getUint16(at + 10, true);
  const size = tail.getUint32(at + 12, true);
  const offset = tail.getUint32(at + 16, true);
  const has64 = at >= 20 && tail.getUint32(at - 20, true) === SIGNATURE.locator64;
  const place = has64 ? await directory64(source, safe(tail.getBigUint64(at - 12, true))) : { offset, size, count };
  if (place.offset + place.size > start + at) throw new ZipError(`its directory should lie at bytes ${place.offset} to ${place.offset + place.size}, beyond its end record at ${start + at}`);
  return place;
}

/** The end record of archives beyond 4 GiB or 65,535 files. */
async function directory64(source: ByteReader, at: number): Promise<DirectoryPlace> {
  if (at + 56 > source.size) throw new ZipError(`its zip64 end record should begin at byte ${at}, beyond the file's end`);
  const view = viewOf(await source.read(at, at + 56));
  if (view.getUint32(0, true) !== SIGNATURE.end64) throw new ZipError(`it has no zip64 end record at byte ${at}`);
  return { count: safe(view.getBigUint64(32, true)), size: safe(view.getBigUint64(40, true)), offset: safe(view.getBigUint64(48, true)) };
}

type RawEntry = Omit<ZipEntry, 'dataStart'> & { readonly nameBytes: number; readonly descriptorBytes: number };

function parseDirectory(view: DataView, count: number): RawEntry[] {
  const entries: RawEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== SIGNATURE.central) throw new ZipError(`its directory should list ${count} files and breaks off after ${i}`);
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const next = at + 46 + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (next > view.byteLength) throw new ZipError(`its directory should list ${count} files and breaks off after ${i}`);
    entries.push(parseEntry(view, at, nameBytes, extraBytes));
    at = next;
  }
  return entries;
}

function parseEntry(view: DataView, at: number, nameBytes: number, extraBytes: number): RawEntry {
  const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameBytes));
  const wide = extra64(view, at + 46 + nameBytes, extraBytes);
  // A field that does not fit into 32 bits is all ones, and stands in the extra part, in this order.
  const field = (position: number): number => {
    const value = view.getUint32(position, true);
    return value === 0xffffffff ? (wide.shift() ?? value) : value;
  };
  const isWide = wide.length > 0;
  const size = field(at + 24);
  const compressedSize = field(at + 20);
  const offset = field(at + 42);
  const hasDescriptor = (view.getUint16(at + 8, true) & 8) !== 0;
  const descriptorBytes = hasDescriptor ? (isWide && size > 0xffffffff ? 24 : 16) : 0;
  return { name, method: view.getUint16(at + 10, true), compressedSize, size, offset, nameBytes, descriptorBytes };
}

/** The 64-bit numbers of a zip64 extra part. */
function extra64(view: DataView, start: number, length: number): number[] {
  let at = start;
  while (at + 4 <= start + length) {
    const size = view.getUint16(at + 2, true);
    const end = Math.min(at + 4 + size, start + length);
    if (view.getUint16(at, true) === 1) {
      const numbers: number[] = [];
      for (let i = at + 4; i + 8 <= end; i += 8) numbers.push(safe(view.getBigUint64(i, true)));
      return numbers;
    }
    at = end;
  }
  return [];
}

function located(raw: readonly RawEntry[], directoryOffset: number): ZipEntry[] {
  const offsets = raw.map((entry) => entry.offset).sort((a, b) => a - b);
  const next = new Map(offsets.map((offset, i) => [offset, offsets[i + 1] ?? directoryOffset]));
  return raw.map(({ nameBytes, descriptorBytes, ...entry }) => {
    const start = (next.get(entry.offset) ?? 0) - descriptorBytes - entry.compressedSize;
    const padding = start - (entry.offset + 30 + nameBytes);
    return { ...entry, dataStart: padding >= 0 && padding <= 0xffff ? start : null };
  });
}

async function readEntry(source: ByteReader, entry: ZipEntry, limit: number): Promise<Uint8Array> {
  const { name, offset, compressedSize, size, method } = entry;
  if (size > limit || compressedSize > limit) throw new ZipError(`"${name}" takes ${Math.max(size, compressedSize)} bytes; ${limit} are allowed`);
  if (offset + 30 > source.size) throw new ZipError(`"${name}" should begin at byte ${offset}, beyond the file's end`);
  const guess = offset + 30 + name.length + EXPECTED_PADDING + compressedSize;
  const bytes = await source.read(offset, Math.min(guess, source.size));
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== SIGNATURE.local) throw new ZipError(`"${name}" should begin at byte ${offset}, and something else is there`);
  const start = 30 + view.getUint16(26, true) + view.getUint16(28, true);
  const end = start + compressedSize;
  if (offset + end > source.size) throw new ZipError(`"${name}" should end at byte ${offset + end}, beyond the file's end`);
  const packed = end <= bytes.length ? bytes.subarray(start, end) : await source.read(offset + start, offset + end);
  return unpacked(packed, method, name, size);
}

function unpacked(packed: Uint8Array, method: number, name: string, size: number): Uint8Array {
  if (method === 0) return packed;
  if (method !== 8) throw new ZipError(`"${name}" is packed by method ${method}; only stored and deflated files can be read`);
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    throw new ZipError(`"${name}" cannot be unpacked`, { cause });
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipError(`it names byte ${value}, beyond any file`);
  return Number(value);
}
