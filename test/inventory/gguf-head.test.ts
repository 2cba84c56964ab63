import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import type { Checkpoint } from '../../src/inventory/checkpoint.ts';
import { readCheckpoint } from '../../src/inventory/read.ts';
import { memorySource } from '../../src/source/memory.ts';

async function read(bytes: Uint8Array): Promise<Checkpoint> {
  return await readCheckpoint(memorySource('./out', [{ path: 'model.gguf', bytes }]));
}

suite('GGUF files', () => {
  test('tensors, and the plain values of the header as metadata', async () => {
    const checkpoint = await read(await readFile('test/fixtures/format/gguf/llama.gguf'));
    assert.deepEqual([checkpoint.format, checkpoint.problems], ['gguf', []]);
    assert.ok(checkpoint.tensors.has('token_embd.weight'));
    assert.equal(checkpoint.shards[0]?.metadata?.['general.architecture'], 'llama');
    assert.equal((await checkpoint.readTensor?.(0, 0, 4))?.length, 4);
  });

  test('one cut short in its data is known by its header, and said to be cut short', async () => {
    const whole = await readFile('test/fixtures/format/gguf/llama.gguf');
    const { problems, tensors } = await read(whole.subarray(0, -64));
    assert.deepEqual([problems.map(({ kind }) => kind), tensors.length], [['truncated'], 3]);
  });

  test('one cut short in its header, and one that is something else', async () => {
    const whole = await readFile('test/fixtures/format/gguf/llama.gguf');
    assert.deepEqual((await read(whole.subarray(0, 100))).problems.map(({ kind }) => kind), ['truncated']);
    assert.deepEqual((await read(Buffer.from('<html>'))).problems, [{ kind: 'other-content', path: 'model.gguf', what: 'an HTML page' }]);
  });
});
