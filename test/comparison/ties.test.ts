import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClassFacts, Release, Tie } from '../../src/architecture/facts.ts';
import { classFacts, loadModelTypeFacts } from '../../src/architecture/index.ts';
import { ActiveTies } from '../../src/comparison/ties.ts';

const NO_HEADS = { head: null, embedding: null };

async function llamaFacts(release: Release, ties?: readonly Tie[]): Promise<ClassFacts> {
  const known = await loadModelTypeFacts('llama');
  const facts = known === null ? null : classFacts(known, 'LlamaForCausalLM', release);
  assert.ok(facts !== null);
  return ties === undefined ? facts : { ...facts, ties };
}

const among = (...names: string[]) => (name: string): boolean => names.includes(name);

describe('ActiveTies', () => {
  test('a tie by flag holds only where the flag is set', async () => {
    const facts = await llamaFacts('5.18.0');
    const stored = among('model.embed_tokens.weight');
    assert.equal(new ActiveTies(facts, NO_HEADS, true).sourceOf('lm_head.weight', stored), 'model.embed_tokens.weight');
    const untied = new ActiveTies(facts, NO_HEADS, false);
    assert.equal(untied.sourceOf('lm_head.weight', stored), null);
    assert.equal(untied.isTarget('lm_head.weight'), false);
  });

  test('a tie that ignores the flag always holds', async () => {
    const facts = await llamaFacts('5.18.0', [{ target: 'decoder.weight', source: 'shared.weight', byFlag: false, flag: null }]);
    assert.equal(new ActiveTies(facts, NO_HEADS, false).sourceOf('decoder.weight', among('shared.weight')), 'shared.weight');
  });

  test('from 5.0 on a stored target stands for its source; 4.57 never takes it so', async () => {
    const stored = among('lm_head.weight');
    assert.equal(new ActiveTies(await llamaFacts('5.18.0'), NO_HEADS, true).sourceOf('model.embed_tokens.weight', stored), 'lm_head.weight');
    assert.equal(new ActiveTies(await llamaFacts('4.57.6'), NO_HEADS, true).sourceOf('model.embed_tokens.weight', stored), null);
  });

  test('follows a chain of ties, and ends where they run in a circle', async () => {
    const tie = (target: string, source: string): Tie => ({ target, source, byFlag: false, flag: null });
    const ties = new ActiveTies(await llamaFacts('4.57.6', [tie('a', 'b'), tie('b', 'c'), tie('c', 'a')]), NO_HEADS, false);
    assert.equal(ties.sourceOf('a', among('c')), 'c');
    assert.equal(ties.sourceOf('a', among()), null);
  });

  test('a pattern ties each layer to the same number of another list', async () => {
    const ties = new ActiveTies(await llamaFacts('5.18.0', [{ target: 'model.layers.*.b.weight', source: 'model.layers.*.a.weight', byFlag: false, flag: null }]), NO_HEADS, false);
    assert.equal(ties.sourceOf('model.layers.3.b.weight', among('model.layers.3.a.weight')), 'model.layers.3.a.weight');
    assert.equal(ties.sourceOf('model.layers.3.b.weight', among('model.layers.2.a.weight')), null);
    assert.equal(ties.isTarget('model.layers.7.b.weight'), true);
    assert.equal(ties.isTarget('model.layers.7.a.weight'), false);
  });

  test('of an unknown class the head counts as tied to the embedding, where both are known and the flag is set', () => {
    const heads = { head: 'lm_head.weight', embedding: 'model.wte.weight' };
    assert.equal(new ActiveTies(null, heads, true).sourceOf('lm_head.weight', among('model.wte.weight')), 'model.wte.weight');
    assert.equal(new ActiveTies(null, heads, false).sourceOf('lm_head.weight', among('model.wte.weight')), null);
    assert.equal(new ActiveTies(null, { ...heads, embedding: null }, true).isTarget('lm_head.weight'), false);
  });
});
