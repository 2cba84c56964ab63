import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { llama } from '../../src/diagnosis/examples.ts';
import { edited, sideBySide } from '../support/side-by-side.ts';

const names = (items: readonly { readonly name: string }[]): string[] => items.map(({ name }) => name);

describe('a base of another architecture', () => {
  test('is no yardstick: by its width', async () => {
    const wide = llama({ config: { model_type: 'mistral', hidden_size: 128 }, architecture: 'MistralForCausalLM' });
    const side = await sideBySide(llama(), wide);
    assert.equal(side.base, null);
    assert.equal(side.incomparable?.reference, './base');
    assert.equal(side.comparison.basis, 'facts');
    assert.deepEqual(side.comparison.missing, []);
  });

  test('is no yardstick: by its names, where its type is another too', async () => {
    const other = llama({ config: { model_type: 'own_text' }, architecture: 'OwnForCausalLM', rename: (name) => `stack${name.replaceAll('layers', 'blocks').replaceAll('proj', 'dense').replaceAll('norm', 'scale').replaceAll('lm_head', 'out').replaceAll('embed_tokens', 'wte')}` });
    const side = await sideBySide(llama(), other);
    assert.equal(side.base, null);
    assert.equal(side.incomparable?.reference, './base');
    assert.deepEqual(side.comparison.missing, []);
  });

  test('a sound base of the same type is one, whatever is lost', async () => {
    const side = await sideBySide(llama({ rename: (name) => (name.includes('norm') ? name : null) }), llama());
    assert.equal(side.incomparable, null);
    assert.equal(side.comparison.basis, 'base');
    assert.equal(side.comparison.missing.length, 16);
  });
});

test('a class that keeps its model under another prefix is held against its own facts beside a base of its type', async () => {
  const answering = llama({ head: false, architecture: 'LlamaForQuestionAnswering', rename: (name) => name.replace(/^model\./, 'transformer.') });
  const whole = edited(answering, { 'qa_outputs.weight': ['BF16', 2, 64], 'qa_outputs.bias': ['BF16', 2] });
  assert.deepEqual((await sideBySide(whole, llama())).comparison.missing, []);
  const lost = edited(whole, { 'qa_outputs.bias': null, 'transformer.embed_tokens.weight': null });
  assert.deepEqual((await sideBySide(lost, llama())).comparison.missing.map(({ name }) => name).sort(), ['qa_outputs.bias', 'transformer.embed_tokens.weight']);
});

describe('names that the facts do not know', () => {
  const own = (name: string): string => name.replace('model.layers', 'decoder.stack').replace('embed_tokens', 'wte').replace(/(\w+)_proj/, 'dense_$1');

  test('mean that nothing is known of the class', async () => {
    const { comparison, intent } = await sideBySide(llama({ rename: own }));
    assert.equal(comparison.basis, 'none');
    assert.equal(intent.facts, null);
    assert.deepEqual(comparison.missing, []);
  });

  test('a wrapper before them does not', async () => {
    const { comparison } = await sideBySide(llama({ rename: (name) => `module.${name}` }));
    assert.equal(comparison.basis, 'facts');
    assert.equal(comparison.wrapper?.text, 'module.');
    assert.deepEqual(comparison.wrapper?.unwrapped.missing, []);
  });

  test('a few of them are a few too many', async () => {
    const { comparison } = await sideBySide(llama({ rename: (name) => (name.includes('layers.1.mlp') ? own(name) : name) }));
    assert.equal(comparison.basis, 'facts');
    assert.equal(comparison.unexpected.length, 3);
    assert.deepEqual(names(comparison.missing), ['down', 'gate', 'up'].map((part) => `model.layers.1.mlp.${part}_proj.weight`));
  });
});

test('other modules in every layer are those of the code in the repo, where there is some', async () => {
  const own = llama();
  const fused = { ...own, tensors: Object.fromEntries(Object.entries(own.tensors).flatMap(([name, info]) => (/[kv]_proj/.test(name) ? [] : [[name.replace('q_proj', 'W_pack'), info]]))) };
  const withCode = { ...fused, config: { ...own.config, auto_map: { AutoModelForCausalLM: 'modeling_own.LlamaForCausalLM' } } };
  assert.deepEqual([(await sideBySide(fused)).comparison.basis, (await sideBySide(withCode)).comparison.basis], ['facts', 'none']);
  const unmerged = { ...withCode, tensors: Object.fromEntries(Object.entries(own.tensors).flatMap(([name, info]) => (name.includes('q_proj') ? [[name.replace('.weight', '.base_layer.weight'), info], [name.replace('.weight', '.lora_A.default.weight'), ['BF16', 4, 64]]] : [[name, info]]))) };
  assert.equal((await sideBySide(unmerged)).comparison.basis, 'facts', 'a known damage is none');
  const biased = edited(own, Object.fromEntries([0, 1].flatMap((layer) => [[`model.layers.${layer}.self_attn.o_proj.weight`, null], [`model.layers.${layer}.self_attn.o_proj.bias`, ['BF16', 64]]])));
  assert.equal((await sideBySide({ ...biased, config: withCode.config })).comparison.basis, 'facts', 'a bias takes the place of no matrix');
  const headless = { ...withCode, tensors: edited(fused, { 'lm_head.weight': null }).tensors };
  assert.equal((await sideBySide(headless)).comparison.basis, 'facts', 'nor a layer that of the head');
  const lost = await sideBySide({ ...own, config: withCode.config, tensors: edited(own, { 'model.layers.1.mlp.up_proj.weight': null }).tensors });
  assert.deepEqual(lost.comparison.missing.map(({ name }) => name), ['model.layers.1.mlp.up_proj.weight'], 'a loss is one whether or not code is there');
});

test('a type of which nothing is known is compared with nothing, and with its base all the same', async () => {
  const own = llama({ config: { model_type: 'own_text' }, architecture: 'OwnForCausalLM' });
  assert.equal((await sideBySide(own)).comparison.basis, 'none');
  const { comparison } = await sideBySide({ ...own, tensors: llama({ layers: 1 }).tensors }, own);
  assert.equal(comparison.basis, 'base');
  assert.equal(comparison.missing.length, 9);
});
