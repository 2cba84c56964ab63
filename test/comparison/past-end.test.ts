import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classFacts, loadModelTypeFacts } from '../../src/architecture/index.ts';
import { pastEndTest } from '../../src/comparison/past-end.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { judged, rulesOf } from '../support/examples.ts';

const CONFIG = { architectures: ['Gemma4ForCausalLM'], model_type: 'gemma4_text', transformers_version: '5.18.0', hidden_size: 8, intermediate_size: 12, vocab_size: 20, num_attention_heads: 2, num_key_value_heads: 1, head_dim: 4, global_head_dim: 4, num_hidden_layers: 6, num_kv_shared_layers: 2, hidden_size_per_layer_input: 0, vocab_size_per_layer_input: 20, layer_types: Array.from({ length: 6 }, () => 'sliding_attention'), tie_word_embeddings: true };
const KEYS = ['k_norm', 'k_proj', 'v_proj'];

/** A Gemma 4 of six layers, of which the last two share keys and values; `own`: the layers that store theirs. */
function gemma4(own: (layer: number) => boolean): ExampleCheckpoint {
  const shapes: Readonly<Record<string, readonly number[]>> = {
    'input_layernorm.weight': [8], layer_scalar: [1], 'mlp.down_proj.weight': [8, 12], 'mlp.gate_proj.weight': [12, 8], 'mlp.up_proj.weight': [12, 8], 'post_attention_layernorm.weight': [8],
    'post_feedforward_layernorm.weight': [8], 'pre_feedforward_layernorm.weight': [8], 'self_attn.k_norm.weight': [4], 'self_attn.k_proj.weight': [4, 8], 'self_attn.o_proj.weight': [8, 8],
    'self_attn.q_norm.weight': [4], 'self_attn.q_proj.weight': [8, 8], 'self_attn.v_proj.weight': [4, 8],
  };
  const layers = [0, 1, 2, 3, 4, 5].flatMap((layer) => Object.entries(shapes).filter(([name]) => own(layer) || !KEYS.some((key) => name.includes(key))).map(([name, shape]) => [`model.layers.${layer}.${name}`, shape] as const));
  const tensors = [...layers, ['model.embed_tokens.weight', [20, 8]] as const, ['model.norm.weight', [8]] as const];
  return { config: CONFIG, tensors: Object.fromEntries(tensors.map(([name, shape]) => [name, ['BF16', ...shape]])) };
}

const saved = gemma4((layer) => layer < 4);
const published = gemma4(() => true);

test('what the last layers share is known by their number, and the model around does not matter', async () => {
  const facts = await loadModelTypeFacts('gemma4_text');
  assert.ok(facts !== null);
  const isPastEnd = pastEndTest(classFacts(facts, 'Gemma4ForCausalLM', '5.18.0'), CONFIG);
  assert.deepEqual([3, 4, 5].map((layer) => isPastEnd?.(`model.layers.${layer}.self_attn.v_proj.weight`)), [false, true, true]);
  assert.equal(isPastEnd?.('model.layers.5.self_attn.q_proj.weight'), false);
  assert.equal(pastEndTest(null, CONFIG), null);
});

test('a release holds it, a save does not: neither is incomplete, by itself or beside the other', async () => {
  for (const checkpoint of [saved, published]) {
    for (const base of [undefined, saved, published]) {
      const report = await judged({ checkpoint, ...(base && { base }) });
      assert.deepEqual([report.verdict, rulesOf(report).filter((rule) => rule !== 'head-tied')], ['complete', []]);
    }
  }
});

test('before the end it is missed, also where a whole layer lacks it', async () => {
  const broken = gemma4((layer) => layer < 4 && layer !== 2);
  assert.deepEqual((await judged({ checkpoint: broken })).missing.map(({ name }) => name), ['k_norm', 'k_proj', 'v_proj'].map((key) => `model.layers.2.self_attn.${key}.weight`));
  assert.equal((await judged({ checkpoint: broken, base: published })).missing.length, 3);
});

test('beside a base of another config, what else decides before the end is for the checkpoint to show', async () => {
  const config = { ...CONFIG, attention_k_eq_v: false, layer_types: CONFIG.layer_types.map((type, layer) => (layer % 2 === 1 ? 'full_attention' : type)) };
  const { 'model.layers.1.self_attn.v_proj.weight': _1, 'model.layers.3.self_attn.v_proj.weight': _3, ...tensors } = saved.tensors;
  assert.deepEqual((await judged({ checkpoint: { config: { ...config, attention_k_eq_v: true }, tensors }, base: { ...saved, config } })).missing, []);
  assert.equal((await judged({ checkpoint: { config, tensors }, base: { ...saved, config } })).missing.length, 2);
});
