import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TableBuilder } from '../../src/format/table-builder.ts';

test('a name is found alike before and after there is an index of names: of several rows the last', () => {
  const builder = new TableBuilder();
  for (const name of ['a', 'b', 'a', 'c']) builder.add(name, 'BF16', [2, 3]);
  const table = builder.build();
  // More often than a table is looked into without an index.
  for (let round = 0; round < 20; round++) assert.deepEqual(['a', 'b', 'c', 'd'].map((name) => table.row(name)), [2, 1, 3, -1]);
  assert.deepEqual([...table.byName], [['a', 2], ['b', 1], ['c', 3]]);
});

test('a built table has the rows that were added, with as many bytes as type and shape take', () => {
  const builder = new TableBuilder();
  for (let i = 0; i < 40; i++) builder.add(`w${i}`, 'BF16', [i, 2]);
  builder.add('scalar', 'F32', []);
  builder.add('packed', 'U8', [4], 9);
  const table = builder.build();
  assert.equal(builder.length, 42);
  assert.deepEqual(table.info(39), { name: 'w39', dtype: 'BF16', shape: [39, 2], bytes: 156 });
  assert.deepEqual(table.info(40), { name: 'scalar', dtype: 'F32', shape: [], bytes: 4 });
  assert.deepEqual(table.info(41), { name: 'packed', dtype: 'U8', shape: [4], bytes: 9 });
});
