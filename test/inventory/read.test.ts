import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readCheckpoint } from '../../src/inventory/read.ts';
import { checkpointSource } from '../support/checkpoints/build.ts';

const EMBEDDING = { 'model.embed_tokens.weight': ['BF16', [320, 64]] } as const;
const HEAD = { 'lm_head.weight': ['BF16', [320, 64]] } as const;

suite('readCheckpoint', () => {
  test('reads a single file and its config', async () => {
    const checkpoint = await readCheckpoint(checkpointSource({ tensors: { ...EMBEDDING, ...HEAD }, config: { model_type: 'llama' } }));
    assert.equal(checkpoint.format, 'safetensors');
    assert.deepEqual(checkpoint.tensors.columns.names, ['model.embed_tokens.weight', 'lm_head.weight']);
    assert.deepEqual(checkpoint.tensors.info(1), { name: 'lm_head.weight', dtype: 'BF16', shape: [320, 64], bytes: 40_960 });
    assert.deepEqual(checkpoint.config, { model_type: 'llama' });
    assert.deepEqual(checkpoint.parts, [{ path: 'model.safetensors', namedBy: 'name', state: 'read', size: checkpoint.shards[0]?.size }]);
    assert.deepEqual([checkpoint.problems, checkpoint.strays, checkpoint.index], [[], [], null]);
  });

  test('merges shards in the order of their numbers and keeps the index', async () => {
    const checkpoint = await readCheckpoint(checkpointSource({ tensors: [EMBEDDING, HEAD] }));
    assert.deepEqual(checkpoint.shards.map(({ path }) => path), ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']);
    assert.equal(checkpoint.tensors.shards[checkpoint.tensors.row('lm_head.weight')], 1);
    assert.equal(checkpoint.index?.totalSize, 81_920);
    assert.deepEqual(checkpoint.index?.weightMap, new Map([['lm_head.weight', 'model-00002-of-00002.safetensors'], ['model.embed_tokens.weight', 'model-00001-of-00002.safetensors']]));
  });

  test('reads the data of a tensor from its shard', async () => {
    const checkpoint = await readCheckpoint(checkpointSource({ tensors: [EMBEDDING, HEAD] }));
    assert.equal((await checkpoint.readTensor?.(1, 100, 200))?.length, 100);
    await assert.rejects(async () => await checkpoint.readTensor?.(1, 0, 40_961), RangeError);
  });
});
