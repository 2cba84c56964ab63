import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isThere } from '../../src/comparison/condition.ts';

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
