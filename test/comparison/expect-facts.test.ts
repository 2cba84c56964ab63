import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { llama, mixtral } from '../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { edited, sideBySide } from '../support/side-by-side.ts';

async function missing(example: ExampleCheckpoint): Promise<string[]> {
  const { comparison } = await sideBySide(example);
  assert.equal(comparison.basis, 'facts');
  return comparison.missing.map(({ name }) => name).sort();
}

const biases = (layers: readonly number[]): Readonly<Record<string, readonly [string, ...number[]]>> => Object.fromEntries(layers.flatMap((layer) => ['q', 'k', 'v', 'o'].map((part) => [`model.layers.${layer}.self_attn.${part}_proj.bias`, ['BF16', part === 'k' || part === 'v' ? 32 : 64] as const])));

describe('by the facts of its class', () => {
  test('a sound checkpoint lacks nothing', async () => {
    assert.deepEqual(await missing(llama()), []);
    assert.deepEqual(await missing(mixtral()), []);
    assert.deepEqual(await missing(mixtral({ packed: true })), []);
  });

  test('a layer that the config counts is called for whole, wherever it stands', async () => {
    for (const layer of [0, 2, 3]) {
      const gone = await missing(llama({ layers: 4, rename: (name) => (name.includes(`layers.${layer}.`) ? null : name) }));
      assert.equal(gone.length, 9);
      assert.ok(gone.every((name) => name.startsWith(`model.layers.${layer}.`)));
    }
  });

  test('what is sometimes there is called for where siblings have it or a part of it is there', async () => {
    const config = { attention_bias: true };
    assert.deepEqual(await missing(edited(llama({ layers: 3, config }), biases([0, 1, 2]))), []);
    assert.deepEqual(await missing(edited(llama({ layers: 3, config }), biases([0, 1]))), Object.keys(biases([2])).sort());
    const [first = ''] = Object.keys(biases([1]));
    assert.deepEqual(await missing(edited(llama({ layers: 3, config }), { ...biases([0, 1, 2]), [first]: null })), [first]);
  });

  test('what a layer or a stage has that the config does not count is surplus, with all that is numbered within it', async () => {
    const unexpected = async (example: ExampleCheckpoint): Promise<string[]> => (await sideBySide(example)).comparison.unexpected.map(({ name }) => name);
    const experts = Object.keys(mixtral().tensors).filter((name) => name.includes('layers.1.'));
    assert.deepEqual(new Set(await unexpected({ ...mixtral(), config: { ...mixtral().config, num_hidden_layers: 1 } })), new Set(experts));
    const stages = ['resnet.encoder.stages.0.layers.0.layer.0.convolution.weight', 'resnet.encoder.stages.1.layers.0.layer.0.convolution.weight', 'resnet.encoder.stages.2.layers.0.layer.0.convolution.weight'];
    const tensors = Object.fromEntries(stages.map((name, stage): [string, ['BF16', number, number, number, number]] => [name, ['BF16', 8 * 2 ** stage, 8, 3, 3]]));
    assert.deepEqual(await unexpected({ config: { model_type: 'resnet', architectures: ['ResNetForImageClassification'], embedding_size: 8, hidden_sizes: [8, 16], depths: [1, 1], layer_type: 'basic' }, tensors }), [stages[2]]);
  });

  test('what the first layer alone has', async () => {
    const bias = 'encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight';
    const layer = (number: number): Record<string, readonly [string, ...number[]]> => Object.fromEntries([
      ...['q', 'k', 'v', 'o'].map((part): [string, [string, number, number]] => [`encoder.block.${number}.layer.0.SelfAttention.${part}.weight`, ['F32', 64, 64]]),
      ...[0, 1].map((part): [string, [string, number]] => [`encoder.block.${number}.layer.${part}.layer_norm.weight`, ['F32', 64]]),
      [`encoder.block.${number}.layer.1.DenseReluDense.wi.weight`, ['F32', 96, 64]], [`encoder.block.${number}.layer.1.DenseReluDense.wo.weight`, ['F32', 64, 96]],
    ]);
    const config = { model_type: 't5', architectures: ['T5EncoderModel'], d_model: 64, d_kv: 16, d_ff: 96, num_layers: 3, num_heads: 4, vocab_size: 320, relative_attention_num_buckets: 32, feed_forward_proj: 'relu', is_encoder_decoder: false };
    const t5: ExampleCheckpoint = { config, tensors: { 'shared.weight': ['F32', 320, 64], 'encoder.final_layer_norm.weight': ['F32', 64], [bias]: ['F32', 32, 4], ...layer(0), ...layer(1), ...layer(2) } };
    assert.deepEqual(await missing(t5), []);
    assert.deepEqual(await missing(edited(t5, { [bias]: null })), [bias]);
  });

  test('a lost expert, and a part of one', async () => {
    const part = 'model.layers.0.block_sparse_moe.experts.1.w3.weight';
    assert.deepEqual(await missing(edited(mixtral(), { [part]: null })), [part]);
    const expert = ['w1', 'w2', 'w3'].map((name) => `model.layers.1.block_sparse_moe.experts.0.${name}.weight`);
    assert.deepEqual(await missing(edited(mixtral(), Object.fromEntries(expert.map((name) => [name, null])))), expert);
  });

  test('one matrix of all experts', async () => {
    const all = [0, 1].flatMap((layer) => [0, 1].map((expert) => `model.layers.${layer}.block_sparse_moe.experts.${expert}.w2.weight`));
    assert.deepEqual(await missing(edited(mixtral(), Object.fromEntries(all.map((name) => [name, null])))), all);
  });

  test('an absurd count in the config, or number in a name, is not followed without end', async () => {
    const many = await missing(llama({ config: { num_hidden_layers: 1e9 } }));
    assert.ok(many.length <= 4096 * 9);
    const { comparison } = await sideBySide(edited(mixtral(), { 'model.layers.0.block_sparse_moe.experts.99999999.w1.weight': ['BF16', 96, 64] }));
    assert.ok(comparison.missing.length < 1_000_000);
    for (const layers of [-1, 2.5, '2', null]) assert.deepEqual(await missing(llama({ config: { num_hidden_layers: layers } })), []);
  });

  test('what is missing has the shape of the config and the type of its siblings', async () => {
    const { comparison } = await sideBySide(edited(llama(), { 'model.layers.1.self_attn.k_proj.weight': null, 'model.layers.0.self_attn.k_proj.weight': ['F32', 32, 64] }));
    assert.deepEqual(comparison.missing.map(({ dtype, shape, bytes }) => ({ dtype, shape, bytes })), [{ dtype: 'F32', shape: [32, 64], bytes: 32 * 64 * 4 }]);
  });
});
