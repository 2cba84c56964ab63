import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { llama } from '../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { edited, sideBySide } from '../support/side-by-side.ts';

const base = llama();
const names = (items: readonly { readonly name: string }[]): string[] => items.map(({ name }) => name);

describe('what is not stored', () => {
  test('is missing where nothing stands in for it', async () => {
    for (const other of [base, null]) {
      const { comparison } = await sideBySide(edited(base, { 'lm_head.weight': null, 'model.norm.weight': null }), other);
      assert.deepEqual(names(comparison.missing).sort(), ['lm_head.weight', 'model.norm.weight']);
      assert.deepEqual(comparison.missing.find(({ name }) => name === 'lm_head.weight')?.shape, [320, 64]);
      assert.deepEqual(comparison.tied, []);
    }
  });

  test('is tied where the config ties it to what is stored, whether or not the base stores both', async () => {
    const tied = llama({ tied: true });
    for (const other of [null, tied, llama({ tied: true, head: true })]) {
      const { comparison } = await sideBySide(tied, other);
      assert.deepEqual(comparison.missing, []);
      assert.deepEqual(comparison.tied, [{ name: 'lm_head.weight', memory: 'lm_head.weight', source: 'model.embed_tokens.weight' }]);
    }
  });

  test('is missing, both of them, where the source is gone as well', async () => {
    const { comparison } = await sideBySide(edited(llama({ tied: true }), { 'model.embed_tokens.weight': null }), llama({ tied: true, head: true }));
    assert.deepEqual(names(comparison.missing), ['lm_head.weight', 'model.embed_tokens.weight']);
    assert.deepEqual(comparison.tied, []);
  });

  test('is ignored where it is a buffer that is computed', async () => {
    const older = edited(base, { 'model.layers.0.self_attn.rotary_emb.inv_freq': ['F32', 8] });
    const { comparison } = await sideBySide(base, older);
    assert.deepEqual(comparison.missing, []);
    assert.deepEqual(comparison.ignored.base, ['model.layers.0.self_attn.rotary_emb.inv_freq']);
  });

  test('is ignored where the base alone has it and the class passes over it', async () => {
    const config = { architectures: ['DebertaV2ForMaskedLM'], model_type: 'deberta-v2', hidden_size: 8, vocab_size: 20, transformers_version: '5.18.0' };
    const deberta: ExampleCheckpoint = { config, tensors: { 'deberta.embeddings.word_embeddings.weight': ['F32', 20, 8], ...Object.fromEntries(['query', 'key', 'value'].flatMap((part) => ['weight', 'bias'].map((kind) => [`deberta.encoder.layer.0.attention.self.${part}_proj.${kind}`, ['F32', 8]]))) } };
    const { comparison } = await sideBySide(deberta, edited(deberta, { 'mask_predictions.dense.weight': ['F32', 8, 8] }));
    assert.deepEqual(comparison.ignored.base, ['mask_predictions.dense.weight']);
    assert.equal(names(comparison.missing).includes('mask_predictions.dense.weight'), false);
  });

  test('is undelivered where the index places it in a file that is gone', async () => {
    const all = Object.keys(base.tensors);
    const gone = 'model-00002-of-00002.safetensors';
    const { comparison } = await sideBySide({ ...base, shards: { 'model-00001-of-00002.safetensors': all.slice(0, 12), [gone]: all.slice(12) }, files: { [gone]: null } }, base);
    assert.deepEqual(comparison.missing, []);
    assert.deepEqual(names(comparison.undelivered).sort(), all.slice(12).sort());
    assert.ok(comparison.undelivered.every(({ declaredIn }) => declaredIn === gone));
  });
});

describe('what is stored too much', () => {
  test('is unexpected, with a base and without', async () => {
    for (const other of [base, null]) {
      const { comparison } = await sideBySide(edited(base, { 'model.extra.weight': ['BF16', 4, 4] }), other);
      assert.deepEqual(comparison.unexpected.map(({ name, dtype, shape, bytes }) => [name, dtype, shape, bytes]), [['model.extra.weight', 'BF16', [4, 4], 32]]);
    }
  });

  test('is ignored where it is a buffer of an older release', async () => {
    const { comparison } = await sideBySide(edited(base, { 'model.layers.1.self_attn.rotary_emb.inv_freq': ['F32', 8] }), base);
    assert.deepEqual(comparison.unexpected, []);
    assert.deepEqual(comparison.ignored.checkpoint, ['model.layers.1.self_attn.rotary_emb.inv_freq']);
  });

  test('is no surplus where it is the head that the base ties', async () => {
    const { comparison } = await sideBySide(base, llama({ tied: true }));
    assert.deepEqual(comparison.unexpected, []);
    assert.deepEqual(comparison.missing, []);
  });

  test('is a layer more than the config counts', async () => {
    const more = { config: llama({ layers: 2 }).config, tensors: llama({ layers: 3 }).tensors };
    for (const other of [base, null]) {
      const { comparison } = await sideBySide(more, other);
      assert.equal(comparison.unexpected.length, 9);
      assert.ok(comparison.unexpected.every(({ name }) => name.startsWith('model.layers.2.')));
    }
  });
});
