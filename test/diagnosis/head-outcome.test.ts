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
