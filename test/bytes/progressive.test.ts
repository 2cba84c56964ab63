import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProgressively } from '../../src/bytes/progressive.ts';
import { memoryReader, type ByteReader } from '../../src/bytes/reader.ts';

function recording(size: number): { reader: ByteReader; ranges: [number, number][] } {
  const ranges: [number, number][] = [];
  const inner = memoryReader(Uint8Array.from({ length: size }, (_, i) => i % 251));
  return { ranges, reader: { size, read: (start, end) => (ranges.push([start, end]), inner.read(start, end)) } };
}

test('bytes are doubled until there are enough, each read once', async () => {
  const { reader, ranges } = recording(1000);
  const bytes = await parseProgressively(reader, 100, 900, (bytes) => (bytes.length > 300 ? bytes : null));
  assert.deepEqual(ranges, [[0, 100], [100, 200], [200, 400]]);
  assert.deepEqual(bytes, Uint8Array.from({ length: 400 }, (_, i) => i % 251));
});

test('neither the file nor the limit is exceeded', async () => {
  const { reader, ranges } = recording(250);
  assert.equal(await parseProgressively(reader, 100, 900, (bytes, isAll) => (isAll ? bytes.length : null)), 250);
  assert.deepEqual(ranges, [[0, 100], [100, 200], [200, 250]]);
  assert.equal(await parseProgressively(reader, 100, 150, (bytes, isAll) => (isAll ? bytes.length : null)), 150);
});

test('a file smaller than the first read is read whole', async () => {
  const { reader, ranges } = recording(10);
  assert.equal(await parseProgressively(reader, 100, 900, (bytes, isAll) => `${bytes.length} ${isAll}`), '10 true');
  assert.deepEqual(ranges, [[0, 10]]);
});
