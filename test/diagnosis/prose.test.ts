import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plain, prose } from '../../src/diagnosis/prose.ts';

test('prose keeps literal text and what is interpolated apart', () => {
  assert.deepEqual(prose`${'lm_head.weight'} has ${1234} rows`, [{ code: 'lm_head.weight' }, ' has 1,234 rows']);
  assert.deepEqual(prose`${prose`a ${'b'}`} c`, ['a ', { code: 'b' }, ' c']);
  assert.equal(plain(prose`${'a'} is ${1}`), 'a is 1');
});
