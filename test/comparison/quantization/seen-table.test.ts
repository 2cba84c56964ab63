import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeenTable } from '../../../src/comparison/quantization/seen-table.ts';
import type { ExampleCheckpoint } from '../../../src/diagnosis/rule.ts';
import { TableBuilder } from '../../../src/format/table-builder.ts';
import { type CorpusCase, readCorpus } from '../../support/checkpoints/corpus.ts';
import { judgedRead, readExample, rulesOf } from '../../support/examples.ts';

test('of what only the index names, neither type nor shape nor bytes are seen', () => {
  const builder = new TableBuilder();
  builder.add('stored', 'I8', [4, 4]);
  builder.add('named', 'U8', [0], 0);
  const seen = new SeenTable(builder.build(), 1);
  assert.deepEqual([0, 1].map((row) => [seen.isSeen(row), seen.dtype(row), seen.shape(row), seen.bytes(row)]), [[true, 'I8', [4, 4], 16], [false, '', [], 0]]);
});

const FIRST = 'model-00001-of-00002.safetensors';
const SECOND = 'model-00002-of-00002.safetensors';

/** The one file of a case as two shards, of which some are gone. */
function withoutShards({ config, files }: CorpusCase, gone: readonly string[]): ExampleCheckpoint {
  const header = Object.entries(JSON.parse(files[0]?.header ?? '{}') as Record<string, { dtype: string; shape: number[] }>).filter(([name]) => name !== '__metadata__');
  const names = header.map(([name]) => name).sort();
  const half = Math.floor(names.length / 2);
  return {
    config: config as Record<string, unknown>,
    tensors: Object.fromEntries(header.map(([name, { dtype, shape }]) => [name, [dtype, ...shape] as const])),
    shards: { [FIRST]: names.slice(0, half), [SECOND]: names.slice(half) },
    files: Object.fromEntries(gone.map((path) => [path, null])),
  };
}

test('a quantised checkpoint of which shards are not here is not said to lack what its index names', async () => {
  let sound = 0;
  for await (const item of readCorpus('test/fixtures/truth/sample.jsonl.gz')) {
    if (!/\/quantised\/.*good$/.test(item.id) || item.files.length !== 1) continue;
    sound++;
    const whole = await judgedRead(await readExample(withoutShards(item, [])));
    assert.equal(whole.verdict, 'complete', item.id);
    const none = await judgedRead(await readExample(withoutShards(item, [FIRST, SECOND])));
    assert.deepEqual([none.verdict, rulesOf(none, 'error'), rulesOf(none, 'warning')], ['unknown', [], []], item.id);
    for (const gone of [FIRST, SECOND]) {
      const half = await judgedRead(await readExample(withoutShards(item, [gone])));
      assert.deepEqual([half.verdict, rulesOf(half, 'error'), rulesOf(half, 'warning')], ['incomplete', ['shard-missing'], []], `${item.id} without ${gone}`);
    }
  }
  assert.ok(sound > 10);
});
