import type { JsonObject } from '../inventory/checkpoint.ts';
import { configDtype } from '../inventory/config.ts';
import { DimensionCounts } from './dimension-counts.ts';
import { LayerKinds } from './layers.ts';
import type { Observed, ObservedRow } from './observed.ts';
import { numbersKey } from './pattern.ts';

/** What the siblings of a parameter (the same one in other layers) say of it. */
export interface SiblingFacts {
  readonly dtype: string;
  /** Its own shape where it is stored and nothing speaks against it; else its siblings'. Null where there are none. */
  readonly shape: readonly number[] | null;
  /** Whether the siblings agree on a shape that the parameter ought to have. */
  readonly regular: boolean;
}

/** Types as configs name them. */
const CONFIG_DTYPES = new Map([['float32', 'F32'], ['float16', 'F16'], ['bfloat16', 'BF16']]);

interface ShapeCount {
  count: number;
  readonly row: ObservedRow;
}

interface Census {
  /** By the keys of their numbers. */
  readonly rows: Map<number | string, ObservedRow>;
  readonly kinds: Map<string, Map<string, ShapeCount>>;
  readonly all: Map<string, ShapeCount>;
  readonly first: ObservedRow | undefined;
}

function tally(shapes: Map<string, ShapeCount>, key: string, row: ObservedRow): void {
  const entry = shapes.get(key);
  if (entry === undefined) shapes.set(key, { count: 1, row });
  else entry.count++;
}

/**
 * A row of the shape that all others have, where there are at least two others and they agree.
 * @param own the row that is not among the others, where it is stored: its shape is one of those counted
 */
function agreedShape(shapes: ReadonlyMap<string, ShapeCount>, own: ObservedRow | undefined, keyOf: (row: ObservedRow) => string): ObservedRow | null {
  // One shape throughout is the rule: it needs no key of the own one.
  if (shapes.size === 1) for (const { count, row } of shapes.values()) return count - (own === undefined ? 0 : 1) >= 2 ? row : null;
  // Its own takes away one shape at most. There may be as many as there are parameters, and each of them asks.
  if (shapes.size > 2) return null;
  const ownKey = own === undefined ? null : keyOf(own);
  const others = [...shapes].flatMap(([key, { count, row }]) => {
    const rest = key === ownKey ? count - 1 : count;
    return rest > 0 ? [{ rest, row }] : [];
  });
  const [first] = others;
  return others.length === 1 && first !== undefined && first.rest >= 2 ? first.row : null;
}

/** Shapes and types by the checkpoint's own regularity. */
export class Siblings {
  readonly #observed: Observed;
  readonly #config: JsonObject | null;
  readonly #censuses = new Map<string, Census>();
  readonly #kinds = new Map<string, LayerKinds>();
  #dtype: string | undefined;
  readonly #counts: DimensionCounts;

  constructor(observed: Observed, config: JsonObject | null) {
    this.#observed = observed;
    this.#counts = new DimensionCounts(observed.tensors);
    this.#config = config;
  }

  /** @param numbers the numbers of the disk pattern */
  of(memoryPattern: string, disk: string, numbers: readonly number[]): SiblingFacts {
    const census = this.#census(memoryPattern, disk);
    const own = census.rows.get(numbersKey(numbers));
    const shapes = census.kinds.get(this.#kind(memoryPattern, numbers)) ?? census.all;
    const agreed = agreedShape(shapes, own, (row) => this.#key(row)) ?? (own === undefined ? null : this.#likelier(shapes, own));
    const nearest = own ?? agreed ?? census.first;
    return {
      dtype: nearest === undefined ? this.#commonDtype() : this.#observed.tensors.dtype(nearest.row),
      shape: agreed === null ? (nearest === undefined ? null : this.#shape(nearest)) : this.#shape(agreed),
      regular: agreed !== null,
    };
  }

  /**
   * Of two layers in all that should be alike and are not, the one whose dimensions are rarer in the model is the odd
   * one: returns the other where that is so.
   */
  #likelier(shapes: ReadonlyMap<string, ShapeCount>, own: ObservedRow): ObservedRow | null {
    const [first, second] = shapes.size === 2 ? [...shapes.values()] : [];
    if (first?.count !== 1 || second?.count !== 1) return null;
    const other = first.row === own ? second.row : first.row;
    const [mine, its] = [this.#shape(own), this.#shape(other)];
    if (mine.length !== its.length) return null;
    const at = mine.findIndex((dim, i) => dim !== its[i]);
    return this.#counts.isRarer(mine[at] ?? 0, its[at] ?? 0) ? other : null;
  }

  /** All rows of a disk pattern, counted once by kind of layer and shape. */
  #census(memoryPattern: string, disk: string): Census {
    let census = this.#censuses.get(disk);
    if (census === undefined) {
      const found = this.#observed.disk.get(disk) ?? this.#observed.memory.get(memoryPattern) ?? [];
      const rows = found.filter(({ row }) => row < this.#observed.firstDeclared);
      census = { rows: new Map(), kinds: new Map(), all: new Map(), first: rows[0] };
      for (const row of rows) {
        census.rows.set(numbersKey(row.numbers), row);
        const kind = this.#kind(memoryPattern, row.numbers);
        const ofKind = census.kinds.get(kind) ?? new Map<string, ShapeCount>();
        census.kinds.set(kind, ofKind);
        const key = this.#key(row);
        tally(ofKind, key, row);
        tally(census.all, key, row);
      }
      this.#censuses.set(disk, census);
    }
    return census;
  }

  #key(row: ObservedRow): string {
    return this.#shape(row).join();
  }

  #kind(memoryPattern: string, numbers: readonly number[]): string {
    const star = memoryPattern.indexOf('*');
    if (star < 0) return '';
    const list = memoryPattern.slice(0, star - 1);
    let kinds = this.#kinds.get(list);
    if (kinds === undefined) {
      kinds = new LayerKinds(this.#config, this.#observed.count(list));
      this.#kinds.set(list, kinds);
    }
    return kinds.kind(numbers[0] ?? 0);
  }

  #shape(row: ObservedRow): number[] {
    return this.#observed.tensors.shape(row.row);
  }

  #commonDtype(): string {
    if (this.#dtype === undefined) {
      const counts = new Map<string, number>();
      for (let row = 0; row < this.#observed.firstDeclared; row++) {
        const dtype = this.#observed.tensors.dtype(row);
        counts.set(dtype, (counts.get(dtype) ?? 0) + 1);
      }
      this.#dtype = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? CONFIG_DTYPES.get(configDtype(this.#config) ?? '') ?? 'BF16';
    }
    return this.#dtype;
  }
}
