import type { ByteDifferences, DtypeChange } from './comparison.ts';
import type { Sides } from './sides.ts';

/** Pairs of the same stored parameter: expected row, stored row. Declared ones are no pairs, since nothing of them is stored. */
function* storedPairs(sides: Sides): Generator<readonly [number, number]> {
  for (let row = 0; row < sides.matching.rowOf.length; row++) {
    const position = sides.matching.rowOf[row] ?? -1;
    if (position >= 0 && !sides.isDeclared(position)) yield [row, sides.rowAt(position)];
  }
}

/** Whether either side holds a parameter packed: then types and bytes tell of packing. */
function isPacked({ input, expected }: Sides, row: number, actualRow: number): boolean {
  return input.unpacked?.members.has(actualRow) === true || input.packedInBase.has(expected.tensors.name(row));
}

/** Bytes by which the paired parameters differ, by cause. */
export function byteDifferences(sides: Sides): ByteDifferences {
  const { tensors } = sides.expected;
  const difference = { matchedExpected: 0, matchedActual: 0, shape: 0, dtype: 0, quantisation: 0 };
  for (const [row, actualRow] of storedPairs(sides)) {
    if (row >= sides.expected.firstUnstored) continue;
    const before = tensors.bytes(row);
    const after = sides.actual.bytes(actualRow);
    difference.matchedExpected += before;
    difference.matchedActual += after;
    difference[isPacked(sides, row, actualRow) ? 'quantisation' : tensors.sameShape(row, sides.actual, actualRow) ? 'dtype' : 'shape'] += after - before;
  }
  for (const { expected, actual } of sides.matching.recut) {
    const before = expected.reduce((sum, row) => sum + tensors.bytes(row), 0);
    const after = actual.reduce((sum, position) => sum + sides.actual.bytes(sides.rowAt(position)), 0);
    difference.matchedExpected += before;
    difference.matchedActual += after;
    difference[actual.some((position) => sides.input.unpacked?.members.has(sides.rowAt(position)) === true) ? 'quantisation' : 'shape'] += after - before;
  }
  return difference;
}

/** Element types that differ from the base's, most frequent first. */
export function dtypeChanges(sides: Sides): DtypeChange[] {
  if (sides.expected.basis !== 'base') return [];
  const { tensors } = sides.expected;
  const changes = new Map<string, { from: string; to: string; count: number; bytes: number }>();
  for (const [row, actualRow] of storedPairs(sides)) {
    const from = tensors.dtype(row);
    const to = sides.actual.dtype(actualRow);
    if (from === to || isPacked(sides, row, actualRow)) continue;
    const change = changes.get(`${from} ${to}`) ?? { from, to, count: 0, bytes: 0 };
    change.count++;
    change.bytes += sides.actual.bytes(actualRow) - tensors.bytes(row);
    changes.set(`${from} ${to}`, change);
  }
  return [...changes.values()].sort((a, b) => b.count - a.count);
}

/** Parameters that stand under another name than in the base and that the loader knows how to take. */
export function renamed(sides: Sides): { name: string; from: string }[] {
  if (sides.expected.basis !== 'base') return [];
  const found: { name: string; from: string }[] = [];
  for (const { expected, actual } of sides.matching.recut) {
    const from = sides.names[actual[0] ?? -1] ?? '';
    for (const row of expected) found.push({ name: sides.expected.tensors.name(row), from });
  }
  sides.matching.rowOf.forEach((position, row) => {
    if (position < 0) return;
    const before = sides.expected.tensors.name(row);
    const after = sides.names[position] ?? '';
    if (before !== after && !before.endsWith(`.${after}`) && !after.endsWith(`.${before}`)) found.push({ name: before, from: after });
  });
  return found;
}
