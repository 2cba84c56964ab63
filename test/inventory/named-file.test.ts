import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bareLlama, llama } from '../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { readCheckpoint } from '../../src/inventory/read.ts';
import { plain } from '../../src/report/report.ts';
import type { CheckpointReport } from '../../src/report/report.ts';
import { memorySource } from '../../src/source/memory.ts';
import { exampleFiles, judgedRead, readExample, rulesOf } from '../support/examples.ts';

/** Judges a folder of which one file was named. */
async function judge(example: ExampleCheckpoint, named: string, base: ExampleCheckpoint | null = null): Promise<CheckpointReport> {
  const source = { ...memorySource(`./out/${named}`, exampleFiles(example)), named };
  return await judgedRead(await readCheckpoint(source), base === null ? null : await readExample(base, './base/model.safetensors'));
}

const names = Object.keys(llama().tensors);
const shards = { 'model-00001-of-00002.safetensors': names.slice(0, 8), 'model-00002-of-00002.safetensors': names.slice(8) };

describe('a file of weights that is named by itself', () => {
  test('is judged as its folder would be where it is all the weights there', async () => {
    assert.deepEqual(rulesOf(await judge(bareLlama(), 'model.safetensors'), 'error'), ['head-missing']);
    assert.equal((await judge(llama(), 'model.safetensors')).verdict, 'complete');
  });

  test('stands for its folder in the code that repairs it', async () => {
    const report = await judge(bareLlama(), 'model.safetensors', llama());
    assert.match(report.findings[0]?.fix?.code?.text ?? '', /from_pretrained\("\.\/out", [^]*from_pretrained\("\.\/base", /);
  });

  test('stands for its set where it is one shard of it', async () => {
    const whole = await judge({ ...llama(), shards }, 'model-00002-of-00002.safetensors');
    assert.deepEqual([whole.verdict, whole.totals.tensors], ['complete', names.length]);
    assert.deepEqual(rulesOf(await judge({ ...llama(), shards, files: { 'model-00001-of-00002.safetensors': null } }, 'model-00002-of-00002.safetensors'), 'error'), ['shard-missing']);
  });

  test('is judged by itself where loaders take another one, with the config where that can only be its own', async () => {
    const variant = { ...llama(), shards: { 'model.safetensors': names, 'model.fp16.safetensors': names.slice(1) } };
    const report = await judge(variant, 'model.fp16.safetensors');
    assert.deepEqual([report.verdict, report.missing.map(({ name }) => name), report.totals.tensors], ['incomplete', names.slice(0, 1), names.length - 1]);
    const stale = { ...llama(), shards: { 'model.safetensors': names, 'model-00001-of-00002.safetensors': names.slice(0, 8) }, files: { 'model.safetensors.index.json': null } };
    const shard = await judge(stale, 'model-00001-of-00002.safetensors');
    assert.deepEqual([shard.verdict, plain(shard.reason ?? []).startsWith('It is one of 2 shards')], ['unknown', true]);
    const loose = await judge({ ...llama(), shards: { 'a.safetensors': names.slice(0, 8), 'b.safetensors': names.slice(8) }, files: { 'model.safetensors.index.json': null } }, 'a.safetensors');
    assert.equal(loose.verdict, 'unknown');
  });

  test('needs no config beside it', async () => {
    assert.equal((await judge({ ...llama(), config: null }, 'model.safetensors', llama())).verdict, 'complete');
  });
});
