import assert from 'node:assert/strict';
import { it } from 'node:test';
import { DimensionCounts } from '../../src/comparison/dimension-counts.ts';
import { TableBuilder } from '../../src/format/table-builder.ts';

it('the rarer of two dimensions is the one that fewer shapes have', () => {
  const table = new TableBuilder();
  table.add('a', 'BF16', [64, 64]);
  table.add('b', 'BF16', [72, 64]);
  const counts = new DimensionCounts(table.build());
  assert.equal(counts.isRarer(72, 64), true);
  assert.equal(counts.isRarer(64, 72), false);
  assert.equal(counts.isRarer(1024, 72), true, 'one that is nowhere is rarer than any');
  assert.equal(counts.isRarer(72, 72), false);
});
