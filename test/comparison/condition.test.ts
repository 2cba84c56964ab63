import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isThere, isThereIn } from '../../src/comparison/condition.ts';

describe('the setting that decides about a group', () => {
  it('tells only of values that were tried', () => {
    const when = { key: 'norm', by: 'value' as const, present: ['layer', true], absent: ['group', null] };
    assert.deepEqual(['layer', true, 'group', null, 'batch', 1].map((norm) => isThere(when, { norm })), [true, true, false, false, null, null]);
    assert.equal(isThere(when, {}), null);
    assert.equal(isThere(when, null), null);
  });

  it('takes any number for one that was tried where 0 alone leaves the group out', () => {
    const when = { key: 'a.mask_prob', by: 'value' as const, present: [0.05, 0.1], absent: [0] };
    assert.deepEqual([0.3, 0, -1, '1'].map((value) => isThere(when, { a: { mask_prob: value } })), [true, false, null, null]);
    // Nothing says what other sizes do where one size was with it and another without.
    assert.equal(isThere({ key: 'width', by: 'value', present: [1536], absent: [768] }, { width: 1024 }), null);
    assert.equal(isThere({ key: 'width', by: 'value', present: [0.5, true], absent: [0] }, { width: 2 }), true);
  });

  it('can be two that are equal or not, of a list by its end', () => {
    const between = { key: 'text.conv_dim.last|text.hidden_size', by: 'unequal' as const, present: [], absent: [] };
    assert.deepEqual([[64, 32], [32, 64]].map((widths) => isThere(between, { text: { conv_dim: widths, hidden_size: 32 } })), [false, true]);
    for (const config of [null, {}, { text: { hidden_size: 32 } }, { text: { conv_dim: 32, hidden_size: 'wide' } }]) assert.equal(isThere(between, config), null);
  });

  it('can be a step from layer to layer', () => {
    const crossed = { key: 'step', by: 'every' as const, present: [0], absent: [] };
    const inLayers = (first: number, step: unknown): unknown[] => [0, 1, 2, 3].map((layer) => isThereIn({ ...crossed, present: [first] }, { step }, layer));
    assert.deepEqual(inLayers(0, 2), [true, false, true, false]);
    assert.deepEqual(inLayers(1, 2), [false, true, false, true]);
    assert.deepEqual(inLayers(-1, 3), [false, false, true, false]);
    for (const step of [0, -1, 1.5, '2', null]) assert.deepEqual(inLayers(0, step), [null, null, null, null]);
  });

  it('can be that layers are the last ones, of so many', () => {
    const shared = { key: 'text.shared|text.layers', by: 'end' as const, present: [true], absent: [] };
    const inLayers = (last: unknown, present: readonly unknown[] = [true]): unknown[] => [0, 1, 2, 3].map((layer) => isThereIn({ ...shared, present }, { text: { shared: last, layers: 4 } }, layer));
    assert.deepEqual(inLayers(1), [true, true, true, false]);
    assert.deepEqual(inLayers(0), [true, true, true, true]);
    assert.deepEqual(inLayers(3, []), [null, false, false, false], 'what else decides before the end is not known');
    for (const last of [5, -1, 1.5, '2', null]) assert.deepEqual(inLayers(last), [null, null, null, null]);
    assert.equal(isThere(shared, { text: { shared: 1, layers: 4 } }), null);
  });

  it('can be what a config means by leaving it out', () => {
    const side = { key: 'is_decoder', by: 'value' as const, present: [false], absent: [true] };
    assert.deepEqual([{}, { is_decoder: true }, { is_decoder: false }, null].map((config) => isThere(side, config)), [true, false, true, null]);
    assert.equal(isThere({ ...side, key: 'is_gated' }, {}), null);
  });

  it('can be the number of the layer alone', () => {
    const inLayers = (when: { readonly present: readonly number[]; readonly absent: readonly number[] }): unknown[] => [0, 1, 2].map((layer) => isThereIn({ key: '', by: 'layer', ...when }, null, layer));
    assert.deepEqual(inLayers({ present: [0], absent: [] }), [true, false, false]);
    assert.deepEqual(inLayers({ present: [], absent: [0] }), [false, true, true]);
    assert.equal(isThere({ key: '', by: 'layer', present: [0], absent: [] }, {}), null);
  });

  it('counts labels, which decide by a limit', () => {
    const labels = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, i) => [i, `L${i}`]));
    const large = { key: 'num_labels', by: 'value' as const, present: [10, 11], absent: [2, 5, 7, 9] };
    assert.deepEqual([1, 9, 10, 30].map((count) => isThere(large, { id2label: labels(count) })), [false, false, true, true]);
    assert.equal(isThere(large, {}), false);
    assert.equal(isThere({ ...large, absent: [2] }, { id2label: labels(6) }), null);
    assert.equal(isThere({ ...large, absent: [2, 12] }, { id2label: labels(30) }), null);
    assert.deepEqual([9, 30].map((count) => isThere({ key: 'num_labels', by: 'value' as const, present: large.absent, absent: large.present }, { id2label: labels(count) })), [true, false]);
  });
});
