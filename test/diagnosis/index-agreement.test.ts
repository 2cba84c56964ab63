import assert from 'node:assert/strict';
import { test } from 'node:test';
import { indexAgreement } from '../../src/diagnosis/index-agreement.ts';
import { llama } from '../../src/diagnosis/examples.ts';
import { judged, readExample, rulesOf } from '../support/examples.ts';

const ONE = 'model-00001-of-00002.safetensors';
const TWO = 'model-00002-of-00002.safetensors';
const SOUND = llama();
const NAMES = Object.keys(SOUND.tensors);
const [FIRST = '', SECOND = '', ...REST] = NAMES;

/** An index and two shards, each with the names that it is to have. */
async function agreement(map: Readonly<Record<string, string>>, one: readonly string[], two: readonly string[]): Promise<{ lacking: readonly string[]; unlisted: string[] }> {
  const files = { 'model.safetensors.index.json': JSON.stringify({ metadata: {}, weight_map: map }) };
  const checkpoint = await readExample({ ...SOUND, shards: { [ONE]: one, [TWO]: two }, files });
  const { lacking, unlisted } = indexAgreement(checkpoint);
  assert.equal(indexAgreement(checkpoint).lacking, lacking);
  return { lacking, unlisted: [...unlisted].map((row) => checkpoint.tensors.name(row)) };
}

const rest = Object.fromEntries(REST.map((name) => [name, TWO]));

test('an index that tells the truth lacks nothing', async () => {
  assert.deepEqual(await agreement({ [FIRST]: ONE, [SECOND]: ONE, ...rest }, [FIRST, SECOND], REST), { lacking: [], unlisted: [] });
});

test('a name in no shard, or in another, is lacking where the index places it; one that it leaves out is unlisted', async () => {
  assert.deepEqual(await agreement({ [FIRST]: TWO, 'model.extra.weight': ONE, ...rest }, [FIRST, SECOND], REST), { lacking: [FIRST, 'model.extra.weight'], unlisted: [SECOND] });
});

test('of a name in two shards the last counts, and none of its rows is unlisted', async () => {
  assert.deepEqual(await agreement({ [FIRST]: ONE, [SECOND]: ONE, ...rest }, [FIRST, SECOND], [FIRST, ...REST]), { lacking: [FIRST], unlisted: [] });
});

test('an index of another run names none of the weights that lie beside it: that is no working copy without its weights', async () => {
  const files = { 'model.safetensors.index.json': JSON.stringify({ metadata: {}, weight_map: Object.fromEntries(NAMES.map((name) => [name, 'model-00001-of-00001.safetensors'])) }) };
  const beside = await judged({ checkpoint: { ...SOUND, shards: { [ONE]: [FIRST], [TWO]: [SECOND, ...REST] }, files } });
  assert.deepEqual([beside.verdict, ...rulesOf(beside, 'error')], ['incomplete', 'shard-missing']);
  const alone = await judged({ checkpoint: { ...SOUND, shards: {}, files } });
  assert.equal(alone.verdict, 'unknown');
  for (const name of ['tokenizer.safetensors', 'mtp.safetensors', 'vae-00001-of-00002.safetensors']) {
    const other = await judged({ checkpoint: { ...SOUND, tensors: { 'decoder.conv.weight': ['F32', 4, 4] }, shards: { [name]: ['decoder.conv.weight'] }, files } });
    assert.equal(other.verdict, 'unknown', `${name} is of something else`);
  }
});
