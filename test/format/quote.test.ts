import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { count, quote } from '../../src/format/quote.ts';

test('numbers are grouped as the locale groups them', () => {
  for (const value of [0, 7, 999, 1000, -1000, -999999, 1050673152, 1.5, 1e21, Infinity, 18446744073709551615n, -1000n]) assert.equal(count(value), value.toLocaleString('en-US'));
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => assert.equal(count(value), value.toLocaleString('en-US'))));
});

test('text with quotes stands in single ones, unless it needs escapes all the same', () => {
  assert.deepEqual(['plain', '"b": 1', `"it's"`, '"a\n"', '"\\"'].map(quote), ['"plain"', `'"b": 1'`, `"\\"it's\\""`, '"\\"a\\n\\""', '"\\"\\\\\\""']);
});
