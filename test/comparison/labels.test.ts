import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadModelTypeFacts } from '../../src/architecture/index.ts';
import { classOfLabels } from '../../src/comparison/labels.ts';
import type { LabelEvidence } from '../../src/comparison/labels.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { readExample } from '../support/examples.ts';

const placeholders = (count: number): string[] => Array.from({ length: count }, (_, i) => `LABEL_${i}`);

async function evidence(modelType: string, labels: readonly unknown[], more: Readonly<Record<string, unknown>> = {}, tensors: ExampleCheckpoint['tensors'] = { 'embeddings.weight': ['F32', 8, 8] }): Promise<LabelEvidence | null> {
  const facts = await loadModelTypeFacts(modelType);
  assert.ok(facts !== null);
  return classOfLabels(facts, await readExample({ config: { model_type: modelType, id2label: Object.fromEntries(labels.entries()), ...more }, tensors }));
}

describe('labels that a bare class has no use for', () => {
  test('are two or more with names of their own, or three or more of any name', async () => {
    for (const labels of [['NEGATIVE', 'POSITIVE'], ['joy', 'anger', 'fear'], [0, 1], placeholders(3), placeholders(20)]) assert.notEqual(await evidence('bert', labels), null, labels.join());
    for (const labels of [[], ['LABEL_0'], placeholders(2), ['text'], ['LABEL_0', 'other'], [null, {}, ['a', 'b']]]) assert.equal(await evidence('bert', labels), null, labels.join());
  });

  test('are not those that a config class writes unasked', async () => {
    assert.equal(await evidence('bart', placeholders(3)), null);
    assert.equal(await evidence('pvt', placeholders(1000)), null);
    assert.equal(await evidence('openai_privacy_filter', ['O', ...Array.from({ length: 32 }, (_, i) => `B-${i}`)]), null);
    assert.equal(await evidence('mbart', placeholders(3), { is_encoder_decoder: true }), null);
    assert.equal((await evidence('bart', ['contradiction', 'neutral', 'entailment'], { is_encoder_decoder: true }))?.class, 'BartForSequenceClassification');
    assert.equal((await evidence('pvt', ['cat', 'dog']))?.class, 'PvtForImageClassification');
  });

  test('prove nothing where another head is stored', async () => {
    const head = async (name: string): Promise<string | undefined> => (await evidence('llama', ['a', 'b'], {}, { [name]: ['F32', 2, 8] }))?.class;
    assert.equal(await head('norm.weight'), 'LlamaForSequenceClassification');
    assert.equal(await head('score.weight'), 'LlamaForSequenceClassification');
    assert.equal(await head('lm_head.weight'), undefined);
  });
});

describe('the class that labels were for', () => {
  test('is the one for whole inputs, of whatever kind they are, and others are named', async () => {
    assert.deepEqual(await evidence('bert', ['joy', 'anger']), { labels: ['joy', 'anger'], problemType: null, class: 'BertForSequenceClassification', others: ['BertForTokenClassification'] });
    assert.deepEqual(await evidence('vit', ['cat', 'dog']), { labels: ['cat', 'dog'], problemType: null, class: 'ViTForImageClassification', others: [] });
    assert.equal((await evidence('wav2vec2', ['yes', 'no']))?.class, 'Wav2Vec2ForSequenceClassification');
    assert.deepEqual((await evidence('segformer', ['road', 'sky']))?.others, ['SegformerForSemanticSegmentation']);
  });

  test('is for tokens where the labels are those of parts of a text, and for whole inputs where problem_type is written', async () => {
    const tags = ['O', 'B-PER', 'I-PER'];
    assert.deepEqual(await evidence('bert', tags), { labels: tags, problemType: null, class: 'BertForTokenClassification', others: ['BertForSequenceClassification'] });
    assert.deepEqual((await evidence('bert', ['joy', 'anger'], { problem_type: 'single_label_classification' }))?.others, []);
  });

  test('is the one whose loss wrote what kind of problem it is, with labels that nobody named', async () => {
    assert.deepEqual(await evidence('bert', [], { problem_type: 'single_label_classification' }), { labels: [], problemType: 'single_label_classification', class: 'BertForSequenceClassification', others: [] });
    assert.equal((await evidence('bert', placeholders(2), { problem_type: 'regression' }))?.class, 'BertForSequenceClassification');
    for (const problem_type of [null, '', 'other', 3]) assert.equal(await evidence('bert', [], { problem_type }), null);
    assert.equal(await evidence('clap', [], { problem_type: 'regression' }), null);
  });

  test('is not known where the type has none', async () => {
    assert.equal(await evidence('clap', ['a', 'b']), null);
  });
});
