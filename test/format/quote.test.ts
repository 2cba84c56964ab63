import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { count } from '../../src/format/quote.ts';

test('numbers are grouped as the locale groups them', () => {
  for (const value of [0, 7, 999, 1000, -1000, -999999, 1050673152, 1.5, 1e21, Infinity, 18446744073709551615n, -1000n]) assert.equal(count(value), value.toLocaleString('en-US'));
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => assert.equal(count(value), value.toLocaleString('en-US'))));
});
