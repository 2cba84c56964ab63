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

  describe('beside other models', () => {
    const index = { 'model.safetensors.index.json': null };
    const beside = (shards: Readonly<Record<string, readonly string[]>>): ExampleCheckpoint => ({ ...llama(), shards, files: index });
    const bare = names.filter((name) => name !== 'lm_head.weight');
    /** A folder of whole models, in one of which each tensor has another shape. */
    const judgeOther = async (other: string, first: string, named: string): Promise<CheckpointReport> => {
      const wide = Object.fromEntries(Object.entries(llama().tensors).map(([name, [dtype, ...shape]]) => [name, [dtype, ...shape.map((size) => size * 2)] as const]));
      const files = [...exampleFiles(beside({ [first]: names })), ...exampleFiles({ ...llama(), tensors: wide, shards: { [other]: names }, config: null, files: index })];
      return await judgedRead(await readCheckpoint({ ...memorySource(`./out/${named}`, files), named }));
    };

    test('is judged with the config of those that are its like, each by itself', async () => {
      for (const [whole, broken] of [['a.safetensors', 'z.safetensors'], ['z.safetensors', 'a.safetensors'], ['model.safetensors', 'model-chat.safetensors'], ['model.safetensors', 'model.fp16.safetensors'], ['base-00001-of-00001.safetensors', 'chat-00001-of-00001.safetensors'], ['chat-00001-of-00001.safetensors', 'base-00001-of-00001.safetensors']] as const) {
        const folder = beside({ [whole]: names, [broken]: bare });
        assert.equal((await judge(folder, whole)).verdict, 'complete', `${whole} beside ${broken}`);
        assert.deepEqual(rulesOf(await judge(folder, broken), 'error'), ['head-missing'], `${broken} beside ${whole}`);
      }
    });

    test('is to be named where the folder is, of which loaders take all as one', async () => {
      const whole = await judgedRead(await readExample(beside({ 'a.safetensors': names, 'z.safetensors': bare })));
      assert.deepEqual([whole.verdict, plain(whole.reason ?? []).includes('is in several of its files')], ['unknown', true]);
      const parts = await judgedRead(await readExample(beside({ 'a.safetensors': names.slice(0, 8), 'b.safetensors': names.slice(8) })));
      assert.equal(parts.verdict, 'complete');
    });

    test('is its own set of shards, though loaders take another of the folder', async () => {
      const weightMap = Object.fromEntries(names.map((name, i) => [name, `chat-0000${i < 8 ? 1 : 2}-of-00002.safetensors`]));
      const files = { ...index, 'chat.safetensors.index.json': JSON.stringify({ metadata: { total_size: 0 }, weight_map: weightMap }) };
      const folder = { ...beside({ 'base-00001-of-00001.safetensors': names, 'chat-00001-of-00002.safetensors': names.slice(0, 8), 'chat-00002-of-00002.safetensors': names.slice(8) }), files };
      const report = await judge(folder, 'chat-00001-of-00002.safetensors');
      assert.deepEqual([report.verdict, report.totals.tensors], ['complete', names.length]);
      const cut = await judge({ ...folder, files: { ...files, 'chat-00002-of-00002.safetensors': null } }, 'chat-00001-of-00002.safetensors');
      assert.deepEqual(rulesOf(cut, 'error'), ['shard-missing']);
    });

    test('is not judged by a config that may be another model\'s', async () => {
      for (const [other, first] of [['large.safetensors', 'small.safetensors'], ['vae.safetensors', 'model.safetensors'], ['base-00001-of-00001.safetensors', 'chat-00001-of-00001.safetensors']] as const) {
        const report = await judgeOther(other, first, other);
        assert.deepEqual([report.verdict, report.findings.filter(({ severity }) => severity === 'error')], ['unknown', []], other);
        assert.match(plain(report.reason ?? []), /^Other weights lie beside it, and config\.json may be theirs/);
      }
      assert.equal((await judgeOther('vae.safetensors', 'model.safetensors', 'model.safetensors')).verdict, 'complete');
      assert.equal((await judgeOther('large.safetensors', 'small.safetensors', 'small.safetensors')).verdict, 'unknown');
    });

    test('may be a part of a model that was cut out on purpose', async () => {
      const report = await judge(beside({ 'model.safetensors': names, 'text_encoder.safetensors': bare }), 'text_encoder.safetensors');
      assert.deepEqual([report.verdict, rulesOf(report, 'error')], ['unknown', []]);
    });
  });

  test('needs no config beside it', async () => {
    assert.equal((await judge({ ...llama(), config: null }, 'model.safetensors', llama())).verdict, 'complete');
  });
});
