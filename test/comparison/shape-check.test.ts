import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { llama } from '../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { edited, sideBySide } from '../support/side-by-side.ts';

const base = llama({ layers: 4 });
const UP = (layer: number): string => `model.layers.${layer}.mlp.up_proj.weight`;

async function mismatches(example: ExampleCheckpoint, other: ExampleCheckpoint | null = null): Promise<[string, readonly number[], readonly number[]][]> {
  const { comparison } = await sideBySide(example, other);
  return comparison.mismatched.map(({ name, expected, actual }) => [name, expected.shape, actual.shape]);
}

describe('beside a base', () => {
  test('a shape that the base does not have is one, and the base says what it should be', async () => {
    assert.deepEqual(await mismatches(base, base), []);
    assert.deepEqual(await mismatches(edited(base, { [UP(2)]: ['BF16', 90, 64] }), base), [[UP(2), [96, 64], [90, 64]]]);
    assert.deepEqual(await mismatches(edited(base, { [UP(2)]: ['BF16', 96, 8, 8] }), base), [[UP(2), [96, 64], [96, 8, 8]]]);
  });

  test('even where every layer has it', async () => {
    const all = edited(base, Object.fromEntries([0, 1, 2, 3].map((layer) => [UP(layer), ['BF16', 90, 64] as const])));
    assert.equal((await mismatches(all, base)).length, 4);
  });

  test('widths that the checkpoint\'s own config states are no damage', async () => {
    const wider = llama({ layers: 4, config: { intermediate_size: 112 } });
    const widened = edited(wider, Object.fromEntries([0, 1, 2, 3].flatMap((layer) => [
      [UP(layer), ['BF16', 112, 64] as const], [`model.layers.${layer}.mlp.gate_proj.weight`, ['BF16', 112, 64] as const], [`model.layers.${layer}.mlp.down_proj.weight`, ['BF16', 64, 112] as const],
    ])));
    assert.deepEqual(await mismatches(widened, base), []);
  });
});

describe('what the loader splits', () => {
  const config = { model_type: 'gte', architectures: ['GteForSequenceClassification'], transformers_version: '5.18.0', hidden_size: 64, num_attention_heads: 4, num_hidden_layers: 1 };
  const fused: ExampleCheckpoint = { config, tensors: { 'classifier.weight': ['F32', 2, 64], 'gte.encoder.layer.0.attention.qkv_proj.weight': ['F32', 192, 64] } };
  const cut = (rows: number): ExampleCheckpoint => ({
    config,
    tensors: {
      'classifier.weight': ['F32', 2, 64], 'gte.layers.0.self_attn.q_proj.weight': ['F32', 64, 64],
      'gte.layers.0.self_attn.k_proj.weight': ['F32', rows, 64], 'gte.layers.0.self_attn.v_proj.weight': ['F32', 64, 64],
    },
  });

  test('may be stored as the pieces that it makes of it, as long as they add up', async () => {
    assert.deepEqual(await mismatches(cut(64), fused), []);
    assert.equal((await mismatches(cut(32), fused)).length, 1);
  });
});

describe('the vocabulary', () => {
  test('resized together with the config is a resize', async () => {
    const { comparison } = await sideBySide(llama({ layers: 4, vocabulary: 328 }), base);
    assert.deepEqual(comparison.mismatched, []);
    assert.deepEqual(comparison.vocabulary, { names: ['lm_head.weight', 'model.embed_tokens.weight'], from: 320, to: 328 });
  });

  test('is not resized where another size, that was the same number, is another', async () => {
    const wide = (width: number): ExampleCheckpoint => edited(llama({ layers: 4, config: { intermediate_size: width } }), Object.fromEntries([0, 1, 2, 3].flatMap((layer) => [
      [UP(layer), ['BF16', width, 64] as const], [`model.layers.${layer}.mlp.gate_proj.weight`, ['BF16', width, 64] as const], [`model.layers.${layer}.mlp.down_proj.weight`, ['BF16', 64, width] as const],
    ])));
    const { comparison } = await sideBySide(wide(112), wide(320));
    assert.deepEqual([comparison.mismatched, comparison.vocabulary], [[], null]);
  });

  test('that the config does not follow is a mismatch, with a base and without', async () => {
    const stale = llama({ layers: 4, vocabulary: 328, config: { vocab_size: 320 } });
    for (const other of [base, null]) {
      assert.deepEqual((await mismatches(stale, other)).sort(), [['lm_head.weight', [320, 64], [328, 64]], ['model.embed_tokens.weight', [320, 64], [328, 64]]]);
    }
  });
});

describe('beside a base', () => {
  test('a config of other sizes is wrong though the base has the stored shapes', async () => {
    const found = await mismatches(llama({ layers: 4, config: { intermediate_size: 104 } }), base);
    assert.equal(found.length, 12);
    assert.deepEqual(found[0]?.slice(1), [[64, 104], [64, 96]]);
    assert.deepEqual(await mismatches(llama({ layers: 4, config: { eos_token_id: 7 } }), base), []);
  });

  test('a head of as many labels as the config has is sound, whatever the base has', async () => {
    const classifier = (labels: number, stated: number): ExampleCheckpoint => edited(llama({ layers: 4, head: false, architecture: 'LlamaForSequenceClassification', config: { id2label: Object.fromEntries(Array.from({ length: stated }, (_, i) => [i, `L${i}`])) } }), { 'score.weight': ['BF16', labels, 64] });
    assert.deepEqual(await mismatches(classifier(5, 5), classifier(3, 3)), []);
    assert.deepEqual(await mismatches(classifier(3, 5), classifier(3, 3)), [['score.weight', [5, 64], [3, 64]]]);
  });
});

describe('without a base', () => {
  const everywhere = (shape: readonly number[]): ExampleCheckpoint => edited(base, Object.fromEntries([0, 1, 2, 3].map((layer) => [UP(layer), ['BF16', ...shape] as const])));

  test('one layer that differs is wrong', async () => {
    assert.deepEqual(await mismatches(edited(base, { [UP(1)]: ['BF16', 90, 64] })), [[UP(1), [96, 64], [90, 64]]]);
  });

  test('also where what it stores is a usual size, and what it should store is found nowhere else', async () => {
    const phi3 = { architecture: 'Phi3ForCausalLM', layers: 4, config: { model_type: 'phi3', pad_token_id: 0 } };
    const fused = (layer: number): Record<string, readonly [string, ...number[]]> => ({ [`model.layers.${layer}.self_attn.qkv_proj.weight`]: ['BF16', 128, 64], [`model.layers.${layer}.mlp.gate_up_proj.weight`]: ['BF16', 192, 64] });
    const sound = edited(llama({ ...phi3, rename: (name) => (/[qkv]_proj|gate_proj|up_proj/.test(name) ? null : name) }), Object.assign({}, ...[0, 1, 2, 3].map(fused)));
    assert.deepEqual(await mismatches(sound), []);
    const name = 'model.layers.1.mlp.gate_up_proj.weight';
    assert.deepEqual(await mismatches(edited(sound, { [name]: ['BF16', 96, 64] })), [[name, [192, 64], [96, 64]]]);
  });

  test('but the first layer may take in another width than those after it', async () => {
    const convs = [384, 256, 256, 256, 256].map((width, layer): [string, readonly [string, ...number[]]] => [`duration_predictor.conv_layers.${layer}.conv.weight`, ['F32', 256, width, 3]]);
    const attention = ['k', 'q', 'v', 'out'].flatMap((part) => [0, 1, 2, 3].map((layer): [string, readonly [string, ...number[]]] => [`encoder.conformer_layers.${layer}.self_attn.linear_${part}.weight`, ['F32', 384, 384]]));
    const predictor = { config: { model_type: 'fastspeech2_conformer', architectures: ['FastSpeech2ConformerModel'], hidden_size: 384, duration_predictor_channels: 256, duration_predictor_layers: 5 }, tensors: Object.fromEntries([...convs, ...attention]) };
    assert.deepEqual(await mismatches(predictor), []);
    const [first, odd] = [0, 2].map((layer) => `duration_predictor.conv_layers.${layer}.conv.weight`);
    assert.ok(first !== undefined && odd !== undefined);
    assert.deepEqual((await mismatches(edited(predictor, { [first]: ['F32', 256, 256, 3], [odd]: ['F32', 256, 384, 3] }))).map(([name]) => name), [odd]);
  });

  test('rows and columns that changed places are no formula\'s mistake', async () => {
    assert.equal((await mismatches(everywhere([64, 96]))).length, 4);
  });

  test('a formula that fails in every layer alike is doubted', async () => {
    // 128 is twice the hidden size: a formula may have taken the wrong setting.
    assert.deepEqual(await mismatches(everywhere([128, 64])), []);
  });

  test('but not where it is a setting by itself, and no other number of the config makes what is stored', async () => {
    assert.equal((await mismatches(everywhere([90, 64]))).length, 4);
  });

  test('but not where a setting of it is confirmed by nothing that is stored: then the config is another model\'s', async () => {
    for (const wrong of [{ num_key_value_heads: 4 }, { num_attention_heads: 8 }, { head_dim: 32 }, { intermediate_size: 192 }]) {
      const found = await mismatches({ ...base, config: { ...base.config, ...wrong } });
      assert.ok(found.length >= 8, JSON.stringify(wrong));
    }
  });

  test('and is doubted where another setting of such a name explains it: layers of another kind have their own', async () => {
    const config = { ...base.config, num_key_value_heads: 4, swa_num_key_value_heads: 2 };
    assert.deepEqual(await mismatches({ ...base, config }), []);
  });

  test('but not where it fails differently, or where nothing is in them', async () => {
    const different = edited(everywhere([90, 64]), { [UP(3)]: ['BF16', 80, 64] });
    assert.equal((await mismatches(different)).length, 4);
    assert.equal((await mismatches(everywhere([0, 64]))).length, 4);
  });

  test('but not where all of the model is cut into slices of one size', async () => {
    const sliced = Object.fromEntries(Object.entries(base.tensors).map(([name, [dtype, rows = 1, ...rest]]) => [name, rest.length === 0 ? ([dtype, rows] as const) : ([dtype, rows / 2, ...rest] as const)]));
    const found = await mismatches({ ...base, tensors: sliced });
    for (const layer of [0, 1, 2, 3]) assert.ok(found.some(([name]) => name === UP(layer)));
    assert.ok(found.every(([, [expected = 0], [actual = 0]]) => expected === 2 * actual));
  });
});
