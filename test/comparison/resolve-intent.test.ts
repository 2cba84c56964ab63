import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadModelTypeFacts } from '../../src/architecture/index.ts';
import type { Intent } from '../../src/comparison/intent.ts';
import { resolveIntent } from '../../src/comparison/resolve-intent.ts';
import { bareLlama, bert, llama } from '../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { judged, readExample } from '../support/examples.ts';

async function intentOf(example: ExampleCheckpoint, base: ExampleCheckpoint | null = null): Promise<Intent> {
  const checkpoint = await readExample(example);
  const modelType = checkpoint.config?.['model_type'];
  const facts = typeof modelType === 'string' ? await loadModelTypeFacts(modelType) : null;
  return resolveIntent(checkpoint, base === null ? null : await readExample(base), facts);
}

const card = (front: string): Readonly<Record<string, string>> => ({ 'README.md': `---\n${front}\n---\n` });

describe('the class that a checkpoint is meant for', () => {
  test('is the one that it names, where that has a head', async () => {
    const intent = await intentOf(llama());
    assert.equal(intent.intendedClass, 'LlamaForCausalLM');
    assert.deepEqual(intent.head, { expected: true, from: 'architectures' });
    assert.deepEqual(intent.heads, { head: 'lm_head.weight', embedding: 'model.embed_tokens.weight' });
    assert.equal(intent.writtenBy, '5.18.0');
    assert.equal(intent.bareClass, 'LlamaModel');
  });

  test('is its base\'s where it names the bare class, and bare where the base is bare too', async () => {
    const lost = await intentOf(bareLlama(), llama());
    assert.equal(lost.bare, true);
    assert.equal(lost.intendedClass, 'LlamaForCausalLM');
    assert.deepEqual(lost.head, { expected: true, from: 'base' });
    assert.equal((await intentOf(bareLlama(), bareLlama())).head.expected, false);
  });

  test('of a base that names no class is the one whose head it stores', async () => {
    const { architectures: _, ...nameless } = bert().config ?? {};
    const lost = await intentOf(bert({ bare: true }), { ...bert(), config: nameless });
    assert.deepEqual([lost.intendedClass, lost.head], ['BertForMaskedLM', { expected: true, from: 'base' }]);
    const encoder = await intentOf(bert({ bare: true }), { ...bert({ bare: true }), config: nameless });
    assert.deepEqual([encoder.intendedClass, encoder.head.expected], ['BertModel', null]);
    assert.equal((await intentOf(bert({ bare: true }), { ...bert(), config: { ...nameless, model_type: 'roberta' } })).head.expected, null, 'of its own type');
  });

  test('is its own where it is a part of the base: a tower is of another type', async () => {
    const clip = (name: string, type: string): ExampleCheckpoint => ({ config: { architectures: [name], model_type: type, hidden_size: 8 }, tensors: { 'vision_model.post_layernorm.weight': ['F32', 8] } });
    const tower = await intentOf(clip('CLIPVisionModel', 'clip_vision_model'), clip('CLIPModel', 'clip'));
    assert.deepEqual([tower.intendedClass, tower.head.expected], ['CLIPVisionModel', null]);
  });

  test('is the generative one of its type where it names a bare class and there is no base', async () => {
    const intent = await intentOf(bareLlama());
    assert.equal(intent.intendedClass, 'LlamaForCausalLM');
    assert.deepEqual(intent.head, { expected: true, from: 'auto-class' });
  });

  test('is the whole that is released of a model in halves, where the config names no class', async () => {
    const halves = await intentOf({ config: { model_type: 'clip' }, tensors: { logit_scale: ['F32'] } });
    assert.deepEqual([halves.intendedClass, halves.head], ['CLIPModel', { expected: true, from: 'auto-class' }]);
    assert.equal((await intentOf({ config: { model_type: 'vit' }, tensors: { 'embeddings.cls_token': ['F32', 1, 1, 8] } })).head.expected, null);
  });

  test('is unknown where the config names no class, and what is stored is all of another than auto classes choose', async () => {
    const intent = await intentOf({ config: { model_type: 't5', d_model: 8 }, tensors: { 'shared.weight': ['F32', 20, 8], 'encoder.final_layer_norm.weight': ['F32', 8] } });
    assert.deepEqual([intent.intendedClass, intent.head], [null, { expected: null, reason: ['', 'config.json', ' names no class, and what is stored is all of ', 'T5EncoderModel', ' and not of ', 'T5ForConditionalGeneration'] }]);
  });

  test('is unknown for a bare encoder, which is used with and without a head, whether the config names its class or none', async () => {
    const tensors = { 'embeddings.word_embeddings.weight': ['F32', 10, 8], 'pooler.dense.weight': ['F32', 8, 8] } as const;
    const named = await intentOf({ config: { architectures: ['BertModel'], model_type: 'bert' }, tensors });
    assert.deepEqual([named.intendedClass, named.head.expected], ['BertModel', null]);
    assert.equal((await intentOf({ config: { model_type: 'bert' }, tensors })).head.expected, null);
  });

  test('is the classifier that a bare one\'s labels were for, unless a base or an embedding says otherwise', async () => {
    const labels = { config: { id2label: { 0: 'joy', 1: 'anger' } } };
    const intent = await intentOf(bareLlama(labels));
    assert.equal(intent.intendedClass, 'LlamaForSequenceClassification');
    assert.deepEqual(intent.head, { expected: true, from: 'labels', labels: ['joy', 'anger'], problemType: null, others: ['LlamaForTokenClassification'] });
    assert.equal((await intentOf(bert({ bare: true, labels: ['joy', 'anger'] }))).intendedClass, 'BertForSequenceClassification');
    const { architectures: _, ...nameless } = bert({ bare: true, problemType: 'regression' }).config ?? {};
    assert.equal((await intentOf({ ...bert({ bare: true }), config: nameless })).intendedClass, 'BertForSequenceClassification', 'whether or not a class is named');
    assert.equal((await intentOf(bareLlama(labels), llama())).intendedClass, 'LlamaForCausalLM');
    assert.equal((await intentOf({ ...bareLlama(labels), files: card('pipeline_tag: feature-extraction') })).head.expected, false);
    assert.equal((await intentOf(llama(labels))).intendedClass, 'LlamaForCausalLM');
  });

  test('is what the card says of a bare one, and a card does not take a named head away', async () => {
    for (const front of ['pipeline_tag: feature-extraction', 'library_name: sentence-transformers', 'tags: [sentence-transformers]']) {
      const embedding = await intentOf({ ...bareLlama(), files: card(front) });
      assert.equal(embedding.head.expected, false, front);
      assert.equal(embedding.intendedClass, 'LlamaModel');
      assert.equal((await intentOf({ ...llama(), files: card(front) })).head.expected, true, front);
    }
    assert.equal((await intentOf({ ...bareLlama(), files: card('pipeline_tag: text-generation') })).head.expected, true);
  });

  test('a class of its own beside those of a known type is not the bare one', async () => {
    for (const architecture of ['LlamaForRewardModel', 'LlamaBiModel', 'LlamaRewardModel']) {
      const intent = await intentOf(llama({ head: false, architecture }));
      assert.equal(intent.bare, false, architecture);
      assert.equal(intent.facts, null);
    }
  });

  test('of an unknown type the name of the class tells the bare one', async () => {
    const bare = async (architecture: string): Promise<boolean> => (await intentOf(llama({ architecture, config: { model_type: 'own_text' } }))).bare;
    assert.equal(await bare('OwnModel'), true);
    for (const architecture of ['OwnLMHeadModel', 'OwnDoubleHeadsModel', 'OwnForCausalLM', 'OwnForRewardModel', 'OwnRewardModel', 'OwnWithValueHeadModel']) assert.equal(await bare(architecture), false, architecture);
  });
});

test('an encoder of which no class is named has at least what the bare class has, unless a stack is not there at all', async () => {
  const { architectures: _, ...nameless } = bert({ bare: true }).config ?? {};
  const sound = { config: nameless, tensors: bert({ bare: true }).tensors };
  assert.equal((await judged({ checkpoint: sound })).verdict, 'unknown');
  const lost = await judged({ checkpoint: { config: nameless, tensors: Object.fromEntries(Object.entries(sound.tensors).filter(([name]) => !name.includes('layer.0.attention.self.query'))) } });
  assert.deepEqual([lost.verdict, lost.missing.map(({ name }) => name.split('.').slice(-2).join('.')).sort()], ['incomplete', ['query.bias', 'query.weight']]);
  const intent = await intentOf({ config: nameless, tensors: { 'embeddings.word_embeddings.weight': ['F32', 64, 64] } });
  assert.equal(intent.facts, null);
});

describe('the tie flag', () => {
  test('is what the config says, and where it is silent what the class does', async () => {
    assert.equal((await intentOf(llama({ tied: true }))).tied, true);
    assert.equal((await intentOf(llama({ tied: false }))).tied, false);
    const silent = await intentOf({ ...llama(), config: { architectures: ['LlamaForCausalLM'], model_type: 'llama' } });
    assert.equal(silent.writtenBy, null);
    assert.equal(silent.tied, false);
    assert.equal(silent.ties['5.18.0']?.origin, 'default');
  });

  test('of an unknown type is what it or its base writes, else unknown', async () => {
    const own = (config: Readonly<Record<string, unknown>>): ExampleCheckpoint => ({ ...llama(), config: { model_type: 'own_text', architectures: ['OwnForCausalLM'], ...config } });
    assert.equal((await intentOf(own({}))).tied, null);
    assert.equal((await intentOf(own({ tie_word_embeddings: true }))).tied, true);
    assert.equal((await intentOf(own({ text_config: { tie_word_embeddings: false } }))).tied, false);
    assert.equal((await intentOf(own({ weight_tying: false }))).tied, false);
    assert.equal((await intentOf(own({ tie_word_embeddings: 'yes' }))).tied, null);
    assert.equal((await intentOf(own({}), own({ tie_word_embeddings: false }))).tied, false);
  });
});

test('code in the repo is told where nothing is known of the type', async () => {
  const autoMap = { auto_map: { AutoModelForCausalLM: 'modeling.Own' } };
  assert.equal((await intentOf(llama({ config: { model_type: 'own_text', ...autoMap } }))).remoteCode, true);
  assert.equal((await intentOf(llama({ config: { model_type: 'own_text' } }))).remoteCode, false);
  assert.equal((await intentOf(llama({ config: autoMap }))).remoteCode, false);
});
