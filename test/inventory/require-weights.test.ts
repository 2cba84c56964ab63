import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotFoundError } from '../../src/errors.ts';
import { readCheckpoint } from '../../src/inventory/read.ts';
import { requireWeights } from '../../src/inventory/require-weights.ts';
import { memorySource } from '../../src/source/memory.ts';
import { safetensorsHead } from '../support/checkpoints/safetensors.ts';

const { head: bytes, size } = safetensorsHead({ 'lm_head.weight': ['BF16', [4, 2]] });
const config = { path: 'config.json', bytes: Buffer.from('{"model_type": "llama"}') };
const weights = (path: string) => ({ path, bytes, size });

async function refusal(files: readonly { path: string; bytes: Uint8Array; size?: number }[]): Promise<string> {
  const checkpoint = await readCheckpoint(memorySource('./out', [...files]));
  try {
    requireWeights(checkpoint, './out');
  } catch (error) {
    assert.ok(error instanceof NotFoundError);
    return `${error.message} ${error.hint}`;
  }
  return '';
}

test('a place without weights is refused, for nothing was saved there', async () => {
  assert.equal(await refusal([]), './out is empty. Name the directory or file that holds the checkpoint.');
  assert.equal(await refusal([config]), './out holds no weights. Name the directory or file that holds the checkpoint.');
});

test('folders that do hold weights are named', async () => {
  assert.equal(await refusal([config, weights('checkpoint-20/model.safetensors')]), './out holds no weights. Name the directory that does: weights lie in checkpoint-20/.');
  assert.match(await refusal(['d', 'a', 'c', 'b', 'e'].map((name) => weights(`${name}/model.safetensors`))), /lie in a\/, b\/, c\/ and 2 more\.$/);
});

test('weights are enough, and so is an index without them', async () => {
  assert.equal(await refusal([weights('model.safetensors')]), '');
  assert.equal(await refusal([config, { path: 'model.safetensors.index.json', bytes: Buffer.from('{"weight_map": {"a": "model-00001-of-00001.safetensors"}}') }]), '');
});
