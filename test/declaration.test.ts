import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { declarationOf } from '../src/declaration.ts';
import { loraAdapter } from '../src/diagnosis/adapter-examples.ts';
import { bareLlama, bert, llama } from '../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../src/diagnosis/rule.ts';
import { judge } from '../src/judge.ts';
import type { Judgement } from '../src/judge.ts';
import { plain } from '../src/report/report.ts';
import { readExample, rulesOf } from './support/examples.ts';

async function declared(name: string, example: ExampleCheckpoint, base: ExampleCheckpoint | null = null): Promise<Judgement> {
  const of = base === null ? null : await readExample(base, './base');
  return await judge(await readExample(example), { checkpoint: of, found: of === null ? null : 'input', reasons: [] }, { target: { reference: './checkpoint', origin: null, waivers: [], class: name }, severities: {}, today: '2026-11-23' });
}

const said = ({ refusal }: Judgement): string | null => (refusal === null ? null : `${refusal.severity}: ${plain(refusal.message)}`);

describe('the class that a checkpoint is declared to be released as', () => {
  test('decides what a bare class lacks, and the finding says so', async () => {
    const { report, refusal } = await declared('BertForSequenceClassification', bert({ bare: true }));
    assert.equal(refusal, null);
    assert.equal(report.verdict, 'incomplete');
    assert.deepEqual(report.missing.map(({ name }) => name), ['classifier.bias', 'classifier.weight']);
    assert.equal(report.architecture.intendedClass, 'BertForSequenceClassification');
    assert.match(plain(report.findings.find(({ rule }) => rule === 'head-missing')?.message ?? []), /The model is released as BertForSequenceClassification, as declared\./);
  });

  test('wins over architectures, the base and the labels', async () => {
    assert.deepEqual(rulesOf((await declared('LlamaForSequenceClassification', llama())).report, 'error'), ['head-missing']);
    assert.deepEqual((await declared('LlamaForSequenceClassification', bareLlama(), llama())).report.missing.map(({ name }) => name), ['score.weight']);
    assert.deepEqual((await declared('BertForMaskedLM', bert({ bare: true, labels: ['joy', 'anger'] }))).report.architecture.intendedClass, 'BertForMaskedLM');
    assert.equal((await declared('LlamaForCausalLM', llama())).report.verdict, 'complete');
  });

  test('a bare one has no head', async () => {
    for (const example of [bareLlama(), bert({ bare: true }), bert({ bare: true, labels: ['joy', 'anger'] })]) {
      const { report } = await declared(example.config?.['model_type'] === 'llama' ? 'LlamaModel' : 'BertModel', example);
      assert.deepEqual([report.verdict, rulesOf(report)], ['complete', ['head-not-expected']]);
    }
  });

  test('that its model type does not have is an error with the nearest names, and all else is judged', async () => {
    const judgement = await declared('LlamaForSequenceClassifier', bareLlama());
    assert.match(said(judgement) ?? '', /^error: \.\/checkpoint is declared to be released as LlamaForSequenceClassifier, and the model type llama has no such class, so it was judged without\. Name a class of that type, such as LlamaForSequenceClassification, LlamaFor\w+ or LlamaFor\w+\.$/);
    assert.equal(judgement.report.architecture.intendedClass, 'LlamaForCausalLM');
    assert.deepEqual(rulesOf(judgement.report, 'error'), ['head-missing']);
  });

  test('is believed where nothing is known of the type, or its code is in the repo, or the config names it too', async () => {
    const own = bareLlama({ architecture: 'OwnModel', config: { model_type: 'own_text' } });
    const judgement = await declared('OwnForCausalLM', own);
    assert.deepEqual([said(judgement), judgement.report.architecture.intendedClass], [null, 'OwnForCausalLM']);
    assert.equal(said(await declared('LlamaForOwnTask', llama({ config: { auto_map: { AutoModel: 'modeling.Own' } } }))), null);
    assert.equal(said(await declared('LlamaForOwnTask', llama({ architecture: 'LlamaForOwnTask' }))), null);
  });

  test('makes no model of weights without a config', async () => {
    const judgement = await declared('LlamaForCausalLM', { ...llama(), config: null });
    assert.deepEqual([said(judgement), judgement.report.verdict], [null, 'unknown']);
  });

  test('has no effect on an adapter, a GGUF file or a pipeline, which is noted', async () => {
    assert.match(said(await declared('LlamaForCausalLM', loraAdapter(), llama())) ?? '', /^note: .* has no effect: an adapter/);
    const { class: believed, refusal } = declarationOf({ reference: 'a.gguf', class: 'LlamaForCausalLM' }, { ...(await readExample(llama())), format: 'gguf' }, null);
    assert.deepEqual([believed, plain(refusal?.message ?? [])], [null, 'a.gguf is declared to be released as LlamaForCausalLM. That has no effect: a GGUF file is of no class of transformers.']);
    const pipeline: ExampleCheckpoint = { config: null, tensors: {}, shards: { 'text_encoder/model.safetensors': [] }, files: { 'model_index.json': '{"_class_name": "P", "text_encoder": ["transformers", "BertModel"]}', 'model.safetensors.index.json': null } };
    assert.match(said(await declared('BertForMaskedLM', pipeline)) ?? '', /^note: .*model_index\.json of a pipeline/);
  });
});
