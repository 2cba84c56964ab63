import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { memorySource, sparseReader } from '../../src/source/memory.ts';

suite('memory source', () => {
  test('reads what follows the given bytes as zeros, up to the size', async () => {
    const reader = sparseReader(Uint8Array.of(1, 2, 3), 6);
    assert.deepEqual(await reader.read(0, 2), Uint8Array.of(1, 2));
    assert.deepEqual(await reader.read(2, 5), Uint8Array.of(3, 0, 0));
    assert.deepEqual(await reader.read(4, 6), Uint8Array.of(0, 0));
    await assert.rejects(reader.read(5, 7), RangeError);
  });

  test('lists its files by path, and opens no others', async () => {
    const source = memorySource('x', [{ path: 'b', bytes: Uint8Array.of(1), size: 9 }, { path: 'a', bytes: new Uint8Array(0), sha256: 'f' }]);
    assert.deepEqual(source.files, [{ path: 'a', size: 0, sha256: 'f' }, { path: 'b', size: 9, sha256: null }]);
    assert.equal((await source.open('b')).size, 9);
    await assert.rejects(source.open('c'), { name: 'NotFoundError' });
  });
});
