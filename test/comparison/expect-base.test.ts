import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isOfSameClass } from '../../src/comparison/expect-base.ts';
import { bareLlama, llama } from '../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { readExample } from '../support/examples.ts';
import { edited, sideBySide } from '../support/side-by-side.ts';

async function missing(example: ExampleCheckpoint, base: ExampleCheckpoint): Promise<string[]> {
  const { comparison } = await sideBySide(example, base);
  assert.equal(comparison.basis, 'base');
  return comparison.missing.map(({ name }) => name);
}

describe('layers', () => {
  test('that the checkpoint\'s own config does not count are not called for, in known types and in others', async () => {
    const own = { config: { model_type: 'own_text' }, architecture: 'OwnForCausalLM' };
    assert.deepEqual(await missing(llama({ layers: 2 }), llama({ layers: 4 })), []);
    assert.deepEqual(await missing(llama({ layers: 2, ...own }), llama({ layers: 4, ...own })), []);
  });

  test('that it counts are', async () => {
    const counted = { config: llama({ layers: 4 }).config, tensors: llama({ layers: 2 }).tensors };
    assert.equal((await missing(counted, llama({ layers: 4 }))).length, 18);
  });

  test('pruned on purpose excuse nothing else', async () => {
    const pruned = edited(llama({ layers: 2 }), { 'model.layers.1.mlp.up_proj.weight': null });
    assert.deepEqual(await missing(pruned, llama({ layers: 4 })), ['model.layers.1.mlp.up_proj.weight']);
  });
});

describe('heads', () => {
  test('a classifier needs no language-model head', async () => {
    const { config, tensors } = llama({ head: false, architecture: 'LlamaForSequenceClassification' });
    assert.deepEqual(await missing({ config, tensors: { ...tensors, 'score.weight': ['BF16', 2, 64] } }, llama()), []);
  });

  test('a head that the base ties and the checkpoint does not must be stored, as large as its source', async () => {
    const { comparison } = await sideBySide(llama({ head: false, tied: false }), llama({ tied: true }));
    assert.deepEqual(comparison.missing.map(({ name, shape, dtype }) => [name, shape, dtype]), [['lm_head.weight', [320, 64], 'BF16']]);
  });

  test('names of a bare save are the base\'s, less its prefix', async () => {
    assert.deepEqual(await missing(bareLlama(), llama()), ['lm_head.weight']);
    const { comparison } = await sideBySide(bareLlama(), llama());
    assert.equal(comparison.prefixLost, true);
    assert.deepEqual(comparison.unexpected, []);
  });
});

test('of a base of another type that names no class, what the class does not have is not called for', async () => {
  // 4.57 writes the class of Qwen2-VL into the part of the text alone: a text model taken out of it has the same names, and no `visual.`.
  const own = llama();
  const base = { config: { model_type: 'qwen2_vl', text_config: { ...own.config } }, tensors: { ...own.tensors, 'visual.blocks.0.norm1.weight': ['BF16', 64] as const } };
  assert.deepEqual((await sideBySide(own, base)).comparison.missing, []);
  const lost = 'model.layers.1.mlp.up_proj.weight';
  assert.deepEqual((await sideBySide(edited(own, { [lost]: null }), base)).comparison.missing.map(({ name }) => name), [lost]);
});

test('of a base of the same type that names no class, what the class never has is not called for', async () => {
  // microsoft/deberta-v3-base names no class, and holds two heads of its pre-training.
  const { architectures: _, ...nameless } = llama().config ?? {};
  const release = { config: nameless, tensors: { ...llama().tensors, 'mask_predictions.dense.weight': ['F32', 8, 8] as const } };
  assert.deepEqual(await missing(llama(), release), []);
  assert.deepEqual(await missing(llama({ head: false }), release), ['lm_head.weight']);
  assert.deepEqual(await missing(llama(), { ...release, config: llama().config ?? {} }), ['mask_predictions.dense.weight'], 'a class that is named is believed to be the one that holds it');
});

test('what the layers of a base without a class have is called for, and prediction layers, whatever the facts know', async () => {
  const { architectures: _, ...nameless } = llama().config ?? {};
  const release = { config: { ...nameless, num_nextn_predict_layers: 1 }, tensors: { ...llama().tensors, 'model.layers.0.self_attn.foo_norm.weight': ['BF16', 8] as const, 'mtp.fc.weight': ['BF16', 8, 8] as const } };
  assert.deepEqual(await missing(llama({ config: { num_nextn_predict_layers: 1 } }), release), ['model.layers.0.self_attn.foo_norm.weight', 'mtp.fc.weight']);
  const { comparison } = await sideBySide({ ...release, config: { ...llama().config, num_nextn_predict_layers: 1 } }, release);
  assert.deepEqual(comparison.unexpected, []);
});

test('a base under names that its own class does not load is no yardstick for names', async () => {
  const own = llama();
  const base = { ...own, tensors: Object.fromEntries(Object.entries(own.tensors).map(([name, info]) => [name.replace('self_attn', 'attn'), info])) };
  assert.deepEqual(await missing(own, base), []);
  assert.equal((await missing(base, base)).length, 8);
  const lost = 'model.layers.1.mlp.up_proj.weight';
  assert.deepEqual(await missing(edited(own, { [lost]: null }), base), [lost]);
});

test('a base that names no class is of the class where it is a part of a model, or nothing is known of the class', async () => {
  const { architectures: _, ...config } = llama().config ?? {};
  const base = await readExample({ ...llama(), config });
  const { intent } = await sideBySide(llama(), null);
  assert.deepEqual([isOfSameClass(base, intent), isOfSameClass({ ...base, within: 'model.language_model' }, intent), isOfSameClass(base, { ...intent, facts: null })], [false, true, true]);
});
