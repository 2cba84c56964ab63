import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ParameterGroup } from '../../src/architecture/facts.ts';
import { LayerGroups, LayerKinds } from '../../src/comparison/layers.ts';

describe('LayerKinds', () => {
  test('layers with equal entries in every list of that length are of one kind', () => {
    const kinds = new LayerKinds({ layer_types: ['full', 'sliding', 'full', 'sliding'], text_config: { heads: [8, 8, 8, 4] }, other: [1, 2] }, 4);
    assert.equal(kinds.kind(0), kinds.kind(2));
    assert.notEqual(kinds.kind(0), kinds.kind(1));
    assert.notEqual(kinds.kind(1), kinds.kind(3), 'a list within tells them apart as well');
  });

  test('without such a list, or without a config, all are of one kind', () => {
    for (const config of [null, { num_hidden_layers: 4 }, { architectures: ['A'] }]) {
      const kinds = new LayerKinds(config, 4);
      assert.equal(kinds.kind(0), kinds.kind(3));
    }
  });
});

describe('LayerGroups', () => {
  const group = (disk: string): ParameterGroup => ({ scope: 'layers.*', presence: 'sometimes', when: null, inner: null, parameters: [{ disk, memory: disk, dims: null }] });
  const [q, v, extra] = [group('layers.*.q'), group('layers.*.v'), group('layers.*.extra')];
  const layers = (...contents: ParameterGroup[][]): LayerGroups => new LayerGroups(contents.map((groups) => ({ kind: '', groups })));
  const due = (groups: LayerGroups, layer: number): ParameterGroup[] => [...groups.due(layer)];

  test('a layer that has less than all its siblings owes what they have', () => {
    assert.deepEqual(due(layers([q, v], [q, v], [q]), 2), [q, v]);
    assert.deepEqual(due(layers([q, v], [q, v], [q]), 0), [q, v]);
  });

  test('an empty layer owes what its first sibling has', () => {
    assert.deepEqual(due(layers([q, v], [], [q, v]), 1), [q, v]);
    assert.deepEqual(due(layers([], []), 0), []);
  });

  test('a layer that differs by having something else, or more, owes nothing', () => {
    assert.deepEqual(due(layers([q, v], [q, v], [q, extra]), 2), [q, extra]);
    assert.deepEqual(due(layers([q], [q], [q, v]), 2), [q, v]);
  });

  test('two layers of the lesser kind are a pattern, and one sibling is no majority', () => {
    assert.deepEqual(due(layers([q, v], [q, v], [q], [q]), 2), [q]);
    assert.deepEqual(due(layers([q, v], [q]), 1), [q]);
  });

  test('siblings are those of the same kind', () => {
    const groups = new LayerGroups([{ kind: 'a', groups: [q, v] }, { kind: 'a', groups: [q, v] }, { kind: 'b', groups: [q] }]);
    assert.deepEqual([...groups.due(2)], [q]);
    assert.deepEqual([...groups.due(3)], [], 'a layer that there is not owes nothing');
  });
});
