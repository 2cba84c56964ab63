import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fill, numbersKey, patternIn } from '../../src/comparison/pattern.ts';

const numbers = fc.array(fc.oneof(fc.nat(3), fc.constantFrom(2 ** 26 - 1, 2 ** 26, 2 ** 26 + 1, 2 ** 52, 1e300)), { maxLength: 4 });

test('keys of numbers are equal only for equal numbers', () => {
  fc.assert(fc.property(numbers, numbers, (a, b) => {
    assert.equal(numbersKey(a) === numbersKey(b), a.join() === b.join());
  }));
});

test('a pattern filled with its numbers is the name again', () => {
  const segment = fc.oneof(fc.nat(300).map(String), fc.constantFrom('layers', 'mlp', 'weight'));
  fc.assert(fc.property(fc.array(segment, { minLength: 1, maxLength: 6 }), (segments) => {
    const name = segments.join('.');
    const found = patternIn(null, 'disk', name);
    assert.equal(fill(found.pattern, found.numbers), name);
  }));
});

test('a pattern with too few numbers keeps its last stars, and one number too many is left out', () => {
  assert.equal(fill('layers.*.experts.*.w', [3]), 'layers.3.experts.*.w');
  assert.equal(fill('layers.*.w', [3, 4]), 'layers.3.w');
  assert.equal(fill('layers.*', []), 'layers.*');
});
