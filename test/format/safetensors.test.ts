import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { memoryReader, type ByteReader } from '../../src/bytes/reader.ts';
import { HeaderError, type HeaderViolation } from '../../src/format/header-error.ts';
import { FIRST_READ_BYTES, MAX_HEADER_BYTES } from '../../src/format/limits.ts';
import { parseSafetensorsHeader, readSafetensorsHeader, type SafetensorsHeader } from '../../src/format/safetensors.ts';
import { TensorTable } from '../../src/format/tensor-table.ts';

const FOLDER = 'test/fixtures/format/safetensors';

type Row = readonly [name: string, dtype: string, shape: readonly number[], bytes: number];
type Verdict = { readonly accepted: readonly Row[] } | { readonly refused: string };

const reference = new Map<string, Verdict>(Object.entries(JSON.parse(readFileSync(`${FOLDER}/reference.json`, 'utf8'))));
const load = (name: string): Uint8Array => readFileSync(`${FOLDER}/${name}.safetensors`);

function rows({ columns }: SafetensorsHeader): Row[] {
  const table = new TensorTable(columns, new Uint16Array(columns.names.length));
  return columns.names.map((name, row) => [name, table.dtype(row), table.shape(row), table.bytes(row)]);
}

const byName = (a: Row, b: Row): number => (a[0] < b[0] ? -1 : 1);

/** What the parser says of a file: its rows, or the violation. A size that differs is a refusal, as it is to the reference parser. */
function judge(bytes: Uint8Array): { rows: Row[] } | { violation: string; error: HeaderError | null } {
  try {
    const header = parseSafetensorsHeader(bytes, { fileSize: bytes.length });
    if (header.actualSize < header.expectedSize) return { violation: 'truncated', error: null };
    if (header.actualSize > header.expectedSize) return { violation: 'trailing-bytes', error: null };
    return { rows: rows(header) };
  } catch (error) {
    assert.ok(error instanceof HeaderError, String(error));
    return { violation: error.violation, error };
  }
}

/** Every file that is refused, and why. The files that are absent here must be accepted. */
const VIOLATIONS: Readonly<Record<string, HeaderViolation | 'truncated' | 'trailing-bytes'>> = {
  'array': 'header-not-object', 'byte-order-mark': 'header-not-json', 'comma-after': 'header-not-json',
  'data-absent': 'truncated', 'data-long': 'trailing-bytes', 'data-short': 'truncated', 'no-tensors-but-data': 'trailing-bytes',
  'dtype-as-object': 'dtype-unknown', 'dtype-lower-case': 'dtype-unknown', 'dtype-missing': 'field-missing', 'dtype-number': 'dtype-unknown',
  'dtype-twice': 'duplicate-key', 'dtype-unknown': 'dtype-unknown', 'empty': 'file-too-small', 'entry-as-array': 'entry-not-object',
  'entry-empty': 'field-missing', 'entry-null': 'entry-not-object', 'entry-number': 'entry-not-object', 'f4-misaligned': 'sub-byte-misaligned',
  'f6-misaligned': 'sub-byte-misaligned', 'field-unknown-bad-number': 'header-not-json', 'field-unknown-deep-126': 'header-too-deep',
  'field-unknown-half-surrogate': 'header-not-json', 'field-unknown-number-too-large': 'header-not-json', 'field-unknown-twice': 'duplicate-key',
  'field-unknown-word': 'header-not-json', 'hole': 'hole', 'hole-first': 'hole', 'hole-unordered': 'hole',
  'integer-2-53': 'integer-too-large', 'integer-2-64': 'integer-too-large', 'integer-2-64-minus-1': 'integer-too-large', 'large-bits': 'size-mismatch',
  'length-at-cap': 'header-beyond-file', 'length-beyond-cap': 'header-too-large', 'length-largest': 'header-too-large', 'length-lying': 'header-beyond-file',
  'length-too-short': 'header-not-json', 'metadata-array': 'metadata-not-strings', 'metadata-integer': 'metadata-not-strings',
  'metadata-key-twice': 'duplicate-key', 'metadata-string': 'metadata-not-strings', 'metadata-twice': 'duplicate-key',
  'name-bad-escape': 'header-not-json', 'name-control-character': 'header-not-json', 'name-half-surrogate': 'header-not-json',
  'name-low-surrogate': 'header-not-json', 'name-twice': 'duplicate-name', 'name-twice-escaped': 'duplicate-name', 'no-header': 'header-not-json',
  'not-utf8': 'header-not-utf8', 'nul-after': 'header-not-json', 'number': 'header-not-object', 'offsets-missing': 'field-missing',
  'offsets-none': 'offsets-invalid', 'offsets-object': 'offsets-invalid', 'offsets-one': 'offsets-invalid', 'offsets-reversed': 'offsets-reversed',
  'offsets-three': 'offsets-invalid', 'offsets-twice': 'duplicate-key', 'only-space': 'header-not-json', 'overflow-before-zero': 'size-overflow',
  'overflow-bits': 'size-overflow', 'overflow-elements': 'size-overflow', 'overlap': 'overlap', 'overlap-crossed': 'overlap', 'overlap-same': 'overlap',
  'seven-bytes': 'file-too-small', 'shape-exponent': 'shape-invalid', 'shape-float': 'shape-invalid', 'shape-leading-zero': 'shape-invalid',
  'shape-missing': 'field-missing', 'shape-negative': 'shape-invalid', 'shape-negative-zero': 'shape-invalid', 'shape-null': 'shape-invalid',
  'shape-string': 'shape-invalid', 'shape-trailing-comma': 'shape-invalid', 'shape-twice': 'duplicate-key', 'single-quotes': 'header-not-json',
  'size-too-large': 'size-mismatch', 'size-too-small': 'size-mismatch', 'string': 'header-not-object', 'surrogate-as-utf8': 'header-not-utf8',
  'text-after': 'header-not-json', 'unclosed': 'header-not-json', 'unclosed-string': 'header-not-json', 'zero-size-alone-beyond': 'hole',
  'zero-size-beyond': 'hole', 'zero-size-inside': 'overlap',
};

/** Files that the reference parser accepts and this one refuses, on purpose. */
const STRICTER: ReadonlySet<string> = new Set([
  'integer-2-53', 'integer-2-64-minus-1', 'name-twice', 'name-twice-escaped', 'metadata-key-twice', 'field-unknown-twice', 'entry-as-array', 'dtype-as-object',
]);

for (const [name, verdict] of reference) {
  test(`${name}: agrees with the reference parser`, () => {
    const judged = judge(load(name));
    const accepted = 'rows' in judged;
    if (accepted) assert.equal(VIOLATIONS[name], undefined);
    else assert.equal(judged.violation, VIOLATIONS[name], judged.error?.message);
    if (STRICTER.has(name)) assert.deepEqual([accepted, 'accepted' in verdict], [false, true]);
    else if ('accepted' in verdict) {
      assert.ok(accepted);
      assert.deepEqual(judged.rows.toSorted(byName), verdict.accepted.toSorted(byName));
    } else assert.equal(accepted, false, verdict.refused);
  });
}

test('the fixtures are the ones that the reference parser judged', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.safetensors')).map((file) => file.replace('.safetensors', ''));
  assert.deepEqual(files.toSorted(), [...reference.keys()].toSorted());
});

test('messages hold the numbers', () => {
  const message = (name: string): string => {
    const judged = judge(load(name));
    return 'error' in judged ? (judged.error?.message ?? '') : '';
  };
  assert.equal(message('hole'), 'Tensor "b" begins at byte 5 of the data, but "a" before it ends at byte 4: 1 byte between belong to no tensor.');
  assert.equal(message('overlap'), 'Tensor "b" begins at byte 4 of the data, but "a" before it ends at byte 8: they share 4 bytes.');
  assert.equal(message('size-too-small'), 'Tensor "a": shape [2] in F32 takes 8 bytes, but its data_offsets span 4 bytes.');
  assert.equal(message('f4-misaligned'), 'Tensor "a": shape [1] in F4 takes 4 bits, which do not fill whole bytes.');
  assert.equal(message('length-beyond-cap'), 'The header is said to be 100,000,001 bytes long; the format allows 100,000,000 at most.');
  assert.equal(message('length-lying'), 'The header is said to be 3 bytes long and would end at byte 11; the file has 10 bytes.');
  assert.equal(message('not-utf8'), 'The header is not valid UTF-8: byte 5 of it cannot be part of a character.');
  assert.equal(message('comma-after'), 'The header is not valid JSON: expected a tensor name in quotation marks at byte 54, found "}".');
  assert.equal(message('shape-float'), `Tensor "a": shape must hold whole numbers from 0; found '1.0],"data_offsets":[0,4' at byte 29 of the header.`);
});

test('a file that ends before its header says how long it must be', () => {
  const judged = judge(load('length-lying'));
  assert.ok('error' in judged);
  assert.deepEqual(judged.error?.sizes, { expectedSize: 11, actualSize: 10 });
});

test('a file cut short or followed by other bytes still gives its tensors, and both sizes', () => {
  for (const [name, difference] of [['data-short', -1], ['data-long', 1]] as const) {
    const bytes = load(name);
    const header = parseSafetensorsHeader(bytes, { fileSize: bytes.length });
    assert.equal(header.actualSize - header.expectedSize, difference);
    assert.deepEqual(rows(header), [['a', 'F32', [1], 4]]);
  }
});

test('leading white space gives a warning, trailing white space none', () => {
  const warnings = (name: string): readonly string[] => {
    const bytes = load(name);
    return parseSafetensorsHeader(bytes, { fileSize: bytes.length }).warnings.map((warning) => warning.violation);
  };
  assert.deepEqual(warnings('space-before'), ['leading-white-space']);
  assert.deepEqual(warnings('newline-before'), ['leading-white-space']);
  assert.deepEqual(warnings('space-after'), []);
  assert.deepEqual(warnings('plain'), []);
});

test('metadata is read, without a prototype', () => {
  const read = (name: string): SafetensorsHeader['metadata'] => parseSafetensorsHeader(load(name), { fileSize: load(name).length }).metadata;
  assert.deepEqual({ ...read('metadata') }, { format: 'pt' });
  assert.deepEqual(Object.keys(read('metadata-proto') ?? {}), ['__proto__']);
  assert.equal(read('plain'), null);
  assert.equal(read('metadata-null'), null);
});

/** A reader that records the ranges asked of it. */
function recording(bytes: Uint8Array): { reader: ByteReader; ranges: [number, number][] } {
  const ranges: [number, number][] = [];
  const inner = memoryReader(bytes);
  return { ranges, reader: { size: inner.size, read: (start, end) => (ranges.push([start, end]), inner.read(start, end)) } };
}

/** A file of `tensors` tensors without data, whose header is padded to `padding` bytes. */
function build(tensors: number, padding = 0, data = 0): Uint8Array {
  const entries = Array.from({ length: tensors }, (_, i) => `"layer.${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`);
  const json = Buffer.from(`{${entries.join(',')}}`.padEnd(padding));
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

test('a small file is read once and whole', async () => {
  const { reader, ranges } = recording(load('plain'));
  await readSafetensorsHeader(reader);
  assert.deepEqual(ranges, [[0, reader.size]]);
});

test('a header within the first read takes that read alone', async () => {
  const { reader, ranges } = recording(build(1, FIRST_READ_BYTES - 8, 1000));
  await readSafetensorsHeader(reader);
  assert.deepEqual(ranges, [[0, FIRST_READ_BYTES]]);
});

test('a longer header takes one more read, of exactly the rest', async () => {
  const bytes = build(3000, 0, 5000);
  const { reader, ranges } = recording(bytes);
  const header = await readSafetensorsHeader(reader);
  assert.equal(header.columns.names.length, 3000);
  assert.deepEqual(ranges, [[0, FIRST_READ_BYTES], [FIRST_READ_BYTES, bytes.length - 5000]]);
});

test('a lying length is refused after the first read, before anything is allocated', async () => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(MAX_HEADER_BYTES) + 1n, true);
  const ranges: [number, number][] = [];
  const reader: ByteReader = { size: 1e12, read: async (start, end) => (ranges.push([start, end]), bytes) };
  await assert.rejects(readSafetensorsHeader(reader), (error) => error instanceof HeaderError && error.violation === 'header-too-large');
  assert.deepEqual(ranges, [[0, FIRST_READ_BYTES]]);
});
