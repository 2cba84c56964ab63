import { parseProgressively } from '../bytes/progressive.ts';
import type { ByteReader } from '../bytes/reader.ts';
import { ColumnBuilder } from './column-builder.ts';
import { DTYPES, dtypeCode } from './dtype.ts';
import { GgufCursor, NeedMoreBytes, type GgufValue } from './gguf-cursor.ts';
import { HeaderError } from './header-error.ts';
import { MAX_PROGRESSIVE_BYTES, MAX_TENSORS, PROGRESSIVE_READ_BYTES } from './limits.ts';
import { byteCount, count, quote } from './quote.ts';
import type { TensorColumns } from './tensor-table.ts';

/** The head of a GGUF file. */
export interface GgufHeader {
  readonly version: number;
  /** Shapes are outermost dimension first, unlike in the file. Offsets are from `headerBytes`. */
  readonly columns: TensorColumns;
  /** Keys and values (`general.architecture`, `llama.block_count`, …); of arrays only the length. */
  readonly fields: ReadonlyMap<string, GgufValue>;
  /** Bytes before the first tensor's data, padding included. */
  readonly headerBytes: number;
  /** Where the last tensor ends: a smaller file was cut short. Padding may follow. */
  readonly minimumSize: number;
  readonly actualSize: number;
}

const MAGIC = 'GGUF';
const DEFAULT_ALIGNMENT = 32;
/** ggml allows so many (`GGML_MAX_DIMS`). */
const MAX_DIMENSIONS = 4;
/** A tensor's entry takes so many bytes at least: name, dimensions, type, offset. */
const SHORTEST_ENTRY = 24;

/** ggml's types under their numbers (`ggml_type`); numbers that are absent were withdrawn. */
const GGML_TYPES: ReadonlyMap<number, string> = new Map([
  [0, 'F32'], [1, 'F16'], [2, 'Q4_0'], [3, 'Q4_1'], [6, 'Q5_0'], [7, 'Q5_1'], [8, 'Q8_0'], [9, 'Q8_1'], [10, 'Q2_K'], [11, 'Q3_K'], [12, 'Q4_K'],
  [13, 'Q5_K'], [14, 'Q6_K'], [15, 'Q8_K'], [16, 'IQ2_XXS'], [17, 'IQ2_XS'], [18, 'IQ3_XXS'], [19, 'IQ1_S'], [20, 'IQ4_NL'], [21, 'IQ3_S'],
  [22, 'IQ2_S'], [23, 'IQ4_XS'], [24, 'I8'], [25, 'I16'], [26, 'I32'], [27, 'I64'], [28, 'F64'], [29, 'IQ1_M'], [30, 'BF16'], [34, 'TQ1_0'],
  [35, 'TQ2_0'], [39, 'MXFP4'], [40, 'NVFP4'], [41, 'Q1_0'],
]);

/**
 * Reads the head of a GGUF file (versions 2 and 3, either byte order). Its length stands nowhere, so it is read
 * progressively: `PROGRESSIVE_READ_BYTES`, then twice as much, until it is whole; each byte once.
 * @throws HeaderError, and what the reader throws
 */
export async function readGgufHeader(reader: ByteReader): Promise<GgufHeader> {
  const fileSize = reader.size;
  return await parseProgressively(reader, PROGRESSIVE_READ_BYTES, MAX_PROGRESSIVE_BYTES, (bytes, isAll) => {
    try {
      return parseGgufHeader(bytes, { fileSize });
    } catch (error) {
      if (!(error instanceof NeedMoreBytes)) throw error;
      // Reading on is of no use where the file ends before what the header asks for.
      if (!isAll && error.needed <= fileSize) return null;
      throw brokenOff(bytes.length, error.needed, fileSize);
    }
  });
}

function brokenOff(read: number, needed: number, fileSize: number): HeaderError {
  if (needed <= fileSize) return new HeaderError('header-too-large', `The header takes more than ${byteCount(read)}, the most that is read of one.`);
  if (needed === Infinity) return new HeaderError('gguf-malformed', 'The header gives a length that no file can have.');
  return new HeaderError('header-beyond-file', `The header reaches at least to byte ${count(needed)}; the file has ${byteCount(fileSize)}.`, { expectedSize: needed, actualSize: fileSize });
}

/**
 * Parses the head of a GGUF file, by the rules of ggml's own reader.
 * @param bytes the file's beginning
 * @throws HeaderError; NeedMoreBytes where the header goes on beyond `bytes`
 */
export function parseGgufHeader(bytes: Uint8Array, { fileSize }: { readonly fileSize: number }): GgufHeader {
  const { cursor, version } = begin(bytes);
  const tensorCount = cursor.uint64();
  const fieldCount = cursor.uint64();
  if (tensorCount > MAX_TENSORS || tensorCount * SHORTEST_ENTRY > fileSize) {
    throw new HeaderError('gguf-malformed', `The header is said to list ${count(tensorCount)} tensors, which do not fit into ${byteCount(fileSize)}.`);
  }
  const fields = readFields(cursor, fieldCount);
  const alignment = alignmentOf(fields);
  const columns = readTensors(cursor, tensorCount, alignment);
  const headerBytes = padded(cursor.pos, alignment);
  const last = columns.ends.at(-1) ?? 0;
  return { version, columns, fields, headerBytes, minimumSize: tensorCount === 0 ? cursor.pos : headerBytes + last, actualSize: fileSize };
}

function begin(bytes: Uint8Array): { readonly cursor: GgufCursor; readonly version: number } {
  if (bytes.length < 8) throw new NeedMoreBytes(8);
  const magic = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
  if (magic !== MAGIC) throw new HeaderError('not-gguf', `A GGUF file begins with "${MAGIC}"; found ${quote(magic)}.`);
  const little = new GgufCursor(bytes, 4, true);
  const big = new GgufCursor(bytes, 4, false);
  const [littleVersion, bigVersion] = [little.uint32(), big.uint32()];
  // Versions are small numbers: read in the wrong byte order, their lower half is 0.
  const [cursor, version] = (littleVersion & 0xffff) === 0 ? [big, bigVersion] : [little, littleVersion];
  if (version !== 2 && version !== 3) throw new HeaderError('gguf-version', `The file is GGUF of version ${count(version)}; versions 2 and 3 can be read.`);
  return { cursor, version };
}

function readFields(cursor: GgufCursor, fieldCount: number): ReadonlyMap<string, GgufValue> {
  const fields = new Map<string, GgufValue>();
  for (let i = 0; i < fieldCount; i++) {
    const key = cursor.string();
    const type = cursor.uint32();
    const value = cursor.value(type);
    if (value === null) throw new HeaderError('gguf-malformed', `The value of ${quote(key)} has type ${count(type)}, or is an array of such, which GGUF does not have.`);
    if (fields.has(key)) throw new HeaderError('duplicate-key', `The key ${quote(key)} occurs twice.`);
    fields.set(key, value);
  }
  return fields;
}

function alignmentOf(fields: ReadonlyMap<string, GgufValue>): number {
  const alignment = fields.get('general.alignment') ?? DEFAULT_ALIGNMENT;
  const isPower = typeof alignment === 'number' && Number.isInteger(Math.log2(alignment));
  if (!isPower || alignment < 1) throw new HeaderError('gguf-malformed', `general.alignment must be a power of two; found ${quote(String(alignment))}.`);
  return alignment;
}

function readTensors(cursor: GgufCursor, tensorCount: number, alignment: number): TensorColumns {
  const builder = new ColumnBuilder(tensorCount);
  const names = new Set<string>();
  let expected = 0;
  for (let i = 0; i < tensorCount; i++) {
    const name = cursor.string();
    if (names.has(name)) throw new HeaderError('duplicate-name', `Two tensors have the name ${quote(name)}.`);
    names.add(name);
    const end = readTensor(cursor, builder, name, expected);
    expected = padded(end, alignment);
  }
  return builder.columns([...names]);
}

/** Reads dimensions, type and offset of one tensor. @returns where its data end */
function readTensor(cursor: GgufCursor, builder: ColumnBuilder, name: string, expected: number): number {
  const rank = cursor.uint32();
  if (rank > MAX_DIMENSIONS) throw new HeaderError('shape-invalid', `Tensor ${quote(name)} has ${count(rank)} dimensions; GGUF allows ${MAX_DIMENSIONS}.`);
  const innermostFirst = Array.from({ length: rank }, () => cursor.uint64());
  const type = cursor.uint32();
  const dtype = dtypeCode(GGML_TYPES.get(type) ?? '');
  if (dtype === undefined) throw new HeaderError('dtype-unknown', `Tensor ${quote(name)} has type ${count(type)}, which is none that ggml has.`);
  const bytes = tensorBytes(name, dtype, innermostFirst);
  const begin = cursor.uint64();
  if (begin !== expected) {
    const relation = begin < expected ? `inside the tensor before it` : `behind a hole`;
    throw new HeaderError(begin < expected ? 'overlap' : 'hole', `Tensor ${quote(name)} begins at byte ${count(begin)} of the data, ${relation}: it should begin at ${count(expected)}.`);
  }
  for (const dim of innermostFirst.toReversed()) builder.dim(dim);
  builder.row(dtype, begin, begin + bytes);
  return begin + bytes;
}

function tensorBytes(name: string, dtype: number, innermostFirst: readonly number[]): number {
  const { name: type, bits, block } = DTYPES[dtype] ?? { name: '', bits: 0 };
  const elements = innermostFirst.reduce((product, dim) => product * dim, 1);
  const row = innermostFirst[0] ?? 1;
  if (!(elements * Math.max(bits, 8) <= Number.MAX_SAFE_INTEGER)) throw new HeaderError('size-overflow', `Tensor ${quote(name)}: the size of shape [${innermostFirst.toReversed().join(', ')}] in ${type} exceeds 2^53 bits.`);
  if (block === undefined) return (elements * bits) / 8;
  if (row % block.elements !== 0) throw new HeaderError('sub-byte-misaligned', `Tensor ${quote(name)}: rows of ${count(row)} elements do not fill whole blocks of ${type}, which have ${block.elements}.`);
  return (elements / block.elements) * block.bytes;
}

function padded(position: number, alignment: number): number {
  return Math.ceil(position / alignment) * alignment;
}
