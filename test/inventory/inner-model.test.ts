import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { innerModel } from '../../src/inventory/inner-model.ts';
import { readExample } from '../support/examples.ts';

type Tensors = Record<string, readonly [string, ...number[]]>;

const TOWER: Tensors = { 'embeddings.patch_embedding.weight': ['BF16', 64, 3, 8, 8], 'encoder.layers.0.mlp.fc1.weight': ['BF16', 96, 64], 'encoder.layers.0.mlp.fc2.weight': ['BF16', 64, 96], 'post_layernorm.weight': ['BF16', 64] };
const within = (path: string, tensors: Tensors): Tensors => Object.fromEntries(Object.entries(tensors).map(([name, info]) => [`${path}.${name}`, info]));

const WHOLE: ExampleCheckpoint = {
  config: { model_type: 'llava', transformers_version: '5.18.0', vision_config: { model_type: 'siglip_vision_model', hidden_size: 64 }, text_config: { model_type: 'llama' } },
  tensors: { ...within('model.vision_tower', TOWER), 'model.language_model.norm.weight': ['BF16', 64], 'lm_head.weight': ['BF16', 320, 64] },
};
const tower = (tensors: Tensors, modelType = 'siglip_vision_model'): ExampleCheckpoint => ({ config: { model_type: modelType }, tensors });

describe('a model within a base', () => {
  test('is what a checkpoint of its type is a copy of, with its names there and its part of the config', async () => {
    const inner = innerModel(await readExample(WHOLE), await readExample(tower(TOWER)));
    assert.equal(inner?.within, 'model.vision_tower');
    assert.deepEqual([...inner.tensors.columns.names].sort(), Object.keys(TOWER).sort());
    assert.equal(inner.config?.['hidden_size'], 64);
    assert.equal(inner.config?.['transformers_version'], '5.18.0');
  });

  test('is none where only a head is stored', async () => {
    assert.equal(innerModel(await readExample(WHOLE), await readExample(tower({ 'lm_head.weight': ['BF16', 320, 64] }, 'llama'))), null);
  });

  test('may stand in the base under the names that it has by itself', async () => {
    const text = within('text_model', TOWER);
    const whole: ExampleCheckpoint = { config: { model_type: 'siglip', text_config: { model_type: 'siglip_text_model' } }, tensors: { ...text, ...within('vision_model', TOWER), logit_scale: ['F32', 1] } };
    const inner = innerModel(await readExample(whole), await readExample(tower(text, 'siglip_text_model')));
    assert.equal(inner?.within, 'text_model');
    assert.deepEqual([...inner.tensors.columns.names].sort(), Object.keys(text).sort());
  });

  test('may bear the type of the whole, as 4.57 calls the tower of Qwen2-VL, whatever the base calls it', async () => {
    for (const ofBase of ['qwen2_vl', 'qwen2_vl_vision']) {
      for (const own of ['qwen2_vl', 'qwen2_vl_vision']) {
        const whole = await readExample({ config: { model_type: 'qwen2_vl', vision_config: { model_type: ofBase } }, tensors: { ...within('visual', TOWER), 'model.norm.weight': ['BF16', 64] } });
        assert.equal(innerModel(whole, await readExample(tower(TOWER, own)))?.within, 'visual');
        // The whole without its head is no tower.
        assert.equal(innerModel(whole, await readExample({ config: { model_type: 'qwen2_vl', vision_config: { model_type: ofBase } }, tensors: within('visual', TOWER) })), null);
      }
    }
  });

  test('is found by the names that are left where some are lost', async () => {
    const { 'post_layernorm.weight': _, ...rest } = TOWER;
    const inner = innerModel(await readExample(WHOLE), await readExample(tower(rest)));
    assert.equal(inner?.tensors.has('post_layernorm.weight'), true);
  });

  test('is none of another type, nor of other names', async () => {
    assert.equal(innerModel(await readExample(WHOLE), await readExample(tower(TOWER, 'clip_vision_model'))), null);
    assert.equal(innerModel(await readExample(WHOLE), await readExample(tower({ 'a.weight': ['BF16', 1], 'post_layernorm.weight': ['BF16', 64], 'b.weight': ['BF16', 1] }))), null);
    assert.equal(innerModel(await readExample(WHOLE), await readExample(WHOLE)), null);
  });
});
