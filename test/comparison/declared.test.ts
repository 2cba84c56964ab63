import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { llama } from '../../src/diagnosis/examples.ts';
import { judged, rulesOf } from '../support/examples.ts';

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 117465520\n`;
const sound = llama();
const names = Object.keys(sound.tensors);
const SHARDS = { 'model-00001-of-00002.safetensors': names.slice(0, 12), 'model-00002-of-00002.safetensors': names.slice(12) };

describe('what only an index tells of', () => {
  test('has the type and shape of its siblings and the config, not one made up', async () => {
    const report = await judged({ checkpoint: { ...sound, shards: SHARDS, files: { 'model-00002-of-00002.safetensors': null } } });
    assert.equal(report.missing.length, 9);
    assert.ok(report.missing.every(({ dtype }) => dtype === 'BF16'));
    assert.deepEqual(report.missing.find(({ name }) => name === 'model.layers.1.self_attn.o_proj.weight')?.shape, [64, 64]);
  });

  test('has the type that the config names where no file is whole', async () => {
    const empty = Object.fromEntries(Object.keys(SHARDS).map((file) => [file, '']));
    const report = await judged({ checkpoint: { ...llama({ config: { dtype: 'float16' } }), shards: SHARDS, files: empty } });
    assert.deepEqual(rulesOf(report), ['not-safetensors']);
    assert.deepEqual(new Set(report.missing.map(({ dtype }) => dtype)), new Set(['F16']));
  });

  test('is told once where the names carry a wrapper as well', async () => {
    const wrapped = llama({ rename: (name) => `module.${name}` });
    const shards = Object.fromEntries(Object.entries(SHARDS).map(([file, list]) => [file, list.map((name) => `module.${name}`)]));
    const report = await judged({ checkpoint: { ...wrapped, shards, files: { 'model-00002-of-00002.safetensors': null } }, base: sound });
    assert.deepEqual(rulesOf(report, 'error').sort(), ['shard-missing', 'wrapper-prefix']);
    const told = report.findings.filter(({ severity }) => severity === 'error').flatMap(({ parameters }) => parameters);
    assert.equal(new Set(told).size, told.length);
  });

  test('is elsewhere and not missing where pointers stand for all files, with a sound index and with a broken one', async () => {
    const pointers = Object.fromEntries(Object.keys(SHARDS).map((file) => [file, POINTER]));
    const judgedByIndex = await judged({ checkpoint: { ...sound, shards: SHARDS, files: pointers } });
    assert.equal(judgedByIndex.verdict, 'complete');
    assert.deepEqual(judgedByIndex.missing, []);
    const broken = await judged({ checkpoint: { ...sound, shards: SHARDS, files: { ...pointers, 'model.safetensors.index.json': '{"weight_map": {}}\n=======\n{"weight_map": {}}\n' } } });
    assert.equal(broken.verdict, 'unreadable');
    assert.deepEqual(rulesOf(broken)[0], 'malformed-json');
    assert.equal(broken.findings[0]?.location?.line, 2);
    assert.deepEqual(broken.missing, []);
  });
});
