import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { memoryReader, type ByteReader } from '../../src/bytes/reader.ts';
import { HeaderError } from '../../src/format/header-error.ts';
import { PickleGlobal } from '../../src/format/pickle-values.ts';
import { TensorTable } from '../../src/format/tensor-table.ts';
import { isAllowedGlobal } from '../../src/format/torch-tensors.ts';
import { readTorchLegacy } from '../../src/format/torch-legacy.ts';
import { readTorchZip, type TorchHeader } from '../../src/format/torch.ts';

const FOLDER = 'test/fixtures/format/torch';

type Row = readonly [name: string, dtype: string, shape: readonly number[], group: number, offset: number, data: string];
interface Said {
  readonly path: readonly string[];
  readonly tensors: readonly Row[];
  readonly unsafe: readonly string[];
}

const reference = new Map<string, Said>(Object.entries(JSON.parse(readFileSync(`${FOLDER}/reference.json`, 'utf8'))));
const load = (name: string): Uint8Array => readFileSync(`${FOLDER}/${name}`);
const read = (name: string, reader: ByteReader): Promise<TorchHeader> => (name.includes('legacy') ? readTorchLegacy(reader) : readTorchZip(reader));

for (const [name, said] of reference) {
  test(`${name}: names, types, shapes and ties as PyTorch loads them`, async () => {
    const bytes = load(name);
    const header = await read(name, memoryReader(bytes));
    const { columns, storageKeys, path, unsafeGlobals } = header;
    assert.deepEqual([path, unsafeGlobals], [said.path, said.unsafe]);
    const table = new TensorTable(columns, new Uint16Array(columns.names.length));
    const rows = columns.names.map((tensor, row) => [tensor, table.dtype(row), table.shape(row)]);
    assert.deepEqual(rows, said.tensors.map(([tensor, dtype, shape]) => [tensor, dtype, shape]));
    // Empty tensors have no memory that they could share.
    const groups = new Map<string, number>();
    said.tensors.forEach(([tensor, , shape, group], row) => {
      if (shape.includes(0)) return;
      const key = storageKeys[row] ?? '';
      assert.equal(groups.get(key) ?? group, group, tensor);
      groups.set(key, group);
    });
  });

  test(`${name}: the bytes of a tensor lie where they are said to`, async () => {
    const bytes = load(name);
    const { columns, hasOffsets } = await read(name, memoryReader(bytes));
    assert.equal(hasOffsets, name !== 'deflated.bin');
    if (!hasOffsets) return;
    said.tensors.forEach(([tensor, , , , , data], row) => {
      const begin = columns.begins[row] ?? 0;
      const end = Math.min(begin + data.length / 2, columns.ends[row] ?? 0);
      assert.equal(Buffer.from(bytes.subarray(begin, end)).toString('hex'), data.slice(0, 2 * (end - begin)), tensor);
    });
  });
}

test('the globals that are taken for safe are those that PyTorch imports', () => {
  const allowed: readonly string[] = JSON.parse(readFileSync(`${FOLDER}/allowed.json`, 'utf8'));
  const isAllowed = (path: string): boolean => isAllowedGlobal(new PickleGlobal(path.slice(0, path.lastIndexOf('.')), path.slice(path.lastIndexOf('.') + 1)));
  assert.deepEqual(allowed.filter((path) => !isAllowed(path)), []);
  const others = ['os.system', 'builtins.eval', 'builtins.getattr', 'torch.load', 'torch.storage._load_from_bytes', 'torch._utils._rebuild_', 'torch.hub.load', 'collections.deque', 'torch.jit.load', 'xtorch.Tensor'];
  assert.deepEqual(others.filter(isAllowed), []);
});

test('a small archive is read once and whole', async () => {
  const bytes = load('plain.bin');
  const ranges: [number, number][] = [];
  const inner = memoryReader(bytes);
  await readTorchZip({ size: inner.size, read: (start, end) => (ranges.push([start, end]), inner.read(start, end)) });
  assert.deepEqual(ranges, [[0, bytes.length]]);
});

test('of a large archive only its end and its pickle are read, no byte twice', async () => {
  // A storage of 1 MB put between the pickle and the directory, which moves by as much.
  const bytes = load('plain.bin');
  const grown = insertGap(bytes, 1_000_000);
  const ranges: [number, number][] = [];
  const inner = memoryReader(grown);
  const header = await readTorchZip({ size: inner.size, read: (start, end) => (ranges.push([start, end]), inner.read(start, end)) });
  assert.equal(header.columns.names.length, 7);
  assert.equal(ranges.length, 2);
  assert.deepEqual(ranges[0], [grown.length - 65_557, grown.length]);
  assert.ok((ranges[1]?.[1] ?? Infinity) < 4000);
});

/** Moves the directory of an archive back, as if a large file lay before it. */
function insertGap(bytes: Uint8Array, gap: number): Uint8Array {
  const end = Buffer.from(bytes).lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const directory = new DataView(bytes.buffer, bytes.byteOffset).getUint32(end + 16, true);
  const end64 = Buffer.from(bytes).lastIndexOf('PK\x06\x06', undefined, 'latin1');
  const locator = Buffer.from(bytes).lastIndexOf('PK\x06\x07', undefined, 'latin1');
  const grown = new Uint8Array(bytes.length + gap);
  grown.set(bytes.subarray(0, directory));
  grown.set(bytes.subarray(directory), directory + gap);
  const view = new DataView(grown.buffer);
  view.setUint32(end + gap + 16, directory + gap, true);
  view.setBigUint64(end64 + gap + 48, BigInt(directory + gap), true);
  view.setBigUint64(locator + gap + 8, BigInt(end64 + gap), true);
  return grown;
}

async function violation(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof HeaderError, String(error));
    return error.violation;
  }
  return 'none';
}

test('an archive without its end is refused', async () => {
  const bytes = load('plain.bin');
  assert.equal(await violation(readTorchZip(memoryReader(bytes.subarray(0, -30)))), 'zip-malformed');
});

test('a zip archive that PyTorch did not write is named', async () => {
  const renamed = Buffer.from(Buffer.from(load('plain.bin')).toString('latin1').replaceAll('data.pkl', 'data.xyz'), 'latin1');
  await assert.rejects(readTorchZip(memoryReader(renamed)), /holds no data\.pkl.*begin with "plain\/data\.xyz"/);
});

test('a pickle that PyTorch did not write is refused', async () => {
  assert.equal(await violation(readTorchLegacy(memoryReader(Buffer.from('\x80\x02}q\0.', 'latin1')))), 'not-torch');
});

test('a legacy file knows its size', async () => {
  const bytes = load('legacy.bin');
  assert.equal((await readTorchLegacy(memoryReader(bytes))).expectedSize, bytes.length);
});

test('any damage gives an error that says so, or tensors', async () => {
  for (const name of ['plain.bin', 'legacy.bin', 'protocol-4.bin', 'training.pt']) {
    const bytes = load(name);
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (changes) => {
      const damaged = Uint8Array.from(bytes);
      for (const [at, byte] of changes) damaged[at] = byte;
      await violation(read(name, memoryReader(damaged)));
    }), { numRuns: 300 });
  }
});

test('any bytes give an error that says so', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
    assert.notEqual(await violation(readTorchZip(memoryReader(bytes))), 'none');
    assert.notEqual(await violation(readTorchLegacy(memoryReader(bytes))), 'none');
  }));
});
