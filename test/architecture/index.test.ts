import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classFacts, intendedClass, loadModelTypeFacts, modelTypeOfClass, releaseOf } from '../../src/architecture/index.ts';

test('a model type that no release has is null', async () => {
  assert.equal(await loadModelTypeFacts('no-such-model'), null);
  assert.equal(await loadModelTypeFacts('constructor'), null);
  assert.equal(await modelTypeOfClass('NoSuchModel'), null);
});

test('the facts of a plain causal model', async () => {
  const facts = await loadModelTypeFacts('mistral');
  assert.ok(facts);
  assert.equal(intendedClass(facts, 'causal-lm', '4.57.6'), 'MistralForCausalLM');
  const causal = classFacts(facts, 'MistralForCausalLM', '4.57.6');
  assert.ok(causal);
  assert.deepEqual(causal.head, ['lm_head.weight']);
  assert.equal(causal.prefix, 'model');
  assert.equal(causal.bare, false);
  assert.equal(causal.layers['model.layers'], 'num_hidden_layers');
  const embedding = causal.groups.flatMap((group) => group.parameters).find(({ memory }) => memory === causal.inputEmbedding);
  assert.deepEqual(embedding?.dims, ['vocab_size', 'hidden_size']);
  assert.equal(await modelTypeOfClass('MistralForCausalLM'), 'mistral');
});

test('a version of transformers follows the release of its major version', () => {
  assert.equal(releaseOf('4.44.0'), '4.57.6');
  assert.equal(releaseOf('4.57.0.dev0'), '4.57.6');
  assert.equal(releaseOf('5.0.0rc1'), '5.18.0');
  assert.equal(releaseOf('3.5.1'), null);
  assert.equal(releaseOf(undefined), null);
});
