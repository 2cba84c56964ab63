import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { edited, sideBySide } from '../support/side-by-side.ts';

type Tensors = Record<string, readonly [string, ...number[]]>;

const lost = async (example: ExampleCheckpoint, drop: (name: string) => boolean = () => false): Promise<string[]> => {
  const gone = Object.keys(example.tensors).filter(drop);
  const { comparison } = await sideBySide(edited(example, Object.fromEntries(gone.map((name) => [name, null]))));
  assert.deepEqual(comparison.unexpected, []);
  assert.deepEqual(comparison.missing.map(({ name }) => name).sort(), gone.sort());
  return gone;
};

/** An encoder of T5 of four blocks, as transformers 5.18 saves it. */
function t5(): ExampleCheckpoint {
  const block = (number: number): Tensors => Object.fromEntries([
    ...['q', 'k', 'v', 'o'].map((part) => [`layer.0.SelfAttention.${part}.weight`, ['F32', 32, 32]] as const),
    ...(number === 0 ? [['layer.0.SelfAttention.relative_attention_bias.weight', ['F32', 32, 4]] as const] : []),
    ['layer.0.layer_norm.weight', ['F32', 32]] as const, ['layer.1.layer_norm.weight', ['F32', 32]] as const,
    ['layer.1.DenseReluDense.wi.weight', ['F32', 48, 32]] as const, ['layer.1.DenseReluDense.wo.weight', ['F32', 32, 48]] as const,
  ].map(([name, info]) => [`encoder.block.${number}.${name}`, info]));
  return {
    config: { architectures: ['T5EncoderModel'], model_type: 't5', d_model: 32, d_ff: 48, d_kv: 8, num_heads: 4, num_layers: 4, vocab_size: 64, transformers_version: '5.18.0' },
    tensors: { 'shared.weight': ['F32', 64, 32], 'encoder.final_layer_norm.weight': ['F32', 32], ...block(0), ...block(1), ...block(2), ...block(3) },
  };
}

/** Switch Transformers with 12 experts, more than the facts were gathered with, in every second block. */
function switchTransformer(): ExampleCheckpoint {
  const net = (at: string, wide: string): Tensors => ({ [`${at}.wi.weight`]: ['F32', 48, 32], [`${at}.wo.weight`]: ['F32', 32, 48], ...(wide === '' ? {} : { [`${wide}.router.classifier.weight`]: ['F32', 12, 32] }) });
  const attention = (at: string, name: string): Tensors => Object.fromEntries([...['q', 'k', 'v', 'o'].map((part) => [`${at}.${name}.${part}.weight`, ['F32', 32, 32]] as const), [`${at}.layer_norm.weight`, ['F32', 32]] as const]);
  const block = (side: string, number: number): Tensors => {
    const at = `${side}.block.${number}.layer`;
    const last = side === 'encoder' ? `${at}.1` : `${at}.2`;
    const experts: Tensors = Object.assign({}, ...Array.from({ length: 12 }, (_, expert) => net(`${last}.mlp.experts.expert_${expert}`, `${last}.mlp`)));
    return {
      ...attention(`${at}.0`, 'SelfAttention'), ...(side === 'decoder' ? attention(`${at}.1`, 'EncDecAttention') : {}), [`${last}.layer_norm.weight`]: ['F32', 32],
      ...(number === 0 ? { [`${at}.0.SelfAttention.relative_attention_bias.weight`]: ['F32', 32, 4] } : {}), ...(number % 2 === 1 ? experts : net(`${last}.mlp`, '')),
    };
  };
  const sides = ['encoder', 'decoder'].map((side): Tensors => ({ [`${side}.final_layer_norm.weight`]: ['F32', 32], ...block(side, 0), ...block(side, 1), ...block(side, 2), ...block(side, 3) }));
  return {
    config: {
      architectures: ['SwitchTransformersForConditionalGeneration'], model_type: 'switch_transformers', d_model: 32, d_ff: 48, d_kv: 8, num_heads: 4, num_layers: 4, num_decoder_layers: 4,
      num_sparse_encoder_layers: 2, num_sparse_decoder_layers: 2, num_experts: 12, vocab_size: 64, tie_word_embeddings: true, transformers_version: '5.18.0',
    },
    tensors: Object.assign({ 'shared.weight': ['F32', 64, 32] }, ...sides),
  };
}

describe('members of lists within layers', () => {
  test('what the same member has in all other blocks it ought to have in each', async () => {
    await lost(t5());
    for (const part of ['DenseReluDense.wi', 'DenseReluDense.wo', 'SelfAttention.q']) assert.equal((await lost(t5(), (name) => name.startsWith('encoder.block.2.') && name.includes(part))).length, 1);
  });

  test('a block that the config counts is called for though nothing of it is stored', async () => {
    for (const block of [1, 3]) assert.equal((await lost(t5(), (name) => name.startsWith(`encoder.block.${block}.`))).length, 8);
  });

  test('experts whose number is part of a word are a list as any other', async () => {
    await lost(switchTransformer());
    for (const expert of [0, 4, 10, 11]) assert.equal((await lost(switchTransformer(), (name) => name.includes(`encoder.block.3.layer.1.mlp.experts.expert_${expert}.`))).length, 2);
    assert.equal((await lost(switchTransformer(), (name) => name.endsWith('decoder.block.1.layer.2.mlp.experts.expert_9.wo.weight'))).length, 1);
  });
});
