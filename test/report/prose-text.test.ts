import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { backticked, proseOf } from '../../src/report/prose-text.ts';
import { prose } from '../../src/report/report.ts';

test('names stand between backticks, longer runs where the name has some', () => {
  assert.equal(backticked(prose`${'a'} of ${1234}`), '`a` of 1,234');
  assert.equal(backticked([{ code: 'a`b' }]), '``a`b``');
  assert.equal(backticked([{ code: '`' }]), '`` ` ``');
});

test('any code is read back as it was', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.stringMatching(/^[a-z ]*$/), (code, text) => {
      const read = proseOf(backticked([`x${text}`, { code }, `${text}x`]));
      assert.deepEqual(read, [`x${text}`, { code }, `${text}x`]);
    }),
  );
});

test('a backtick without a partner is text', () => {
  assert.deepEqual(proseOf('a ` b'), ['a ` b']);
  assert.deepEqual(proseOf('``a` b'), ['``a` b']);
});
