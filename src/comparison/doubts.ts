import type { JsonObject } from '../inventory/checkpoint.ts';
import type { Mismatch } from './comparison.ts';
import { DimensionCounts } from './dimension-counts.ts';
import { patternIn } from './pattern.ts';
import type { ShapeFacts } from './shapes.ts';
import type { Sides } from './sides.ts';
import { findSlices } from './slices.ts';
import type { Slices } from './slices.ts';
import { towerTest } from './towers.ts';

/**
 * Mismatches without those that say more about a formula than about the checkpoint, where no base vouches for it: a
 * formula that fails in every layer alike, or calls for a dimension that is nowhere. They stay where one dimension is
 * divided by the same number throughout (one rank's slice) or is 0, and where nothing but a wrong config explains them.
 */
export function withoutDoubtful(mismatched: Mismatch[], sides: Sides, facts: ShapeFacts): Mismatch[] {
  return mismatched.length === 0 ? mismatched : new Doubts(mismatched, sides, facts).without();
}

class Doubts {
  readonly #mismatched: readonly Mismatch[];
  readonly #sides: Sides;
  readonly #facts: ShapeFacts;
  readonly #counts: DimensionCounts;
  #explained: ReadonlySet<number> | undefined;

  constructor(mismatched: readonly Mismatch[], sides: Sides, facts: ShapeFacts) {
    this.#mismatched = mismatched;
    this.#sides = sides;
    this.#facts = facts;
    this.#counts = new DimensionCounts(sides.actual);
  }

  without(): Mismatch[] {
    const sliced = findSlices(this.#mismatched);
    if (sliced !== null && this.#isThroughout(sliced)) return [...this.#mismatched];
    const failing = this.#failingThroughout();
    return this.#mismatched.filter((item) => this.#isByConfig(item) || !(failing.has(this.#pattern(item.memory)) || this.#isFarFetched(item)));
  }

  #pattern(memory: string): string {
    return patternIn(this.#sides.input.facts, 'memory', memory).pattern;
  }

  /** Patterns of parameters that have one wrong shape in all of several layers. */
  #failingThroughout(): ReadonlySet<string> {
    const groups = new Map<string, { layers: number; shapes: Set<string>; empty: boolean }>();
    for (const { memory, actual } of this.#mismatched) {
      const pattern = this.#pattern(memory);
      const group = groups.get(pattern) ?? { layers: 0, shapes: new Set<string>(), empty: false };
      groups.set(pattern, { layers: group.layers + 1, shapes: group.shapes.add(actual.shape.join()), empty: group.empty || actual.shape.includes(0) });
    }
    const counts = new Map<string, number>();
    for (const memory of this.#sides.expected.memory) {
      const pattern = this.#pattern(memory);
      if (groups.has(pattern)) counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
    }
    return new Set([...groups].flatMap(([pattern, { layers, shapes, empty }]) => (pattern.includes('*') && !empty && shapes.size === 1 && layers > 1 && layers === counts.get(pattern) ? [pattern] : [])));
  }

  /**
   * Whether only a wrong config explains it: the dimension is a setting and nothing else, the config states that
   * setting, and what is stored is no other number of the config, nor made of two of them.
   */
  #isByConfig({ memory, expected, actual }: Mismatch): boolean {
    const settings = this.#facts.settings(memory);
    const differing = expected.shape.flatMap((dim, axis) => (dim === actual.shape[axis] ? [] : [axis]));
    return settings !== null && expected.shape.length === actual.shape.length && differing.every((axis) => settings[axis] === true && !this.#explainedSizes().has(actual.shape[axis] ?? 0));
  }

  #explainedSizes(): ReadonlySet<number> {
    this.#explained ??= sizesOf(this.#sides.input.config ?? {});
    return this.#explained;
  }

  /**
   * Whether the expected dimension occurs less often in the model than the stored one: a true width shows in other
   * parameters as well, while a formula that took the wrong setting calls for a number that is nowhere.
   */
  #isFarFetched({ memory, expected, actual }: Mismatch): boolean {
    const { heads } = this.#sides.input;
    if (memory === heads.embedding || memory === heads.head || actual.shape.includes(0) || expected.shape.length !== actual.shape.length) return false;
    const differing = expected.shape.flatMap((dim, i) => (dim === actual.shape[i] ? [] : [[dim, actual.shape[i] ?? 0] as const]));
    const [only] = differing;
    return differing.length === 1 && only !== undefined && this.#counts.isRarer(only[0], only[1]);
  }

  /** Whether slices are of two thirds of all matrices, of three kinds at least (keys and values alone are a formula's mistake), and not of a tower alone. */
  #isThroughout({ parameters }: Slices): boolean {
    const isInTower = towerTest(this.#sides.input.facts);
    const kinds = new Set(parameters.map(({ memory }) => this.#pattern(memory)));
    return parameters.length * 3 >= this.#knownMatrices() * 2 && kinds.size > 2 && parameters.some(({ memory }) => !isInTower(memory));
  }

  /** How many expected parameters have a known shape of two dimensions or more. */
  #knownMatrices(): number {
    const { tensors, shapeKnown } = this.#sides.expected;
    return shapeKnown.reduce((count, known, row) => count + (known === 1 && tensors.shape(row).length > 1 ? 1 : 0), 0);
  }
}

/** Numbers of a config, at most: each pair makes sizes. */
const MOST_NUMBERS = 100;
/** What a size is multiplied by in fused projections and gates. */
const MULTIPLES = [1, 2, 3, 4];

/** All sizes that the numbers of a config make by themselves and in pairs: sums, differences, products and quotients, and the small multiples of these. */
function sizesOf(config: JsonObject): ReadonlySet<number> {
  const numbers = new Set<number>();
  const visit = (object: object, depth: number): void => {
    for (const value of Object.values(object)) {
      if (typeof value === 'number' && Number.isInteger(value) && value > 0 && numbers.size < MOST_NUMBERS) numbers.add(value);
      else if (typeof value === 'object' && value !== null && depth < 3) visit(value, depth + 1);
    }
  };
  visit(config, 0);
  const sizes = new Set<number>();
  for (const a of numbers) {
    for (const b of [...numbers, 0]) for (const size of [a, a + b, Math.abs(a - b), a * b, Math.floor(a / Math.max(1, b))]) for (const times of MULTIPLES) sizes.add(size * times);
  }
  return sizes;
}
