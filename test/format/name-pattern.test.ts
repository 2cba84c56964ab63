import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { compressNames, expandPattern, parsePattern } from '../../src/format/name-pattern.ts';

const expand = (pattern: string, limit = 1000): string[] => expandPattern(parsePattern(pattern, limit));

suite('patterns of names', () => {
  test('put names together that differ in their numbers', () => {
    assert.deepEqual(compressNames(['l.10.w', 'l.0.w', 'l.1.w', 'l.2.w', 'norm']), ['l.{0-2,10}.w', 'norm']);
  });

  test('put combinations together only where all of them are there', () => {
    const all = [0, 1, 2].flatMap((layer) => [0, 1].map((expert) => `l.${layer}.e.${expert}`));
    assert.deepEqual(compressNames(all), ['l.{0-2}.e.{0-1}']);
    assert.deepEqual(compressNames(all.filter((name) => name !== 'l.1.e.1')), ['l.1.e.0', 'l.{0,2}.e.{0-1}']);
  });

  test('keep apart a name that holds what templates use for a number', () => {
    const names = ['a.5.b', 'a.\0.b', 'a.{.b', '1.2.3.4.5.6'];
    assert.deepEqual(compressNames(names).flatMap((pattern) => expand(pattern)).sort(), [...names].sort());
  });

  test('do not depend on the order of the names', () => {
    const names = ['b.3.x', 'a', 'b.1.x', 'b.2.y'];
    assert.deepEqual(compressNames(names), compressNames([...names].reverse()));
  });

  test('expand with the last choice changing first', () => {
    assert.deepEqual(expand('l.{0-1}.e.{2,4}'), ['l.0.e.2', 'l.0.e.4', 'l.1.e.2', 'l.1.e.4']);
    assert.deepEqual(expand('a\\{b\\}\\\\'), ['a{b}\\']);
  });

  test('are refused where they are malformed or ask for too much', () => {
    for (const pattern of ['a{', 'a}', '{}', '{1-}', '{3-1}', '{-1}', '{1,}', '\\a', '{1234567}']) {
      assert.throws(() => expand(pattern), { name: 'MalformedError' }, pattern);
    }
    assert.throws(() => expand('{0-999}.{0-1}'), /more than 1000 names/);
    assert.throws(() => expand('{0-1000}'), /more than 1000 names/);
    assert.equal(expand('{0-999}').length, 1000);
  });
});
