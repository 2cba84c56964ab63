import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configChange } from '../../src/comparison/config-change.ts';

const SIZES = new Set(['hidden_size', 'intermediate_size', 'vision_config.hidden_size']);
const SIZING = (): ReadonlySet<string> => SIZES;

function structure(own: Record<string, unknown>, base: Record<string, unknown>): string[] {
  return [...configChange(own, base, SIZING).structure];
}

describe('a change of config', () => {
  test('is of sizes alone where only what dimensions are made of differs', () => {
    const change = configChange({ hidden_size: 128 }, { hidden_size: 64 }, SIZING);
    assert.deepEqual([change.sizes, change.structure.size], [true, 0]);
  });

  test('is of structure where anything else does, also within models within', () => {
    assert.deepEqual(structure({ attention_bias: true, num_experts: 8 }, { attention_bias: false, num_experts: 4 }), ['attention_bias', 'num_experts']);
    assert.deepEqual(structure({ vision_config: { qkv_bias: true, hidden_size: 1 } }, { vision_config: { qkv_bias: false, hidden_size: 2 } }), ['vision_config.qkv_bias']);
    assert.deepEqual(structure({ layer_types: ['a', 'b'] }, { layer_types: ['a', 'a'] }), ['layer_types']);
  });

  test('is of structure where a size is nothing on one side: what it sizes may be left out', () => {
    assert.deepEqual(structure({ hidden_size: 0 }, { hidden_size: 64 }), ['hidden_size']);
    assert.deepEqual(structure({ hidden_size: 64 }, { hidden_size: null }), ['hidden_size']);
  });

  test('is none in what only one of them states, in the words of training and writing, and in the vocabulary', () => {
    const written = { transformers_version: '5.18.0', dtype: 'float32', use_cache: false, eos_token_id: 7, rope_theta: 1e6, rope_parameters: { rope_type: 'default' }, hidden_dropout_prob: 0.2, vocab_size: 330, tie_word_embeddings: true, hidden_act: 'gelu', initializer_range: 0.02 };
    const other = { transformers_version: '4.57.6', dtype: 'bfloat16', use_cache: true, eos_token_id: 2, rope_theta: 1e4, rope_parameters: { rope_type: 'llama3' }, hidden_dropout_prob: 0.1, vocab_size: 320, tie_word_embeddings: false, hidden_act: 'relu', initializer_range: 0.02 };
    const change = configChange({ ...written, layer_types: ['full'] }, { ...other, attention_bias: false }, SIZING);
    assert.deepEqual([change.sizes, [...change.structure]], [false, []]);
  });

  test('is none in what every object has by another\'s leave', () => {
    const junk: unknown = JSON.parse('{"constructor": 1, "toString": "x", "__proto__": {"valueOf": 1}, "hidden_size": 64}');
    assert.ok(typeof junk === 'object' && junk !== null);
    assert.deepEqual(structure(Object.fromEntries(Object.entries(junk)), { hidden_size: 64 }), []);
  });

  test('is of sizes where the checkpoint alone states head_dim, which many classes go by without declaring it', () => {
    const change = configChange({ head_dim: 48 }, {}, SIZING);
    assert.deepEqual([change.sizes, change.structure.size], [true, 0]);
  });

  test('knows fewer layers, by any name', () => {
    const { fewerLayers } = configChange({ num_hidden_layers: 2, vision_config: { depth: 3 }, n_layer: 9 }, { num_hidden_layers: 4, vision_config: { depth: 5 }, n_layer: 8 }, SIZING);
    assert.deepEqual(fewerLayers, [{ key: 'num_hidden_layers', own: 2, ofBase: 4 }, { key: 'vision_config.depth', own: 3, ofBase: 5 }]);
  });

  test('is none without a config', () => {
    assert.deepEqual([...configChange(null, { attention_bias: true }, SIZING).structure], []);
  });
});
