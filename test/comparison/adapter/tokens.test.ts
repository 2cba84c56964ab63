import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { plain } from '../../../src/diagnosis/prose.ts';
import { judged, rulesOf } from '../../support/examples.ts';
import { hostileTest } from '../../support/hostile-test.ts';
import { adapterOf, baseOf } from './fixture.ts';

const TOKENS = 'token_adapter.trainable_tokens_delta';
const EMBEDDING = `base_model.model.model.embed_tokens.${TOKENS}`;
const HEAD = `base_model.model.lm_head.${TOKENS}`;

interface Options {
  /** Whether the base ties its head; null: there is no base. */
  readonly tied: boolean | null;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Whether the base names a class of which the facts tell. */
  readonly known?: boolean;
}

/** The verdict on an adapter that stores these deltas, and what is missing of it. */
async function judge(indices: unknown, stored: readonly string[], { tied, config, known = true }: Options): Promise<readonly [string, readonly string[]]> {
  const deltas = Object.fromEntries(stored.map((name) => [name, ['F32', 2, 64] as const]));
  const { config: ofBase, tensors } = baseOf();
  const { 'lm_head.weight': head, ...body } = tensors;
  const whole = tied === true ? body : { ...body, 'lm_head.weight': head ?? ['F32', 1] as const };
  const base = { config: { ...ofBase, tie_word_embeddings: tied, ...(known ? {} : { model_type: 'own', architectures: ['OwnForCausalLM'] }) }, tensors: whole };
  const report = await judged({ checkpoint: adapterOf('lora', (own) => ({ ...own, ...deltas }), { trainable_token_indices: indices, ...config }), ...(tied === null ? {} : { base }) });
  assert.deepEqual(rulesOf(report, 'error'), report.verdict === 'incomplete' ? ['adapter-incomplete'] : []);
  if (report.verdict === 'unknown') assert.match(plain(report.reason ?? []), /^trainable_token_indices names lm_head, of which nothing is stored, .* Name the base to see whether they do\.$/);
  return [report.verdict, report.missing.map(({ name }) => name)];
}

describe('trained tokens', () => {
  test('of the input embedding, by a list or by its name, and none where none are named', async () => {
    for (const tied of [true, false]) {
      for (const indices of [[1, 2], { embed_tokens: [1, 2] }, { tokens: [1, 2] }, { 'model.embed_tokens': [1, 2] }]) {
        assert.deepEqual(await judge(indices, [EMBEDDING], { tied }), ['complete', []]);
        assert.deepEqual(await judge(indices, [], { tied }), ['incomplete', [EMBEDDING]]);
      }
      for (const none of [[], {}, { embed_tokens: [] }, null]) assert.deepEqual(await judge(none, [], { tied }), ['complete', []]);
    }
  });

  test('each module that is named has its own, also in a tied model where the tokens differ', async () => {
    const both = { embed_tokens: [1, 2], lm_head: [1, 2] };
    const unlike = { embed_tokens: [1, 2], lm_head: [1, 3] };
    for (const [indices, tied] of [[both, false], [unlike, false], [unlike, true]] as const) {
      assert.deepEqual(await judge(indices, [EMBEDDING, HEAD], { tied }), ['complete', []]);
      assert.deepEqual(await judge(indices, [EMBEDDING], { tied }), ['incomplete', [HEAD]]);
      assert.deepEqual(await judge(indices, [HEAD], { tied }), ['incomplete', [EMBEDDING]]);
    }
    assert.deepEqual(await judge({ lm_head: [1, 2] }, [], { tied: true }), ['incomplete', [HEAD]]);
    assert.deepEqual(await judge({ lm_head: [1, 2] }, [HEAD], { tied: true }), ['complete', []]);
  });

  test('a tied head with the tokens of the embedding has none of its own, of a class that nobody knows neither', async () => {
    const both = { embed_tokens: [1, 2], lm_head: [1, 2] };
    for (const known of [true, false]) {
      assert.deepEqual((await judge(both, [EMBEDDING], { tied: true, known }))[0], 'complete');
      assert.deepEqual((await judge(both, [], { tied: true, known }))[0], 'incomplete');
      assert.deepEqual((await judge(both, [HEAD], { tied: true, known }))[0], 'incomplete');
    }
  });

  test('without the base whether the head is tied is not told, and places are named as far as they are known', async () => {
    const both = { embed_tokens: [1, 2], lm_head: [1, 2] };
    assert.deepEqual(await judge(both, [EMBEDDING], { tied: null }), ['unknown', []]);
    assert.deepEqual(await judge({ ...both, lm_head: [3] }, [EMBEDDING], { tied: null }), ['incomplete', [HEAD]]);
    assert.deepEqual(await judge(both, [HEAD], { tied: null }), ['incomplete', [EMBEDDING]]);
    assert.deepEqual(await judge([1, 2], [], { tied: null }), ['incomplete', [EMBEDDING]]);
    assert.deepEqual(await judge({ lm_head: [1, 2] }, [], { tied: null }), ['incomplete', [HEAD]]);
    // Of another task the layers do not tell what stands around them.
    const config = { task_type: null };
    assert.deepEqual(await judge([1, 2], [], { tied: null, config }), ['incomplete', [TOKENS]]);
    assert.deepEqual(await judge({ lm_head: [1, 2] }, [], { tied: null, config }), ['incomplete', [`lm_head.${TOKENS}`]]);
    assert.deepEqual(await judge({ wte: [1, 2] }, [], { tied: null }), ['incomplete', [`wte.${TOKENS}`]]);
  });

  test('where the config lists none, the values that PEFT stores have no rows', async () => {
    const stored = { [EMBEDDING]: ['F32', 0, 64], [HEAD]: ['F32', 1, 64] } as const;
    const rules = async (indices: unknown): Promise<string[]> => rulesOf(await judged({ checkpoint: adapterOf('lora', (own) => ({ ...own, ...stored }), { trainable_token_indices: indices }), base: baseOf() }), 'error');
    assert.deepEqual(await rules({ embed_tokens: [], lm_head: [1] }), []);
    assert.deepEqual(await rules({ embed_tokens: [1], lm_head: [1] }), ['empty-tensors']);
    assert.deepEqual(await rules([1]), ['empty-tensors']);
  });

  test('the words say which setting calls for them', async () => {
    const report = await judged({ checkpoint: adapterOf('lora', undefined, { trainable_token_indices: { lm_head: [1, 2] } }), base: baseOf() });
    const [finding] = report.findings;
    assert.equal(plain(finding?.title ?? []), `The adapter lacks ${HEAD}`);
    assert.match(plain(finding?.message ?? []), new RegExp(`^trainable_token_indices calls for ${HEAD.replaceAll('.', '\\.')}, which is not there\\.`));
    assert.deepEqual(report.missing.map(({ shape }) => shape), [[2, 64]]);
  });

  hostileTest('of a hundred thousand names, within each other, for as many modules', async () => {
    const range = Array.from({ length: 50_000 }, (_, i) => i);
    const indices = Object.fromEntries(range.flatMap((i) => [[`m${i}`, [1, 2]], [`x`.repeat(i % 300 + 1), [i]]]));
    const stored = Object.fromEntries(range.map((i) => [`base_model.model.a${i}m${i}.${TOKENS}`, ['F32', 1, 1] as const]));
    const report = await judged({ checkpoint: adapterOf('lora', (own) => ({ ...own, ...stored }), { trainable_token_indices: indices }) });
    assert.equal(report.verdict, 'incomplete');
  });
});
