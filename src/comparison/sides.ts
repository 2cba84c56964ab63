import type { ClassFacts } from '../architecture/facts.ts';
import type { TensorTable } from '../format/tensor-table.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import type { UnpackedTable } from './quantization/unpack.ts';
import type { Expected } from './expected.ts';
import { match, positions } from './match.ts';
import type { Matching } from './match.ts';
import type { HeadNames } from './intent.ts';
import type { NameMapper, Unwrapping } from './names.ts';

export interface CompareInput {
  /** The checkpoint's parameters: those stored, and after them those that only the index tells of. */
  readonly tensors: TensorTable;
  /** Rows from here on are declared by the index and not stored: their shapes are unknown. */
  readonly firstDeclared: number;
  readonly config: JsonObject | null;
  readonly baseConfig: JsonObject | null;
  /** What it should hold, given its names; by facts it follows from them, so it is made anew when a wrapper is taken off. */
  readonly expect: (rows: readonly number[], names: readonly string[], memory: readonly string[]) => Expected;
  /** Maps the checkpoint's names to those in memory of the intended class. */
  readonly mapper: NameMapper;
  readonly facts: ClassFacts | null;
  /** Tests names in memory for what other classes of the model type have and this one has not. */
  readonly isOfOtherClass: (memory: string) => boolean;
  readonly heads: HeadNames;
  /** Whether the tie flag counts as set; where that can't be told (null) it is taken as set here, and the verdict says so. */
  readonly tied: boolean | null;
  /** Rows of the vocabulary by the checkpoint's config, or null. */
  readonly vocabularySize: number | null;
  /** Where it is quantised: which rows are companions, and which stand for more than one tensor; else null. */
  readonly unpacked: UnpackedTable | null;
  /** Whether it was saved for MLX, which keeps convolutions in another order. */
  readonly isOfMlx: boolean;
  /** Names of the base's parameters that it holds packed. */
  readonly packedInBase: ReadonlySet<string>;
}

/** Both sides of a comparison, paired: what is stored (wrapper taken off) and what ought to be. */
export class Sides {
  readonly input: CompareInput;
  readonly actual: TensorTable;
  readonly expected: Expected;
  /** The checkpoint's rows under comparison, with their names on disk (wrapper taken off) and in memory. */
  readonly rows: readonly number[];
  readonly names: readonly string[];
  readonly memory: readonly string[];
  readonly prefixLost: boolean;
  /** Names in memory that are made of tensors paired under another one. */
  readonly covered: ReadonlyMap<string, string>;
  readonly matching: Matching;
  /** Position in `rows` by name in memory. */
  readonly byMemory: ReadonlyMap<string, number>;

  /** @param expected where it is known already; else it is worked out from the names */
  constructor(input: CompareInput, unwrapping: Unwrapping | null, expected: Expected | null = null) {
    const kept = unwrapNames(input.tensors.columns.names, unwrapping, input.unpacked?.hidden ?? NONE);
    const mapped = input.mapper(kept.names);
    this.input = input;
    this.actual = input.tensors;
    this.rows = kept.rows;
    this.names = kept.names;
    this.memory = mapped.memory;
    this.prefixLost = mapped.prefixLost;
    this.covered = mapped.more;
    this.expected = expected ?? input.expect(kept.rows, kept.names, mapped.memory);
    // The table's own index of names serves wherever the names are the table's.
    const byName = kept.names === input.tensors.columns.names ? input.tensors.byName : positions(kept.names);
    this.matching = match({ names: this.expected.tensors.columns.names, memory: this.expected.memory }, this, byName);
    this.byMemory = mapped.memory === kept.names ? byName : positions(mapped.memory);
  }

  /** Row of the table of stored tensors by name in memory. */
  storedRows(): ReadonlyMap<string, number> {
    if (this.rows.length === this.actual.length) return this.byMemory;
    const rows = new Map<string, number>();
    for (const [memory, position] of this.byMemory) rows.set(memory, this.rowAt(position));
    return rows;
  }

  /** Row of the table of stored tensors for a position in `rows`. */
  rowAt(position: number): number {
    return this.rows[position] ?? -1;
  }

  /** Whether only the index tells of it. */
  isDeclared(position: number): boolean {
    return this.rowAt(position) >= this.input.firstDeclared;
  }

  /** How many expected parameters are there (or declared) under a name that the loader maps. */
  matched(): number {
    let pairs = 0;
    for (const position of this.matching.rowOf) if (position >= 0) pairs++;
    return pairs + this.matching.recut.reduce((count, cut) => count + cut.expected.length, 0);
  }
}

const NONE: ReadonlySet<number> = new Set();

function unwrapNames(names: readonly string[], unwrapping: Unwrapping | null, hidden: ReadonlySet<number>): { rows: number[]; names: readonly string[] } {
  if (unwrapping === null && hidden.size === 0) return { rows: names.map((_, row) => row), names };
  const rows: number[] = [];
  const inner: string[] = [];
  names.forEach((name, row) => {
    if (hidden.has(row)) return;
    const unwrapped = unwrapping === null ? name : unwrapping.unwrap(name);
    if (unwrapped === null) return;
    rows.push(row);
    inner.push(unwrapped);
  });
  return { rows, names: inner };
}
