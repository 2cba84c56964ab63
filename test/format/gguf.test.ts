import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { memoryReader } from '../../src/bytes/reader.ts';
import { DTYPES } from '../../src/format/dtype.ts';
import { readGgufHeader } from '../../src/format/gguf.ts';
import { HeaderError } from '../../src/format/header-error.ts';
import { PROGRESSIVE_READ_BYTES } from '../../src/format/limits.ts';
import { TensorTable } from '../../src/format/tensor-table.ts';

const FOLDER = 'test/fixtures/format/gguf';

interface Said {
  readonly size: number;
  readonly dataStart: number;
  readonly tensors: readonly (readonly [name: string, type: string, shape: readonly number[], begin: number, bytes: number])[];
  readonly fields: Readonly<Record<string, unknown>>;
}

const reference = new Map<string, Said>(Object.entries(JSON.parse(readFileSync(`${FOLDER}/reference.json`, 'utf8'))));
const load = (name: string): Uint8Array => readFileSync(`${FOLDER}/${name}`);

for (const [name, said] of reference) {
  test(`${name}: read as the gguf package reads it`, async () => {
    const header = await readGgufHeader(memoryReader(load(name)));
    const { columns, fields, headerBytes } = header;
    const table = new TensorTable(columns, new Uint16Array(columns.names.length));
    const rows = columns.names.map((tensor, row) => [tensor, table.dtype(row), table.shape(row), columns.begins[row], table.bytes(row)]);
    assert.deepEqual(rows, said.tensors);
    if (said.tensors.length > 0) assert.equal(headerBytes, said.dataStart);
    for (const [key, value] of Object.entries(said.fields)) assert.equal(fields.get(key), value, key);
    assert.ok(header.minimumSize <= said.size);
  });
}

test('of arrays the length is kept', async () => {
  const { fields } = await readGgufHeader(memoryReader(load('fields.gguf')));
  assert.deepEqual(fields.get('tokenizer.ggml.tokens'), { arrayLength: 3 });
  assert.deepEqual(fields.get('test.array'), { arrayLength: 3 });
});

test('the list of types has every type of the package', () => {
  const names = new Set(DTYPES.map((dtype) => dtype.name));
  for (const [, type] of reference.get('types.gguf')?.tensors ?? []) assert.ok(names.has(type), type);
  assert.equal(reference.get('types.gguf')?.tensors.length, 34);
});

async function failure(bytes: Uint8Array): Promise<HeaderError | null> {
  try {
    await readGgufHeader(memoryReader(bytes));
    return null;
  } catch (error) {
    assert.ok(error instanceof HeaderError, String(error));
    return error;
  }
}

/** A head with one field of so many bytes, whole or not, and no tensors. */
function withLongField(bytes: number): Uint8Array {
  const head = Buffer.alloc(24 + 8 + 1 + 4 + 8 + bytes);
  head.write('GGUF');
  head.writeUInt32LE(3, 4);
  head.writeBigUInt64LE(1n, 16);
  head.writeBigUInt64LE(1n, 24);
  head.write('k', 32);
  head.writeUInt32LE(8, 33);
  head.writeBigUInt64LE(BigInt(bytes), 37);
  return head;
}

test('a long head is read by doubling, no byte twice', async () => {
  const bytes = withLongField(3 * PROGRESSIVE_READ_BYTES);
  const ranges: [number, number][] = [];
  const inner = memoryReader(bytes);
  await readGgufHeader({ size: inner.size, read: (start, end) => (ranges.push([start, end]), inner.read(start, end)) });
  const [once, twice] = [PROGRESSIVE_READ_BYTES, 2 * PROGRESSIVE_READ_BYTES];
  assert.deepEqual(ranges, [[0, once], [once, twice], [twice, bytes.length]]);
});

test('a head that is cut short says how long the file must be at least', async () => {
  const error = await failure(load('llama.gguf').subarray(0, 150));
  assert.equal(error?.violation, 'header-beyond-file');
  assert.ok((error?.sizes?.expectedSize ?? 0) > 150);
});

test('a length beyond the file is refused before more is read', async () => {
  const bytes = withLongField(3 * PROGRESSIVE_READ_BYTES);
  new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(37, BigInt(bytes.length), true);
  const ranges: [number, number][] = [];
  const inner = memoryReader(bytes);
  await assert.rejects(readGgufHeader({ size: inner.size, read: (start, end) => (ranges.push([start, end]), inner.read(start, end)) }), HeaderError);
  assert.deepEqual(ranges, [[0, PROGRESSIVE_READ_BYTES]]);
});

test('data that are cut short show in the sizes', async () => {
  const bytes = load('tied.gguf');
  const whole = await readGgufHeader(memoryReader(bytes));
  const cut = await readGgufHeader(memoryReader(bytes.subarray(0, whole.minimumSize - 1)));
  assert.ok(cut.actualSize < cut.minimumSize);
});

test('other files, other versions and lying counts are refused', async () => {
  const changed = (at: number, ...values: number[]): Uint8Array => {
    const bytes = Uint8Array.from(load('llama.gguf'));
    bytes.set(values, at);
    return bytes;
  };
  assert.equal((await failure(changed(0, 0x58)))?.violation, 'not-gguf');
  assert.equal((await failure(changed(4, 1)))?.violation, 'gguf-version');
  assert.match((await failure(changed(8, 255, 255, 255)))?.message ?? '', /16,777,215 tensors, which do not fit into 512 bytes/);
  assert.match((await failure(changed(16, 255)))?.violation ?? '', /gguf-malformed|header-beyond-file/);
});

test('a tensor that does not begin where the last one ended is refused', async () => {
  const bytes = Buffer.from(load('tied.gguf'));
  const at = bytes.indexOf('output_norm.weight') + 'output_norm.weight'.length + 4 + 8 + 4;
  assert.equal(bytes.readBigUInt64LE(at), 128n);
  bytes.writeBigUInt64LE(160n, at);
  assert.match((await failure(bytes))?.message ?? '', /begins at byte 160 of the data, behind a hole: it should begin at 128/);
  bytes.writeBigUInt64LE(96n, at);
  assert.equal((await failure(bytes))?.violation, 'overlap');
});

test('any damage gives an error that says so, or tensors', async () => {
  for (const name of ['llama.gguf', 'fields.gguf', 'big-endian.gguf']) {
    const bytes = load(name);
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (changes) => {
      const damaged = Uint8Array.from(bytes);
      for (const [at, byte] of changes) damaged[at] = byte;
      await failure(damaged);
    }), { numRuns: 500 });
  }
});
