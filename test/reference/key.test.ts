import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { referenceKey } from '../../src/reference/key.ts';

describe('the key of a reference', () => {
  it('is the same for all spellings of a relative path', () => {
    for (const path of ['out/c', './out/c', './out/c/', 'out//c/', '././out/c/.', 'out\\c']) assert.equal(referenceKey(path), 'out/c');
    for (const path of ['.', './', './.']) assert.equal(referenceKey(path), '.');
    assert.equal(referenceKey('/abs/'), '/abs');
  });

  it('leaves other references as they stand', () => {
    assert.notEqual(referenceKey('hf://a/b'), referenceKey('hf://a/b@main'));
  });
});
