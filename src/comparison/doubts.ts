import { SETTING } from '../architecture/facts.ts';
import type { Dimension } from '../architecture/facts.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import type { Mismatch } from './comparison.ts';
import { dimension, placeOf, settingsOf } from './dimension.ts';
import { DimensionCounts } from './dimension-counts.ts';
import { getOrAdd, push } from './multimap.ts';
import { patternIn } from './pattern.ts';
import { isByMember } from './shapes.ts';
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
  #confirmed: ReadonlySet<string> | undefined;
  #layers: ReadonlySet<string> | undefined;
  #byLayer: Map<string, Mismatch[]> | undefined;
  #shapesByPattern: Map<string, Map<string, number>> | undefined;

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
    return this.#mismatched.filter((item) => this.#isByConfig(item) || isTransposed(item) || !(failing.has(this.#pattern(item.memory)) || this.#isFarFetched(item) || this.#isOfAnotherKind(item) || this.#isOfOtherWidth(item)));
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
   * Whether no other formula explains it, but a wrong config or wrong weights: each dimension that differs is made of a
   * setting that no stored parameter confirms, and no other setting of such a name gives what is stored; or it is a
   * setting by itself, and what is stored is no other number of the config, nor made of two of them.
   */
  #isByConfig({ memory, expected, actual }: Mismatch): boolean {
    const formulas = this.#facts.formulas(memory);
    if (formulas === null || expected.shape.length !== actual.shape.length || actual.shape.includes(0) || expected.shape.includes(0)) return false;
    return expected.shape.every((dim, axis) => {
      const [formula, stored] = [formulas[axis] ?? null, actual.shape[axis] ?? 0];
      return dim === stored || isByMember(formula) || this.#isUnconfirmed(formula, stored) || (typeof formula === 'string' && /^[\w.]+$/.test(formula) && !this.#explainedSizes().has(stored));
    });
  }

  /** Whether every dimension that differs is what another setting of such a name makes of its formula: in layers of another kind than the formula is of. */
  #isOfAnotherKind({ memory, expected, actual }: Mismatch): boolean {
    const formulas = this.#facts.formulas(memory);
    if (formulas === null || expected.shape.length !== actual.shape.length) return false;
    const { config } = this.#sides.input;
    return expected.shape.every((dim, axis) => {
      const [formula, stored] = [formulas[axis] ?? null, actual.shape[axis] ?? 0];
      return dim === stored || explainedByOthers(formula, settingsOf(formula, config), config, stored);
    });
  }

  /**
   * Whether a parameter that no formula is known of is in the first or the last layer of its list, and that layer takes,
   * or gives, another width: several parameters of it differ from their siblings in the same way (encoders of speech), or
   * the list is one of plain projections (the net before a decoder of speech).
   */
  #isOfOtherWidth(item: Mismatch): boolean {
    const { list, layer, pattern } = this.#layerOf(item.memory);
    if (layer === undefined || this.#facts.shape(item.memory) !== null) return false;
    if (layer > 0 && this.#expectedLayers().has(`${list}${layer + 1}`)) return false;
    if (/\*\.(?:weight|bias)$/.test(pattern)) return true;
    const alike = this.#mismatchedInLayer(`${list}${layer}`);
    return alike.length > 1 && new Set(alike.flatMap(widths)).size === 1;
  }

  #layerOf(memory: string): { readonly list: string; readonly layer: number | undefined; readonly pattern: string } {
    const { pattern, numbers: [layer] } = patternIn(this.#sides.input.facts, 'memory', memory);
    return { list: pattern.slice(0, pattern.indexOf('*')), layer, pattern };
  }

  /** The layers of which something is expected, each by its list and number; found once, since any number of shapes may differ. */
  #expectedLayers(): ReadonlySet<string> {
    this.#layers ??= new Set(this.#sides.expected.memory.flatMap((memory) => {
      const { list, layer } = this.#layerOf(memory);
      return layer === undefined ? [] : [`${list}${layer}`];
    }));
    return this.#layers;
  }

  #mismatchedInLayer(place: string): readonly Mismatch[] {
    if (this.#byLayer === undefined) {
      this.#byLayer = new Map();
      for (const item of this.#mismatched) {
        const { list, layer } = this.#layerOf(item.memory);
        if (layer !== undefined) push(this.#byLayer, `${list}${layer}`, item);
      }
    }
    return this.#byLayer.get(place) ?? [];
  }

  /** Whether a formula holds a setting that nothing stored confirms, and no other setting of such a name makes it the stored dimension. */
  #isUnconfirmed(formula: Dimension, stored: number): boolean {
    const { config } = this.#sides.input;
    const settings = settingsOf(formula, config);
    return settings.some((setting) => !this.#confirmedSettings().has(setting)) && !explainedByOthers(formula, settings, config, stored) && !explainedByHeadDim(settings, config, stored);
  }

  /** Settings that some stored dimension is made of as the formulas say. */
  #confirmedSettings(): ReadonlySet<string> {
    this.#confirmed ??= new Set(this.#storedByPattern().flatMap(([memory, shape]) => {
      const [known, formulas] = [this.#facts.dimensions(memory), this.#facts.formulas(memory)];
      return shape.flatMap((dim, axis) => (known?.[axis] === dim ? settingsOf(formulas?.[axis] ?? null, this.#sides.input.config) : []));
    }));
    return this.#confirmed;
  }

  #explainedSizes(): ReadonlySet<number> {
    this.#explained ??= sizesOf(this.#sides.input.config ?? {});
    return this.#explained;
  }

  /** One stored parameter of each pattern, with its shape. */
  #storedByPattern(): readonly (readonly [string, readonly number[]])[] {
    const { byMemory, actual } = this.#sides;
    const found = new Map<string, readonly [string, readonly number[]]>();
    for (const [memory, position] of byMemory) {
      if (!this.#sides.isDeclared(position)) found.set(this.#pattern(memory), [memory, actual.shape(this.#sides.rowAt(position))]);
    }
    return [...found.values()];
  }

  /**
   * Whether the expected dimension occurs less often in the model than the stored one: a true width shows in other
   * parameters as well, while a formula that took the wrong setting calls for a number that is nowhere.
   */
  #isFarFetched({ memory, expected, actual }: Mismatch): boolean {
    const { heads } = this.#sides.input;
    if (memory === heads.embedding || memory === heads.head || actual.shape.includes(0) || expected.shape.length !== actual.shape.length) return false;
    const differing = expected.shape.flatMap((dim, axis) => (dim === actual.shape[axis] ? [] : [{ axis, dim, stored: actual.shape[axis] ?? 0 }]));
    const [only] = differing;
    return differing.length === 1 && only !== undefined && this.#counts.isRarer(only.dim, only.stored) && !this.#isOdd(memory, expected.shape, only.axis);
  }

  /**
   * Whether all other layers, two at least, have the shape that this one should have: the formula is right. But the first of a
   * list may take in what comes before it in another width, and the last give out another.
   */
  #isOdd(memory: string, shape: readonly number[], axis: number): boolean {
    const { numbers: [layer] } = patternIn(this.#sides.input.facts, 'memory', memory);
    if (axis === 0 ? !this.#sides.byMemory.has(memory.replace(`.${layer}.`, `.${(layer ?? 0) + 1}.`)) : layer === 0) return false;
    const shapes = this.#shapesOf(this.#pattern(memory));
    const all = [...shapes.values()].reduce((sum, count) => sum + count, 0);
    const agreeing = shapes.get(shape.join()) ?? 0;
    return agreeing > 1 && agreeing === all - 1;
  }

  /** How many parameters of a pattern have each shape. */
  #shapesOf(pattern: string): ReadonlyMap<string, number> {
    if (this.#shapesByPattern === undefined) {
      const { byMemory, actual } = this.#sides;
      this.#shapesByPattern = new Map();
      for (const [memory, position] of byMemory) {
        if (this.#sides.isDeclared(position)) continue;
        const shapes = getOrAdd(this.#shapesByPattern, this.#pattern(memory), () => new Map<string, number>());
        const key = actual.shape(this.#sides.rowAt(position)).join();
        shapes.set(key, (shapes.get(key) ?? 0) + 1);
      }
    }
    return this.#shapesByPattern.get(pattern) ?? new Map();
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

/**
 * Whether a formula gives a stored dimension once its settings are others of such names beside them (`swa_head_dim` and
 * `swa_num_attention_heads` for `head_dim` and `num_attention_heads`): layers of other kinds have their own.
 */
function explainedByOthers(formula: Dimension, settings: readonly string[], config: JsonObject | null, stored: number): boolean {
  return settings.some((setting) => {
    const { parent, key, beside } = placeOf(setting, config);
    const known = new Map<string, ReadonlyMap<string, string>>();
    const others = (one: string): ReadonlyMap<string, string> => getOrAdd(known, one, () => othersByKind(one, beside));
    const ofKind = (one: string, kind: string): string => parent + (others(one).get(kind) ?? one);
    return [...others(key).keys()].slice(0, MOST_NUMBERS).some((kind) => dimension(String(formula).replaceAll(SETTING, (one) => (one.startsWith(parent) ? ofKind(one.slice(parent.length), kind) : one)), config) === stored);
  });
}

/** The settings of such a name beside one, by what they have more or less than it: the first of each kind. */
function othersByKind(key: string, beside: JsonObject): ReadonlyMap<string, string> {
  const others = new Map<string, string>();
  for (const other of Object.keys(beside)) {
    const kind = kindOf(key, other);
    if (kind !== null && !others.has(kind)) others.set(kind, other);
  }
  return others;
}

/** Whether a stored dimension is made of a `head_dim` that the config states and a formula of widths does not go by: many classes do so though their config class does not declare it. */
function explainedByHeadDim(settings: readonly string[], config: JsonObject | null, stored: number): boolean {
  // A formula that goes by the width of a head (`qk_nope_head_dim`) is of a class that says which one.
  return !settings.some((setting) => setting.endsWith('head_dim')) && settings.some((setting) => {
    const { key, beside } = placeOf(setting, config);
    const headDim = beside['head_dim'];
    return typeof headDim === 'number' && WIDTH.test(key) && isOfHeads(stored / headDim, beside);
  });
}

/** What one of two settings' names has more than the other (`swa` of `head_dim` and `swa_head_dim`), where it has all of its words; null where not. */
function kindOf(a: string, b: string): string | null {
  const [short = [], long = []] = [a.split('_'), b.split('_')].sort((x, y) => x.length - y.length);
  const more = [...long];
  for (const word of short) {
    const at = more.indexOf(word);
    if (at < 0) return null;
    more.splice(at, 1);
  }
  return more.length === 0 || short.length < 2 ? null : more.join('_');
}

/** Settings of which projections of queries and keys are made where a class has no `head_dim`. */
const WIDTH = /head|hidden_size|d_model|n_embd/;

/** Whether a number is one of queries or of keys by a config, or of all that a fused projection makes. */
function isOfHeads(count: number, config: JsonObject): boolean {
  const counts = Object.entries(config).flatMap(([key, value]) => (/heads?$/.test(key) && typeof value === 'number' ? [value] : []));
  const some = counts.slice(0, MOST_NUMBERS);
  return some.some((queries) => [0, ...some].some((keys) => count === queries + 2 * keys));
}

/** Whether rows and columns have changed places: no setting that a formula took in another's place does that. */
function isTransposed({ expected, actual }: Mismatch): boolean {
  const [rows, columns] = expected.shape;
  return expected.shape.length === 2 && actual.shape.length === 2 && rows !== columns && actual.shape[0] === columns && actual.shape[1] === rows;
}

/** How each dimension that differs does, as text. */
function widths({ expected, actual }: Mismatch): string[] {
  return expected.shape.flatMap((dim, axis) => (dim === actual.shape[axis] ? [] : [`${dim} ${actual.shape[axis]}`]));
}

/** Numbers of a config, at most: each pair makes sizes, and whoever wrote it may have written any number. */
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
