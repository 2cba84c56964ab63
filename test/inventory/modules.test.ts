import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { llama } from '../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { judgedRead, readExample, rulesOf } from '../support/examples.ts';

function model(type: string, files: NonNullable<ExampleCheckpoint['files']>, dense: ExampleCheckpoint['tensors'] = {}): ExampleCheckpoint {
  const sound = llama();
  const modules = [{ idx: 0, path: '', type: 'sentence_transformers.models.Transformer' }, { idx: 1, path: '2_Dense', type }];
  const shards = { 'model.safetensors': Object.keys(sound.tensors), ...(Object.keys(dense).length > 0 && { '2_Dense/model.safetensors': Object.keys(dense) }) };
  return { ...sound, shards, tensors: { ...sound.tensors, ...dense }, files: { 'model.safetensors.index.json': null, 'modules.json': JSON.stringify(modules), ...files } };
}

const DENSE = 'sentence_transformers.models.Dense';
const LINEAR = { 'linear.weight': ['F32', 32, 64] } as const;
const errors = async (example: ExampleCheckpoint): Promise<string[]> => rulesOf(await judgedRead(await readExample(example)), 'error');

describe('modules of sentence-transformers', () => {
  it('that need weights are looked for in their folders', async () => {
    assert.deepEqual(await errors(model(DENSE, { '2_Dense/config.json': '{}' })), ['module-incomplete']);
    assert.deepEqual(await errors(model('sentence_transformers.base.modules.dense.Dense', { '2_Dense/config.json': '{}' })), ['module-incomplete']);
    assert.deepEqual(await errors(model('pylate.models.Dense.Dense', { '2_Dense/config.json': '{}' })), ['module-incomplete']);
    assert.deepEqual(await errors(model(DENSE, {}, LINEAR)), []);
  });

  it('that have none, or are of code of their own, are not missed', async () => {
    assert.deepEqual(await errors(model('sentence_transformers.models.Normalize', { '2_Dense/config.json': '{}' })), []);
    assert.deepEqual(await errors(model('my_code.Dense', { '2_Dense/config.json': '{}' })), []);
  });

  it('prove nothing where no file of the folder is listed', async () => {
    assert.deepEqual(await errors(model(DENSE, {})), []);
  });

  it('are told of where their file is cut off, empty, or lacks their parameters', async () => {
    assert.deepEqual(await errors({ ...model(DENSE, {}, LINEAR), resize: { '2_Dense/model.safetensors': -8 } }), ['file-truncated']);
    assert.deepEqual(await errors(model(DENSE, { '2_Dense/model.safetensors': '' })), ['not-safetensors']);
    assert.deepEqual(await errors(model(DENSE, {}, { 'linear.bias': ['F32', 32] })), ['module-incomplete']);
    assert.deepEqual(await errors(model(DENSE, { '2_Dense/config.json': '{"bias": true}' }, LINEAR)), ['module-incomplete']);
    assert.deepEqual(await errors(model(DENSE, { '2_Dense/config.json': '{"bias": false}' }, LINEAR)), []);
  });
});
