import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fuyu, llama } from '../../src/diagnosis/examples.ts';
import { plain } from '../../src/diagnosis/prose.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { judged, rulesOf } from '../support/examples.ts';

// What each release does was seen by running it (InternVL, Mistral 3, DeepSeek-VL and GOT-OCR2 of 5.18 loaded by 4.57; T5 of 4.57 by 5.18).

const HEAD = 'language_model.lm_head.weight';

function without(name: string, { tensors, ...rest }: ExampleCheckpoint): ExampleCheckpoint {
  return { ...rest, tensors: Object.fromEntries(Object.entries(tensors).filter(([other]) => other !== name)) };
}

describe('the tie flag that releases read from different places', () => {
  test('5.x leaves the tied head out, and 4.57, to which it is not tied, makes a new one: a warning, and the line says so', async () => {
    const report = await judged({ checkpoint: without(HEAD, fuyu({ root: true, nested: false })) });
    const { findings, loaders, verdict } = report;
    assert.deepEqual([verdict, rulesOf(report, 'warning')], ['complete', ['tie-flag-ambiguous']]);
    assert.equal(plain(loaders[0]?.outcome ?? []), `loads, warns, and fills 1 parameter with random numbers; lm_head.weight is among them`);
    assert.equal(plain(loaders[1]?.outcome ?? []), 'loads; the head is the embedding');
    assert.match(plain(findings[0]?.message ?? []), /text_config\.tie_word_embeddings: false, and fills \S+ with random numbers; .* takes the embedding for/);
  });

  test('both take the stored head, or it equals the embedding: nothing to say', async () => {
    for (const bytes of [{}, { [HEAD]: 7 }]) {
      const report = await judged({ checkpoint: { ...fuyu({ root: true, nested: false }), bytes } });
      assert.ok(!rulesOf(report).includes('tie-flag-ambiguous'));
    }
  });

  test('4.57 takes the embedding, 5.x the head: a warning', async () => {
    const report = await judged({ checkpoint: { ...fuyu({ root: false, nested: true }), bytes: { [HEAD]: 7 } } });
    assert.deepEqual(rulesOf(report, 'warning'), ['tie-flag-ambiguous']);
  });
});

test('prediction layers that only a config promises are no loss; those that the base has are', async () => {
  const config = { num_hidden_layers: 2, num_nextn_predict_layers: 1 };
  assert.deepEqual(rulesOf(await judged({ checkpoint: llama({ config }) })), []);
  assert.deepEqual(rulesOf(await judged({ checkpoint: llama({ config }), base: llama({ config }) })), []);
  assert.deepEqual(rulesOf(await judged({ checkpoint: llama({ config }), base: llama({ layers: 3, config }) })), ['mtp-layers-missing']);
});

describe('a stored head that differs from the embedding under a config that ties it', () => {
  test('is no fault where every release takes the stored one', async () => {
    const report = await judged({ checkpoint: { ...fuyu({ root: true, nested: false }), bytes: { [HEAD]: 7 } } });
    assert.deepEqual([report.verdict, rulesOf(report)], ['complete', []]);
  });

  test('is put down to the release that ties the class whatever its config says, where that wrote it', async () => {
    const shape = { d_ff: 24, d_kv: 8, d_model: 16, num_decoder_layers: 1, num_heads: 2, num_layers: 1, vocab_size: 32 };
    const config = { architectures: ['T5ForConditionalGeneration'], model_type: 't5', is_encoder_decoder: true, ...shape, tie_word_embeddings: true, transformers_version: '5.18.0' };
    const checkpoint: ExampleCheckpoint = { config, tensors: { 'lm_head.weight': ['F32', 32, 16], 'shared.weight': ['F32', 32, 16] }, bytes: { 'lm_head.weight': 7 } };
    const found = (await judged({ checkpoint })).findings.find(({ rule }) => rule === 'tied-head-differs');
    assert.match(plain(found?.cause ?? []), /^transformers 5 ties T5ForConditionalGeneration whatever its config says: .*saved by 4\) that it loads and saves again/);
    const own = (await judged({ checkpoint: { ...llama({ tied: true, head: true }), bytes: { 'lm_head.weight': 7 } } })).findings.find(({ rule }) => rule === 'tied-head-differs');
    assert.match(plain(own?.cause ?? []), /^The head was untied and trained on its own/);
  });
});
