import { DTYPES } from './dtype.ts';
import { HeaderError } from './header-error.ts';
import { byteCount, count, quote } from './quote.ts';
import type { TensorColumns } from './tensor-table.ts';

const U64 = 2n ** 64n;

/**
 * Checks that a tensor's offsets span as many bytes as its shape and type take: in whole numbers of any size, with the
 * order of multiplication of the reference parser, which refuses what overflows 64 bits on the way.
 * @throws HeaderError size-overflow, sub-byte-misaligned, size-mismatch
 */
export function checkSize(name: string, dtype: number, dims: Float64Array, bytes: number): void {
  const { name: type, bits } = DTYPES[dtype] ?? { name: 'UNKNOWN', bits: 0 };
  const shape = `[${Array.from(dims).join(', ')}]`;
  let elements = 1n;
  let overflow = false;
  for (const dim of dims) {
    elements *= BigInt(dim);
    overflow ||= elements >= U64;
  }
  const needed = elements * BigInt(bits);
  if (overflow || needed >= U64) {
    throw new HeaderError('size-overflow', `Tensor ${quote(name)}: the size of shape ${shape} in ${type} exceeds 64 bits.`);
  }
  if (needed % 8n !== 0n) {
    throw new HeaderError('sub-byte-misaligned', `Tensor ${quote(name)}: shape ${shape} in ${type} takes ${count(needed)} bits, which do not fill whole bytes.`);
  }
  if (needed / 8n !== BigInt(bytes)) {
    throw new HeaderError('size-mismatch', `Tensor ${quote(name)}: shape ${shape} in ${type} takes ${byteCount(needed / 8n)}, but its data_offsets span ${byteCount(bytes)}.`);
  }
}

/**
 * Checks that the tensors, sorted by offset, fill the data section from its first byte without hole or overlap.
 * @returns where the last tensor ends
 * @throws HeaderError hole, overlap
 */
export function checkLayout(columns: TensorColumns): number {
  const { begins, ends } = columns;
  let expected = 0;
  for (let row = 0; row < begins.length; row++) {
    if (begins[row] !== expected) return isTiled(begins, ends) ? lastOf(ends) : explainLayout(columns);
    expected = ends[row] ?? 0;
  }
  return expected;
}

function lastOf(values: Float64Array): number {
  return values.reduce((last, value) => Math.max(last, value), 0);
}

/**
 * Whether the tensors tile the data section, whatever order the header lists them in. Two sorts of plain numbers are
 * several times faster than sorting rows with a comparison: begins and ends, each sorted, mesh exactly when every
 * byte is covered once. Empty tensors cover nothing and must lie where one tensor meets the next.
 */
function isTiled(begins: Float64Array, ends: Float64Array): boolean {
  const filled = (_: number, row: number): boolean => begins[row] !== ends[row];
  const starts = begins.filter(filled).sort();
  const stops = ends.filter(filled).sort();
  const borders = new Set<number>([0]);
  let expected = 0;
  for (let i = 0; i < starts.length; i++) {
    if (starts[i] !== expected) return false;
    expected = stops[i] ?? 0;
  }
  if (starts.length === begins.length) return true;
  for (const stop of stops) borders.add(stop);
  return begins.every((begin, row) => begin !== ends[row] || borders.has(begin));
}

/** Finds the first tensor that does not begin where the last one ended, in the order of the reference parser. */
function explainLayout({ names, begins, ends }: TensorColumns): number {
  const order = Uint32Array.from(begins.keys()).sort((a, b) => (begins[a] ?? 0) - (begins[b] ?? 0) || (ends[a] ?? 0) - (ends[b] ?? 0));
  let expected = 0;
  let previous: string | undefined;
  for (const row of order) {
    const begin = begins[row] ?? 0;
    if (begin !== expected) throw layoutError(names[row] ?? '', begin, previous, expected);
    expected = ends[row] ?? 0;
    previous = names[row];
  }
  return expected;
}

function layoutError(name: string, begin: number, previous: string | undefined, expected: number): HeaderError {
  const before = previous === undefined ? 'the data section begins at byte 0' : `${quote(previous)} before it ends at byte ${count(expected)}`;
  if (begin < expected) {
    return new HeaderError('overlap', `Tensor ${quote(name)} begins at byte ${count(begin)} of the data, but ${before}: they share ${byteCount(expected - begin)}.`);
  }
  return new HeaderError('hole', `Tensor ${quote(name)} begins at byte ${count(begin)} of the data, but ${before}: ${byteCount(begin - expected)} between belong to no tensor.`);
}
