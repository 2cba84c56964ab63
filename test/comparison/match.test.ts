import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { match } from '../../src/comparison/match.ts';

const plain = (names: readonly string[]): { names: readonly string[]; memory: readonly string[] } => ({ names, memory: names });

describe('match', () => {
  test('pairs names, and tells what is left on either side', () => {
    const { rowOf, leftExpected, leftActual, recut } = match(plain(['a', 'b', 'c']), plain(['c', 'x', 'a']));
    assert.deepEqual([...rowOf], [2, -1, 0]);
    assert.deepEqual(leftExpected, [1]);
    assert.deepEqual(leftActual, [1]);
    assert.deepEqual(recut, []);
  });

  test('takes pieces of one merged parameter by their names, and a packed one for all of them', () => {
    const pieces = { names: ['e.0.w1', 'e.0.w3', 'e.1.w1', 'e.1.w3'], memory: ['e.gate_up', 'e.gate_up', 'e.gate_up', 'e.gate_up'] };
    const packed = { names: ['e.gate_up'], memory: ['e.gate_up'] };
    assert.deepEqual(match(pieces, packed).recut, [{ expected: [0, 1, 2, 3], actual: [0] }]);
    const less = match(pieces, { names: pieces.names.slice(1), memory: pieces.memory.slice(1) });
    assert.deepEqual(less.leftExpected, [0]);
    assert.deepEqual([...less.rowOf], [-1, 0, 1, 2]);
  });

  test('a name that stands in two shards is one parameter: the later counts', () => {
    const { rowOf, leftActual } = match(plain(['a']), plain(['a', 'a']));
    assert.deepEqual([...rowOf], [1]);
    assert.deepEqual(leftActual, []);
  });

  test('a name that stands in two shards among merged pieces does not part the others', () => {
    const pieces = { names: ['e.0.w1', 'e.1.w1', 'e.0.w1'], memory: ['e.w1', 'e.w1', 'e.w1'] };
    const { rowOf, leftExpected, leftActual } = match({ names: ['e.0.w1', 'e.1.w1'], memory: ['e.w1', 'e.w1'] }, pieces);
    assert.deepEqual([...rowOf], [2, 1]);
    assert.deepEqual([leftExpected, leftActual], [[], []]);
  });

  test('the same name on disk under another name in memory is another parameter', () => {
    const { rowOf, leftExpected, leftActual } = match({ names: ['a', 'b'], memory: ['m.a', 'm.b'] }, { names: ['a', 'b'], memory: ['m.a', 'b'] });
    assert.deepEqual([...rowOf], [0, -1]);
    assert.deepEqual([leftExpected, leftActual], [[1], [1]]);
  });

  test('one left piece on either side of a merged parameter is that parameter cut differently', () => {
    const { rowOf, recut } = match({ names: ['e.0.w', 'e.1.w'], memory: ['e', 'e'] }, { names: ['e.0.w', 'e'], memory: ['e', 'e'] });
    assert.deepEqual([...rowOf], [0, -1]);
    assert.deepEqual(recut, [{ expected: [1], actual: [1] }]);
  });

  test('every row of either side is in exactly one place', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e.0.w', 'e.1.w', 'e.2.w');
    const side = fc.uniqueArray(name).map((names) => ({ names, memory: names.map((item) => (item.startsWith('e.') ? 'e' : item)) }));
    fc.assert(fc.property(side, side, (expected, actual) => {
      const { rowOf, recut, leftExpected, leftActual } = match(expected, actual);
      const paired = [...rowOf].flatMap((position, row) => (position >= 0 ? [row] : []));
      assert.deepEqual([...paired, ...leftExpected, ...recut.flatMap((cut) => cut.expected)].sort((a, b) => a - b), expected.names.map((_, row) => row));
      const taken = [...rowOf].filter((position) => position >= 0);
      assert.deepEqual([...taken, ...leftActual, ...recut.flatMap((cut) => cut.actual)].sort((a, b) => a - b), actual.names.map((_, row) => row));
    }));
  });
});
