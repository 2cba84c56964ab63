import { isUtf8 } from 'node:buffer';
import type { ByteReader } from '../bytes/reader.ts';
import { HeaderError } from './header-error.ts';
import { scanHeader } from './header-scan.ts';
import { checkLayout } from './layout.ts';
import { FIRST_READ_BYTES, MAX_HEADER_BYTES } from './limits.ts';
import { byteCount, count } from './quote.ts';
import type { TensorColumns } from './tensor-table.ts';

/** Bytes of the length that every file begins with. */
const LENGTH_BYTES = 8;

/** Something that the format's description forbids and its reference parser lets pass. */
export interface HeaderWarning {
  readonly violation: 'leading-white-space';
  readonly message: string;
}

/** The head of a safetensors file. */
export interface SafetensorsHeader {
  readonly columns: TensorColumns;
  /** `__metadata__` (an object without a prototype), or null where there is none. */
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Bytes before the first tensor's data: 8 + the header's length. */
  readonly headerBytes: number;
  /** Size that the file should have: `headerBytes` + the end of the last tensor. */
  readonly expectedSize: number;
  /** Size that the file has. Smaller than `expectedSize`: it was cut short; larger: bytes that belong to no tensor follow. The loaders refuse both. */
  readonly actualSize: number;
  readonly warnings: readonly HeaderWarning[];
}

/**
 * Reads the length that a file begins with, and checks it before anything is allocated for it.
 * @param bytes the beginning of the file, 8 bytes at least where the file has them
 * @returns 8 + the header's length
 * @throws HeaderError file-too-small, header-too-large, header-beyond-file
 */
export function headerExtent(bytes: Uint8Array, fileSize: number): number {
  if (fileSize < LENGTH_BYTES) {
    throw new HeaderError('file-too-small', `The file has ${byteCount(fileSize)}; a safetensors file begins with a length of ${LENGTH_BYTES} bytes.`, { expectedSize: LENGTH_BYTES, actualSize: fileSize });
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw new HeaderError('header-too-large', `The header is said to be ${byteCount(length)} long; the format allows ${count(MAX_HEADER_BYTES)} at most.`);
  }
  const extent = LENGTH_BYTES + Number(length);
  if (extent > fileSize) {
    throw new HeaderError('header-beyond-file', `The header is said to be ${byteCount(length)} long and would end at byte ${count(extent)}; the file has ${byteCount(fileSize)}.`, { expectedSize: extent, actualSize: fileSize });
  }
  return extent;
}

/**
 * Parses the head of a safetensors file, by every rule that the reference parser (safetensors 0.8) enforces; besides,
 * no key may occur twice and no number may exceed 2^53 - 1. Only one rule is left to the caller: that `actualSize` is
 * `expectedSize`, since the head of a file that was cut short is still worth comparing.
 * Two spellings that the reference parser's JSON library happens to accept are refused, as no writer makes them: an
 * entry as an array `["F32", [1], [0, 4]]`, and a dtype as an object `{"F32": null}`.
 * @param bytes the file's beginning, at least to the end of its header
 * @throws HeaderError
 */
export function parseSafetensorsHeader(bytes: Uint8Array, { fileSize }: { readonly fileSize: number }): SafetensorsHeader {
  const headerBytes = headerExtent(bytes, fileSize);
  if (bytes.length < headerBytes) throw new RangeError(`${bytes.length} bytes of a header of ${headerBytes}`);
  const json = bytes.subarray(LENGTH_BYTES, headerBytes);
  if (!isUtf8(json)) {
    throw new HeaderError('header-not-utf8', `The header is not valid UTF-8: byte ${count(firstInvalidByte(json))} of it cannot be part of a character.`);
  }
  const { columns, metadata } = scanHeader(json);
  const expectedSize = headerBytes + checkLayout(columns);
  return { columns, metadata, headerBytes, expectedSize, actualSize: fileSize, warnings: warningsOf(json) };
}

/**
 * Reads the head of a safetensors file: one read of `FIRST_READ_BYTES` (or of the whole file, where it is smaller),
 * and one more for exactly the rest of the header where it is longer.
 * @throws HeaderError, and what the reader throws
 */
export async function readSafetensorsHeader(reader: ByteReader): Promise<SafetensorsHeader> {
  const fileSize = reader.size;
  const first = await reader.read(0, Math.min(fileSize, FIRST_READ_BYTES));
  const extent = headerExtent(first, fileSize);
  if (extent <= first.length) return parseSafetensorsHeader(first, { fileSize });
  const whole = new Uint8Array(extent);
  whole.set(first);
  whole.set(await reader.read(first.length, extent), first.length);
  return parseSafetensorsHeader(whole, { fileSize });
}

function warningsOf(json: Uint8Array): readonly HeaderWarning[] {
  const first = json.findIndex((byte) => byte === 0x7b);
  if (first <= 0) return [];
  return [{ violation: 'leading-white-space', message: `${byteCount(first)} of white space precede the header's opening brace; the format wants the brace first. Loaders accept it today.` }];
}

/** Where the first byte lies that is no valid UTF-8. */
function firstInvalidByte(bytes: Uint8Array): number {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  let offset = 0;
  let from = 0;
  for (let at = text.indexOf('\uFFFD'); at >= 0; at = text.indexOf('\uFFFD', from)) {
    offset += Buffer.byteLength(text.slice(from, at));
    // The replacement character itself, written in the file, is valid.
    if (!(bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd)) return offset;
    offset += 3;
    from = at + 1;
  }
  return offset;
}
