import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { declarationOf } from '../src/declaration.ts';
import { loraAdapter } from '../src/diagnosis/adapter-examples.ts';
import { bareLlama, bert, llama } from '../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../src/diagnosis/rule.ts';
import { judge } from '../src/judge.ts';
import type { Judgement } from '../src/judge.ts';
import { toJsonV1 } from '../src/report/json-v1.ts';
import { markdown } from '../src/report/markdown.ts';
import { plain } from '../src/report/report.ts';
import { terminal } from '../src/report/terminal.ts';
import { verdictSentence } from '../src/report/words.ts';
import { readExample, rulesOf } from './support/examples.ts';
import { reportOf } from './support/reports.ts';

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
    assert.match(said(judgement) ?? '', /^error: \.\/checkpoint is declared to be released as LlamaForSequenceClassifier, and the model type llama has no such class, so it was judged without\. Name a class of the model type llama, such as LlamaForSequenceClassification, LlamaFor\w+ or LlamaFor\w+\.$/);
    assert.equal(judgement.report.architecture.intendedClass, 'LlamaForCausalLM');
    assert.deepEqual(rulesOf(judgement.report, 'error'), ['head-missing']);
  });

  test('is believed where nothing is known of the type, or its code is in the repo, or the config names it too', async () => {
    const own = bareLlama({ architecture: 'OwnModel', config: { model_type: 'own_text' } });
    const judgement = await declared('OwnForCausalLM', own);
    assert.deepEqual([said(judgement), judgement.report.architecture.intendedClass], [null, 'OwnForCausalLM']);
    // Nothing tells what there should be, so nothing that no weight is lost.
    assert.deepEqual([judgement.report.verdict, rulesOf(judgement.report)], ['unknown', []]);
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

describe('what is said where a class is declared', () => {
  const labelled = (count: number): ExampleCheckpoint => {
    const { config, tensors } = bert({ labels: Array.from({ length: count }, (_, i) => `label ${i}`) });
    const body = Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith('cls.')));
    return { config: { ...config, architectures: ['BertForSequenceClassification'] }, tensors: { ...body, 'bert.pooler.dense.bias': ['F32', 64], 'bert.pooler.dense.weight': ['F32', 64, 64], 'classifier.bias': ['F32', count], 'classifier.weight': ['F32', count, 64] } };
  };
  const steps = ({ report }: Judgement, rule: string): string => plain(report.findings.find((one) => one.rule === rule)?.fix?.steps ?? []);

  // Run with both releases: without the labels the model has two rows, and three do not fit in.
  test('the code that puts a head back takes the labels from the base, where the config names none', async () => {
    const code = async (checkpoint: ExampleCheckpoint): Promise<string> => (await declared('BertForSequenceClassification', checkpoint, labelled(3))).report.findings[0]?.fix?.code?.text ?? '';
    assert.deepEqual((await code(bert({ bare: true }))).split('\n').slice(2, 5), [
      'base = AutoModelForSequenceClassification.from_pretrained("./base", dtype="auto")',
      'model = AutoModelForSequenceClassification.from_pretrained("./checkpoint", dtype="auto", num_labels=base.config.num_labels, id2label=base.config.id2label, label2id=base.config.label2id)',
      'model.classifier.load_state_dict(base.classifier.state_dict())',
    ]);
    assert.doesNotMatch(await code(bert({ bare: true, labels: ['a', 'b', 'c'] })), /num_labels/);
  });

  test('a head of another size in the base is not copied', async () => {
    const five = await declared('BertForSequenceClassification', bert({ bare: true, labels: ['a', 'b', 'c', 'd', 'e'] }), labelled(3));
    assert.match(steps(five, 'head-missing'), /^Save again from the training run, .* of another size, and does not fit\.$/);
  });

  test('where another class is declared than the one in config.json, what to correct is the declared one', async () => {
    const bare = await declared('BertModel', labelled(3));
    assert.match(steps(bare, 'unexpected-parameters'), /^config\.json names BertForSequenceClassification: if it is released as that, correct the declared class \(class in the config file, --class\)\. If not, leave them out/);
    assert.deepEqual(bare.report.loaders.map(({ outcome }) => plain(outcome)), ['loads, with nothing missing', 'loads, with nothing missing']);
    assert.match(steps(await declared('BertForMaskedLM', labelled(3)), 'head-missing'), /^config\.json names BertForSequenceClassification: .* If not, load the model with AutoModelForMaskedLM/);
  });

  test('the report shows it, in every form', async () => {
    const { report } = await declared('BertModel', bert({ bare: true }));
    const shown = [terminal(reportOf(report), { colour: false }), markdown(reportOf(report))].map((text) => text.replaceAll(/\s+/g, ' '));
    for (const text of shown) assert.match(text, /Judged as `BertModel`, as declared\./);
    assert.match(shown[0] ?? '', /\(released as `BertModel`, as declared\)/);
    assert.match(shown[1] ?? '', /Declared: `BertModel`/);
    assert.equal(toJsonV1(reportOf(report)).checkpoints[0]?.architecture.declaredClass, 'BertModel');
    assert.equal(toJsonV1(reportOf((await declared('LlamaForCausalLM', loraAdapter(), llama())).report)).checkpoints[0]?.architecture.declaredClass, undefined);
  });

  test('one that cannot be used: the tick does not stand as if nothing were wrong', async () => {
    const { report } = await declared('BertForSeqenceClassification', labelled(3));
    assert.equal(plain(verdictSentence(report)), './checkpoint is complete, judged without the declared class');
    assert.match(terminal(reportOf(report), { colour: false }), /^! /);
    assert.match(markdown(reportOf(report)), /Declared: `BertForSeqenceClassification`, which was not used/);
  });

  test('one that cannot be used stands in the headline of every verdict, and is what to correct where that would decide', async () => {
    assert.match(plain(verdictSentence((await declared('LlamaForSequenceClassifier', bareLlama())).report)), /^\.\/checkpoint, judged without the declared class, is incomplete: /);
    const undecided = (await declared('BertForSequenceClassifier', bert({ bare: true }))).report;
    assert.match(plain(verdictSentence(undecided)), /^\.\/checkpoint, judged without the declared class: can't tell whether it is complete: BertModel is a bare class.*\. Correct the declared class to get a verdict\.$/);
  });

  test('a class of another model type, and an auto class, are called that', async () => {
    assert.match(said(await declared('LlamaForCausalLM', labelled(3))) ?? '', /which is a class of the model type llama, and this is bert, so it was judged without\. Name a class of the model type bert/);
    assert.match(said(await declared('AutoModelForSequenceClassification', labelled(3))) ?? '', /which is an auto class and no model's own, so it was judged without\. .*, such as BertForSequenceClassification\.$/);
    assert.match(said(await declared('AutoModel', labelled(3))) ?? '', /, such as BertModel\.$/);
  });
});
