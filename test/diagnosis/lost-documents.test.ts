import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lacksConfig, lostIndex } from '../../src/diagnosis/lost-documents.ts';
import { llama } from '../../src/diagnosis/examples.ts';
import { judged, readExample, rulesOf } from '../support/examples.ts';

test('configs of generation and tokenizer do not stand for config.json', async () => {
  const checkpoint = { ...llama(), config: null, files: { 'generation_config.json': '{}', 'tokenizer_config.json': '{}' } };
  assert.ok(lacksConfig(await readExample(checkpoint)));
  const report = await judged({ checkpoint, base: llama() });
  assert.deepEqual([report.verdict, rulesOf(report, 'error')], ['incomplete', ['config-missing']]);
});

test('a broken config.json is not a missing one, and a whole one is none of both', async () => {
  assert.ok(!lacksConfig(await readExample({ ...llama(), config: null, files: { 'config.json': '{' } })));
  assert.ok(!lacksConfig(await readExample(llama())));
});

test('numbered shards call for an index, one file does not', async () => {
  const names = Object.keys(llama().tensors);
  const shards = { 'model-00001-of-00002.safetensors': names.slice(0, 8), 'model-00002-of-00002.safetensors': names.slice(8) };
  assert.equal(lostIndex(await readExample({ ...llama(), shards, files: { 'model.safetensors.index.json': null } })), 'model.safetensors.index.json');
  assert.equal(lostIndex(await readExample(llama())), null);
});
