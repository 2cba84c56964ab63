/** Rows of two lists of names that a loader takes for the same parameter. */
export interface Matching {
  /** Checkpoint row of each expected row, or -1. */
  readonly rowOf: Int32Array;
  /** Expected rows and checkpoint rows that are the same parameter in other pieces (split or fused experts). */
  readonly recut: readonly { readonly expected: readonly number[]; readonly actual: readonly number[] }[];
  readonly leftExpected: readonly number[];
  readonly leftActual: readonly number[];
}

interface Side {
  readonly names: readonly string[];
  readonly memory: readonly string[];
}

/** Rows of each name in memory. @param open the names in memory that count; null for all */
function rowsByMemory(side: Side, open: ReadonlySet<string> | null): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  side.memory.forEach((memory, row) => {
    if (open?.has(memory) === false) return;
    const list = rows.get(memory);
    if (list === undefined) rows.set(memory, [row]);
    // A name that stands in two shards is one parameter: the later one counts.
    else if (side.names[list[list.length - 1] ?? -1] === side.names[row]) list[list.length - 1] = row;
    else list.push(row);
  });
  return rows;
}

/** The last segments of a name on disk from the part where pieces differ: enough to pair pieces of one merged parameter. */
function pieceKey(name: string): string {
  let start = name.length;
  for (let segments = 0; segments < 4 && start > 0; segments++) start = name.lastIndexOf('.', start - 1);
  return name.slice(start + 1);
}

function pairPieces(expected: Side, expectedRows: readonly number[], actual: Side, actualRows: readonly number[], rowOf: Int32Array): { expected: number[]; actual: number[] } {
  const open = new Map(actualRows.map((row) => [pieceKey(actual.names[row] ?? ''), row]));
  const left: number[] = [];
  for (const row of expectedRows) {
    const key = pieceKey(expected.names[row] ?? '');
    const match = open.get(key);
    if (match === undefined) left.push(row);
    else {
      rowOf[row] = match;
      open.delete(key);
    }
  }
  return { expected: left, actual: [...open.values()] };
}

/** The last position of each name. */
export function positions(names: readonly string[]): Map<string, number> {
  const byName = new Map<string, number>();
  for (let i = 0; i < names.length; i++) byName.set(names[i] ?? '', i);
  return byName;
}

/**
 * Pairs what has the same name on disk and in memory on both sides: in nearly every checkpoint nearly all there is, so
 * that lists of rows are only made for the rest.
 * @param rowOf is filled where it returns something
 * @returns the names in memory under which some row has no pair; null where a name occurs twice, so that it takes more than a name to pair by
 */
function pairSame(expected: Side, actual: Side, byName: ReadonlyMap<string, number>, rowOf: Int32Array): ReadonlySet<string> | null {
  if (byName.size < actual.names.length) return null;
  const isPlain = expected.memory === expected.names && actual.memory === actual.names;
  const taken = new Uint8Array(actual.names.length);
  const open = new Set<string>();
  for (let row = 0; row < rowOf.length; row++) {
    const position = byName.get(expected.names[row] ?? '');
    if (position === undefined || !(isPlain || actual.memory[position] === expected.memory[row])) open.add(expected.memory[row] ?? '');
    else if (taken[position] === 1) return null;
    else {
      taken[position] = 1;
      rowOf[row] = position;
    }
  }
  for (let position = 0; position < taken.length; position++) if (taken[position] === 0) open.add(actual.memory[position] ?? '');
  return open;
}

/**
 * Pairs expected parameters with stored ones by their names in memory. Where a loader merges several stored
 * tensors into one, pieces are paired by their names on disk, and what is then left on both sides is the same
 * parameter cut differently.
 * @param byName position of each of the actual names, the last where one occurs twice
 */
export function match(expected: Side, actual: Side, byName: ReadonlyMap<string, number> = positions(actual.names)): Matching {
  const rowOf = new Int32Array(expected.names.length).fill(-1);
  const open = pairSame(expected, actual, byName, rowOf);
  if (open?.size === 0) return { rowOf, recut: [], leftExpected: [], leftActual: [] };
  return matchOpen(expected, actual, open, rowOf);
}

/** Pairs anew the rows under the names in memory that are open; null for all. */
function matchOpen(expected: Side, actual: Side, open: ReadonlySet<string> | null, rowOf: Int32Array): Matching {
  const recut: { expected: number[]; actual: number[] }[] = [];
  const leftExpected: number[] = [];
  const leftActual: number[] = [];
  const actualRows = rowsByMemory(actual, open);
  for (const [memory, rows] of rowsByMemory(expected, open)) {
    for (const row of rows) rowOf[row] = -1;
    const others = actualRows.get(memory);
    actualRows.delete(memory);
    if (others === undefined) {
      for (const row of rows) leftExpected.push(row);
    } else if (rows.length === 1 && others.length === 1) {
      rowOf[rows[0] ?? 0] = others[0] ?? -1;
    } else {
      const left = pairPieces(expected, rows, actual, others, rowOf);
      if (left.expected.length > 0 && left.actual.length > 0) recut.push(left);
      else {
        for (const row of left.expected) leftExpected.push(row);
        for (const row of left.actual) leftActual.push(row);
      }
    }
  }
  for (const rows of actualRows.values()) for (const row of rows) leftActual.push(row);
  return { rowOf, recut, leftExpected: leftExpected.sort((a, b) => a - b), leftActual: leftActual.sort((a, b) => a - b) };
}
