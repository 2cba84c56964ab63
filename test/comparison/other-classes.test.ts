import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classFacts, loadModelTypeFacts } from '../../src/architecture/index.ts';
import { otherClassTest } from '../../src/comparison/other-classes.ts';
import { bert } from '../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { judged, rulesOf } from '../support/examples.ts';

const PRETRAINING: ExampleCheckpoint['tensors'] = { 'bert.pooler.dense.weight': ['F32', 64, 64], 'bert.pooler.dense.bias': ['F32', 64], 'cls.seq_relationship.weight': ['F32', 2, 64], 'cls.seq_relationship.bias': ['F32', 2] };

/** As Google released BERT: it names the class for masked words, and holds what pre-training had besides. */
const released: ExampleCheckpoint = { ...bert(), tensors: { ...bert().tensors, ...PRETRAINING } };

test('what other classes of the type have is told by its name in memory, the bare one under its prefix', async () => {
  const facts = await loadModelTypeFacts('bert');
  assert.ok(facts !== null);
  const isOfOther = otherClassTest(facts, classFacts(facts, 'BertForMaskedLM', '5.18.0'));
  assert.deepEqual(['bert.pooler.dense.bias', 'cls.seq_relationship.bias', 'qa_outputs.weight'].map(isOfOther), [true, true, true]);
  assert.deepEqual(['cls.predictions.bias', 'bert.encoder.layer.3.output.dense.weight', 'adapters.weight'].map(isOfOther), [false, false, false]);
  assert.equal(otherClassTest(null, null)('bert.pooler.dense.bias'), false);
});

test('what stands in a layer, or in a module that the class has something of, proves nothing', async () => {
  const type = await loadModelTypeFacts('bert');
  assert.ok(type !== null);
  // As if no build of the class had had them, and builds of others had.
  const gap = /attention\.self\.query\.bias|embeddings\.LayerNorm/;
  const classes = type.classes.map((entry) => (entry.class !== 'BertForMaskedLM' ? entry : { ...entry, groups: entry.groups.map((group) => ({ ...group, parameters: group.parameters.filter(({ memory }) => !gap.test(memory)) })) }));
  const isOfOther = otherClassTest({ ...type, classes }, classFacts(type, 'BertForMaskedLM', '5.18.0'));
  assert.deepEqual(['bert.encoder.layer.0.attention.self.query.bias', 'bert.embeddings.LayerNorm.weight', 'bert.pooler.dense.weight'].map(isOfOther), [false, false, true]);
});

test('it is no loss where a base holds it, and its bytes are told', async () => {
  const report = await judged({ checkpoint: bert(), base: released });
  assert.deepEqual([report.verdict, rulesOf(report)], ['complete', ['head-tied']]);
  assert.deepEqual(report.ledger.map(({ cause, bytes }) => [cause, bytes])[0], ['missing-parameters', -4 * (64 * 64 + 64 + 2 * 64 + 2)]);
  assert.deepEqual(rulesOf(await judged({ checkpoint: released, base: released })), ['head-tied'], 'and no surplus where both hold it');
});

test('what the class has is missed, and what no class has', async () => {
  const { 'cls.predictions.bias': _, ...headless } = bert().tensors;
  assert.deepEqual((await judged({ checkpoint: { ...bert(), tensors: headless }, base: released })).missing.map(({ name }) => name), ['cls.predictions.bias']);
  const own = { ...bert(), tensors: { ...bert().tensors, 'adapters.weight': ['F32', 4, 4] as const } };
  assert.deepEqual((await judged({ checkpoint: bert(), base: own })).missing.map(({ name }) => name), ['adapters.weight']);
});
