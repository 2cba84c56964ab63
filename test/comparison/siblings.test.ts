import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Observed } from '../../src/comparison/observed.ts';
import { Siblings } from '../../src/comparison/siblings.ts';
import { TableBuilder } from '../../src/format/table-builder.ts';
import type { JsonObject } from '../../src/inventory/checkpoint.ts';
import { hostileTest } from '../support/hostile-test.ts';

const W = 'layers.*.w';

/** The siblings of `layers.*.w`, with one shape a layer; null for a layer without. */
function siblings(shapes: readonly (readonly number[] | null)[], config: JsonObject | null = null, dtype = 'BF16', declared = 0): Siblings {
  const builder = new TableBuilder();
  shapes.forEach((shape, layer) => shape !== null && builder.add(`layers.${layer}.w`, dtype, shape));
  const tensors = builder.build();
  const { names } = tensors.columns;
  return new Siblings(new Observed(null, tensors, tensors.length - declared, names.map((_, row) => row), names, names), config);
}

const of = (all: Siblings, layer: number): { dtype: string; shape: readonly number[] | null; regular: boolean } => all.of(W, W, [layer]);

describe('Siblings', () => {
  test('at least two that agree say what another ought to be, stored or not', () => {
    assert.deepEqual(of(siblings([[4, 8], [4, 8], null]), 2), { dtype: 'BF16', shape: [4, 8], regular: true });
    assert.deepEqual(of(siblings([[4, 8], [4, 8], [3, 8]]), 2), { dtype: 'BF16', shape: [4, 8], regular: true });
    assert.deepEqual(of(siblings([[4, 8], [4, 8], [4, 8]]), 0), { dtype: 'BF16', shape: [4, 8], regular: true });
  });

  test('where they disagree a parameter keeps its own shape', () => {
    assert.deepEqual(of(siblings([[4, 8], [5, 8], [6, 8]]), 0), { dtype: 'BF16', shape: [4, 8], regular: false });
    assert.deepEqual(of(siblings([[4, 8], [4, 8], [6, 8], [6, 8]]), 3), { dtype: 'BF16', shape: [6, 8], regular: false });
  });

  test('only those of the same kind count', () => {
    const all = siblings([[4, 8], [4, 8], [4, 8], [2, 8]], { layer_types: ['full', 'full', 'full', 'sliding'] });
    assert.deepEqual(of(all, 3), { dtype: 'BF16', shape: [2, 8], regular: false });
    assert.equal(of(all, 0).regular, true);
  });

  test('of two, the one with the rarer dimensions is the odd one', () => {
    const builder = new TableBuilder();
    for (const [name, shape] of [['layers.0.w', [4, 8]], ['layers.1.w', [5, 8]], ['embed', [4, 8]]] as const) builder.add(name, 'F16', shape);
    const tensors = builder.build();
    const { names } = tensors.columns;
    const all = new Siblings(new Observed(null, tensors, tensors.length, [0, 1, 2], names, names), null);
    assert.deepEqual(of(all, 1), { dtype: 'F16', shape: [4, 8], regular: true });
    assert.deepEqual(of(all, 0), { dtype: 'F16', shape: [4, 8], regular: false });
  });

  test('without any sibling, the type is the model\'s, or the config\'s', () => {
    assert.deepEqual(siblings([[4, 8]], null, 'F16').of('other.*.w', 'other.*.w', [0]), { dtype: 'F16', shape: null, regular: false });
    assert.equal(of(siblings([], { torch_dtype: 'float32' }), 0).dtype, 'F32');
    assert.equal(of(siblings([]), 0).dtype, 'BF16');
  });

  test('what only an index tells of has no shape to go by', () => {
    assert.deepEqual(of(siblings([[4, 8], [4, 8], [0]], null, 'BF16', 1), 2), { dtype: 'BF16', shape: [4, 8], regular: true });
    assert.equal(of(siblings([[4, 8], [0], [0]], null, 'BF16', 2), 0).regular, false);
  });

  hostileTest('as many shapes as layers', () => {
    const all = siblings(Array.from({ length: 15_000 }, (_, layer) => [layer, 8]));
    for (let layer = 0; layer < 15_000; layer++) assert.equal(of(all, layer).regular, false);
    return Promise.resolve();
  });
});
