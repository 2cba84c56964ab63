import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { llama } from '../../src/diagnosis/examples.ts';
import { plain } from '../../src/diagnosis/prose.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { judged } from '../support/examples.ts';

// What transformers does in each case was seen by running both releases on such files.

interface Outcomes {
  readonly four: string | undefined;
  readonly five: string | undefined;
  readonly vllm: string | undefined;
}

async function outcomes(checkpoint: ExampleCheckpoint, base?: ExampleCheckpoint): Promise<Outcomes> {
  const { loaders } = await judged(base === undefined ? { checkpoint } : { checkpoint, base });
  const [four, five, vllm] = loaders.map(({ outcome }) => plain(outcome));
  return { four, five, vllm };
}

const all = (text: string): Outcomes => ({ four: text, five: text, vllm: text });
const INDEX = 'model.safetensors.index.json';
const FIRST = 'model-00001-of-00002.safetensors';

/** In two shards, with an index of which `change` makes what it likes. */
function sharded(change: (index: { metadata?: object; weight_map: Record<string, string> }) => void, whole = llama()): ExampleCheckpoint {
  const names = Object.keys(whole.tensors);
  const shards = { [FIRST]: names.slice(0, 9), 'model-00002-of-00002.safetensors': names.slice(9) };
  const index = { metadata: { total_size: 1 }, weight_map: Object.fromEntries(Object.entries(shards).flatMap(([file, list]) => list.map((name) => [name, file]))) };
  change(index);
  return { ...whole, shards, files: { [INDEX]: JSON.stringify(index) } };
}

describe('what loaders do', () => {
  test('transformers finds a variant only when given its name; vLLM takes every file of weights', async () => {
    const names = Object.keys(llama().tensors);
    const { four, five, vllm } = await outcomes({ ...llama(), shards: { 'model.fp16.safetensors': names }, files: { [INDEX]: null } });
    assert.match(four ?? '', /^finds no weights, unless given variant="fp16": then it loads/);
    assert.equal(five, four);
    assert.match(vllm ?? '', /^loads/);
  });

  test('every one refuses a config that is not there, is empty or cannot be parsed', async () => {
    const sound = llama();
    assert.deepEqual(await outcomes({ ...sound, config: null }, sound), all('refuses: there is no config.json'));
    for (const content of ['', '{', '[]']) assert.deepEqual(await outcomes({ ...sound, files: { 'config.json': content } }, sound), all('refuses: config.json cannot be parsed'));
  });

  test('every one refuses a config that cannot be parsed, also where no base tells the class', async () => {
    assert.deepEqual(await outcomes({ ...llama(), config: null, files: { 'config.json': '{' } }), all('refuses: config.json cannot be parsed'));
  });

  test('every one refuses an index that cannot be parsed', async () => {
    assert.deepEqual(await outcomes({ ...sharded(() => {}), files: { [INDEX]: '{' } }), all(`refuses: ${INDEX} cannot be parsed`));
  });

  test('transformers refuses shards without an index, and an index without metadata; vLLM takes both', async () => {
    const loads = 'loads; the head is the stored one';
    const without = await outcomes({ ...sharded(() => {}), files: { [INDEX]: null } });
    assert.deepEqual(without, { four: `refuses: ${INDEX} is not there`, five: `refuses: ${INDEX} is not there`, vllm: loads });
    const bare = await outcomes(sharded((index) => delete index.metadata));
    assert.deepEqual(bare, { four: `refuses: ${INDEX} has no metadata`, five: `refuses: ${INDEX} has no metadata`, vllm: loads });
  });

  test('4.57 does not load what the index does not list', async () => {
    const { four, five } = await outcomes(sharded((index) => delete index.weight_map['lm_head.weight']));
    assert.equal(four, 'loads, warns, and fills 1 parameter with random numbers; lm_head.weight is among them');
    assert.equal(five, 'loads; the head is the stored one');
  });

  test('4.57 leaves without values what the index lists and no shard holds', async () => {
    const { four, five } = await outcomes(sharded((index) => (index.weight_map['lm_head.weight'] = FIRST), llama({ head: false })));
    assert.equal(four, 'loads without a warning and leaves lm_head.weight without values');
    assert.equal(five, 'loads, warns, and fills 1 parameter with random numbers; lm_head.weight is among them');
  });

  test('of a tied pair 5.x takes whichever is stored, 4.57 only the embedding', async () => {
    const onlyHead = llama({ tied: true, head: true, rename: (name) => (name === 'model.embed_tokens.weight' ? null : name) });
    const { four, five } = await outcomes(onlyHead);
    assert.equal(four, 'loads without a warning and leaves lm_head.weight, model.embed_tokens.weight without values');
    assert.equal(five, 'loads; the head is the embedding');
  });

  test('where the base prefix is lost and the head is stored, 4.57 takes the checkpoint for corrupted', async () => {
    for (const transformers_version of ['4.57.6', '5.18.0']) {
      const { four } = await outcomes(llama({ prefix: '', config: { transformers_version } }), llama());
      assert.equal(four, 'refuses: lm_head.weight stands among names without the base prefix');
    }
    assert.equal((await outcomes(llama({ prefix: '' }))).five, 'loads; the head is the stored one');
    assert.equal((await outcomes(llama({ prefix: '', tied: true }))).four, 'loads; the head is the embedding');
  });

  test('a classifier\'s head is tied to nothing', async () => {
    const { loaders, findings } = await judged({ checkpoint: llama({ architecture: 'LlamaForSequenceClassification', head: false }) });
    // vLLM serves classifiers by other rules than these.
    assert.deepEqual(loaders.map(({ loader }) => loader), ['transformers 4.57', 'transformers 5.18']);
    assert.equal(loaders.map(({ outcome }) => plain(outcome)).at(-1), 'loads, warns, and fills 1 parameter with random numbers');
    assert.doesNotMatch(findings.map(({ message }) => plain(message)).join(), /tie/);
  });
});
