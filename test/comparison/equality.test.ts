import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compareBytes } from '../../src/comparison/equality.ts';
import { llama } from '../../src/diagnosis/examples.ts';
import type { Checkpoint } from '../../src/inventory/checkpoint.ts';
import { readExample } from '../support/examples.ts';

/** A checkpoint with two matrices of one shape, and the ranges that are read of them. */
async function twins(bytes: number, options: { readonly isLocal: boolean; readonly differAt?: number }): Promise<{ checkpoint: Checkpoint; a: number; b: number; read: [number, number][] }> {
  const checkpoint = await readExample({ config: llama().config, tensors: { a: ['U8', bytes], b: ['U8', bytes], c: ['I8', bytes] } });
  const read: [number, number][] = [];
  const readTensor = async (row: number, start: number, end: number): Promise<Uint8Array> => {
    read.push([start, end]);
    const data = new Uint8Array(end - start);
    const { differAt } = options;
    if (row === 1 && differAt !== undefined && differAt >= start && differAt < end) data[differAt - start] = 1;
    return data;
  };
  return { checkpoint: { ...checkpoint, isLocal: options.isLocal, readTensor }, a: 0, b: 1, read };
}

describe('compareBytes', () => {
  test('on this machine reads all of both, and one byte decides', async () => {
    const size = 9_000_000;
    const equal = await twins(size, { isLocal: true });
    assert.equal(await compareBytes(equal.checkpoint, equal.a, equal.b), 'equal');
    assert.equal(equal.read.reduce((sum, [start, end]) => sum + end - start, 0), 2 * size);
    for (const differAt of [0, 4_194_304, size - 1]) {
      const different = await twins(size, { isLocal: true, differAt });
      assert.equal(await compareBytes(different.checkpoint, different.a, different.b), 'different');
    }
  });

  test('elsewhere reads eight samples of each, the ends among them; equality is then likely, a difference proof', async () => {
    const size = 9_000_000;
    const equal = await twins(size, { isLocal: false });
    assert.equal(await compareBytes(equal.checkpoint, equal.a, equal.b), 'likely-equal');
    assert.equal(equal.read.length, 16);
    assert.ok(equal.read.every(([start, end]) => end - start === 4096 && start >= 0 && end <= size));
    assert.deepEqual(equal.read[0], [0, 4096]);
    assert.deepEqual(equal.read.at(-1), [size - 4096, size]);
    const first = await twins(size, { isLocal: false, differAt: 10 });
    assert.equal(await compareBytes(first.checkpoint, first.a, first.b), 'different');
    assert.equal(first.read.length, 2, 'nothing more is read once they differ');
  });

  test('small tensors are read whole wherever they are', async () => {
    const small = await twins(32_768, { isLocal: false });
    assert.equal(await compareBytes(small.checkpoint, small.a, small.b), 'equal');
    assert.deepEqual(small.read, [[0, 32_768], [0, 32_768]]);
  });

  test('another type is another tensor; without bytes, or where they fail to come, nothing is known', async () => {
    const { checkpoint, read } = await twins(100, { isLocal: true });
    assert.equal(await compareBytes(checkpoint, 0, 2), 'different');
    assert.deepEqual(read, []);
    assert.equal(await compareBytes({ ...checkpoint, readTensor: null }, 0, 1), 'unknown');
    const failing = async (): Promise<Uint8Array> => {
      throw new Error('cut short');
    };
    assert.equal(await compareBytes({ ...checkpoint, readTensor: failing }, 0, 1), 'unknown');
  });
});
