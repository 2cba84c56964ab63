import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupNames, groups } from '../../src/report/groups.ts';

const tensor = (name: string, shape: readonly number[] = [2, 2]) => ({ name, dtype: 'BF16', shape, bytes: 8 });

test('layers of one kind are one row with their range', () => {
  const rows = groups([0, 1, 2].flatMap((i) => [tensor(`model.layers.${i}.up.weight`), tensor(`model.layers.${i}.norm.weight`, [4])]));
  assert.deepEqual(rows.map(({ name, count, bytes }) => [name, count, bytes]), [
    ['model.layers.{0-2}.up.weight', 3, 24],
    ['model.layers.{0-2}.norm.weight', 3, 24],
  ]);
});

test('the name says exactly which ones, or admits that it does not', () => {
  const names = (list: string[]): string[] => groupNames(list).map(({ name }) => name);
  assert.deepEqual(names(['a.3.w']), ['a.3.w']);
  assert.deepEqual(names(['a.3.w', 'a.1.w']), ['a.{1,3}.w']);
  assert.deepEqual(names([1, 3, 5, 7, 9].map((i) => `a.${i}.w`)), ['a.*.w']);
  assert.deepEqual(names(['l.0.e.0', 'l.0.e.1', 'l.1.e.0', 'l.1.e.1']), ['l.{0-1}.e.{0-1}']);
  assert.deepEqual(names(['l.0.e.0', 'l.0.e.1', 'l.1.e.0']), ['l.*.e.*']);
  assert.deepEqual(names(['h.01.w', 'h.1.w']), ['h.01.w', 'h.1.w']);
  assert.deepEqual(names([`h.${'9'.repeat(400)}.w`, `h.${'8'.repeat(400)}.w`]).length, 2);
  assert.deepEqual(names(['h.4.w', 'h.4.w2']), ['h.4.w', 'h.4.w2']);
});

test('other shapes are other rows', () => {
  assert.equal(groups([tensor('a.0.w', [1]), tensor('a.1.w', [2])]).length, 2);
});
