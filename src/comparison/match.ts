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

function rowsByMemory(side: Side): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  side.memory.forEach((memory, row) => {
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

/**
 * Pairs expected parameters with stored ones by their names in memory. Where a loader merges several stored
 * tensors into one, pieces are paired by their names on disk, and what is then left on both sides is the same
 * parameter cut differently.
 */
export function match(expected: Side, actual: Side): Matching {
  const rowOf = new Int32Array(expected.names.length).fill(-1);
  const recut: { expected: number[]; actual: number[] }[] = [];
  const leftExpected: number[] = [];
  const leftActual: number[] = [];
  const actualRows = rowsByMemory(actual);
  for (const [memory, rows] of rowsByMemory(expected)) {
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
