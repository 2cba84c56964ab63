import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { judged } from '../support/examples.ts';

type Tensors = ExampleCheckpoint['tensors'];

const SIZES = { hidden_size: 16, intermediate_size: 32, num_hidden_layers: 1, num_attention_heads: 2, projection_dim: 8 };
const TEXT = { model_type: 'clip_text_model', ...SIZES, vocab_size: 64, max_position_embeddings: 12 };
const VISION = { model_type: 'clip_vision_model', ...SIZES, image_size: 8, patch_size: 4 };

/** One of CLIP's encoders: a layer and what is around it. */
function encoder(path: string): Tensors {
  const pair = (module: string, ...weight: number[]): [string, readonly [string, ...number[]]][] => [[`${path}.${module}.weight`, ['F32', ...weight]], [`${path}.${module}.bias`, ['F32', weight[0] ?? 0]]];
  const layer = 'encoder.layers.0';
  return Object.fromEntries([
    ...['q', 'k', 'v', 'out'].flatMap((part) => pair(`${layer}.self_attn.${part}_proj`, 16, 16)), ...pair(`${layer}.mlp.fc1`, 32, 16), ...pair(`${layer}.mlp.fc2`, 16, 32),
    ...pair(`${layer}.layer_norm1`, 16), ...pair(`${layer}.layer_norm2`, 16),
  ]);
}

const TEXT_MODEL: Tensors = {
  ...encoder('text_model'), 'text_model.embeddings.token_embedding.weight': ['F32', 64, 16], 'text_model.embeddings.position_embedding.weight': ['F32', 12, 16],
  'text_model.final_layer_norm.weight': ['F32', 16], 'text_model.final_layer_norm.bias': ['F32', 16],
};
const VISION_MODEL: Tensors = {
  ...encoder('vision_model'), 'vision_model.embeddings.class_embedding': ['F32', 16], 'vision_model.embeddings.patch_embedding.weight': ['F32', 16, 3, 4, 4], 'vision_model.embeddings.position_embedding.weight': ['F32', 5, 16],
  ...Object.fromEntries(['pre_layrnorm', 'post_layernorm'].flatMap((norm) => ['weight', 'bias'].map((part) => [`vision_model.${norm}.${part}`, ['F32', 16] as const]))),
};
const CLIP: ExampleCheckpoint = {
  config: { architectures: ['CLIPModel'], model_type: 'clip', projection_dim: 8, text_config: TEXT, vision_config: VISION, transformers_version: '5.18.0' },
  tensors: { ...TEXT_MODEL, ...VISION_MODEL, 'text_projection.weight': ['F32', 8, 16], 'visual_projection.weight': ['F32', 8, 16], logit_scale: ['F32'] },
};

test('a part with a head of its own is held against the part of its base, and its head against the facts', async () => {
  const withHead = { config: { ...TEXT, architectures: ['CLIPTextModelWithProjection'], transformers_version: '5.18.0' }, tensors: { ...TEXT_MODEL, 'text_projection.weight': ['F32', 8, 16] as const } };
  const sound = await judged({ checkpoint: withHead, base: CLIP });
  assert.deepEqual([sound.verdict, sound.base?.reference], ['complete', './base']);
  const lost = await judged({ checkpoint: { ...withHead, tensors: TEXT_MODEL }, base: CLIP });
  assert.deepEqual([lost.verdict, lost.missing.map(({ name }) => name)], ['incomplete', ['text_projection.weight']]);
  const bare = await judged({ checkpoint: { config: { ...TEXT, architectures: ['CLIPTextModel'], transformers_version: '5.18.0' }, tensors: TEXT_MODEL }, base: CLIP });
  assert.equal(bare.verdict, 'complete');
});
