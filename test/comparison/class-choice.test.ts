import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ModelTypeFacts } from '../../src/architecture/facts.ts';
import { loadModelTypeFacts } from '../../src/architecture/index.ts';
import { classOfStoredHead, generativeClass, isEncoder } from '../../src/comparison/class-choice.ts';
import { bareLlama, llama } from '../../src/diagnosis/examples.ts';
import { readExample } from '../support/examples.ts';

async function factsOf(modelType: string): Promise<ModelTypeFacts> {
  const facts = await loadModelTypeFacts(modelType);
  assert.ok(facts !== null);
  return facts;
}

describe('generativeClass', () => {
  test('is the one that sees before the one that only writes', async () => {
    assert.equal(generativeClass(await factsOf('llama'), null), 'LlamaForCausalLM');
    assert.equal(generativeClass(await factsOf('qwen2_vl'), null), 'Qwen2VLForConditionalGeneration');
    assert.equal(generativeClass(await factsOf('t5'), null), 'T5ForConditionalGeneration');
    assert.equal(generativeClass(await factsOf('vit'), null), null);
  });

  test('an encoder and decoder is asked for as one', async () => {
    const bart = await factsOf('bart');
    assert.equal(generativeClass(bart, { is_encoder_decoder: true }), 'BartForConditionalGeneration');
    assert.equal(generativeClass(bart, { is_encoder_decoder: false }), 'BartForCausalLM');
  });
});

test('an encoder is a type with a masked language model that does not decode', async () => {
  assert.equal(isEncoder(await factsOf('bert'), {}), true);
  assert.equal(isEncoder(await factsOf('llama'), {}), false);
  assert.equal(isEncoder(await factsOf('bart'), { is_encoder_decoder: true }), false);
  assert.equal(isEncoder(null, {}), false);
});

describe('classOfStoredHead', () => {
  const { config, tensors } = llama({ head: false });
  const classifier = { config, tensors: { ...tensors, 'score.weight': ['BF16', 2, 64] } } as const;

  test('finds the class by its own head, and none where no head is stored', async () => {
    const facts = await factsOf('llama');
    assert.equal(classOfStoredHead(facts, await readExample(classifier)), 'LlamaForSequenceClassification');
    assert.equal(classOfStoredHead(facts, await readExample(bareLlama())), null);
    assert.equal(classOfStoredHead(facts, await readExample(llama())), null, 'a head that may be tied tells no class apart');
  });

  test('a head that the index names counts though its file is gone', async () => {
    const shards = { 'model-00001-of-00002.safetensors': Object.keys(tensors), 'model-00002-of-00002.safetensors': ['score.weight'] };
    const checkpoint = await readExample({ ...classifier, shards, files: { 'model-00002-of-00002.safetensors': null } });
    assert.equal(checkpoint.tensors.has('score.weight'), false);
    assert.equal(classOfStoredHead(await factsOf('llama'), checkpoint), 'LlamaForSequenceClassification');
  });
});
