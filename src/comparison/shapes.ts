import { SETTING } from '../architecture/facts.ts';
import type { ClassFacts, Dimension, ParameterFacts } from '../architecture/facts.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import { valueAt } from '../inventory/config.ts';
import { BY_MEMBER, dimension, labelCount } from './dimension.ts';
import { patternIn, stars } from './pattern.ts';
import { isCounted, stagedTowerTest } from './towers.ts';

/** Facts of each parameter of a class by its memory pattern. Several disk patterns can share one (a loader merges them). */
export function parametersByMemory(facts: ClassFacts): Map<string, ParameterFacts[]> {
  const byMemory = new Map<string, ParameterFacts[]>();
  for (const group of facts.groups) {
    for (const parameter of group.parameters) {
      const list = byMemory.get(parameter.memory);
      if (list === undefined) byMemory.set(parameter.memory, [parameter]);
      else list.push(parameter);
    }
  }
  return byMemory;
}

/** A dimension of members that are unlike each other, and no list of settings says how. */
const UNLIKE = '*';

/** Whether a dimension is made of a list of settings with an entry for each member. */
export function isByMember(dim: Dimension): boolean {
  return typeof dim === 'string' && [...dim.matchAll(SETTING)].some(([setting]) => BY_MEMBER.test(setting));
}

/** Dotted paths of the settings that some dimension of a class is made of. */
export function sizingSettings(facts: ClassFacts | null): ReadonlySet<string> {
  const dims = (facts?.groups ?? []).flatMap(({ parameters }) => parameters.flatMap((parameter) => parameter.dims ?? []));
  return new Set(dims.flatMap((dim) => (typeof dim === 'string' ? [...dim.matchAll(SETTING)].map(([setting]) => setting) : [])));
}

/** What the facts and the config say of shapes. */
export class ShapeFacts {
  readonly #parameters: ReadonlyMap<string, readonly ParameterFacts[]>;
  readonly #config: JsonObject | null;
  readonly #facts: ClassFacts | null;
  readonly #isStaged: (memory: string) => boolean;

  constructor(facts: ClassFacts | null, config: JsonObject | null) {
    this.#isStaged = stagedTowerTest(facts);
    this.#parameters = facts === null ? new Map() : parametersByMemory(facts);
    this.#config = config;
    this.#facts = facts;
  }

  /** Dimensions of a parameter stored whole (not as one of several merged pieces), null for each that can't be told. */
  dimensions(memory: string): readonly (number | null)[] | null {
    const { pattern, numbers: [member] } = patternIn(this.#facts, 'memory', memory);
    const found = this.#parameters.get(pattern);
    const only = found?.length === 1 ? found[0] : undefined;
    if (only?.dims == null || stars(only.disk) !== stars(only.memory)) return null;
    // Where a list of the config has an entry for each member, members may be unlike.
    if (!only.dims.some(isByMember) && (this.#isStaged(memory) || this.isIrregular(only.disk))) return null;
    // A number of labels sizes a head and nothing else: elsewhere it was another setting of 2 while the facts were gathered.
    const isHead = this.#facts?.head.includes(only.memory) === true;
    return only.dims.map((dim) => (dim === 'num_labels' && !isHead ? null : dimension(dim, this.#config, member)));
  }

  /** Whether its like in other layers says nothing of its shape: it was seen to differ from layer to layer. */
  isUnlikeOthers(memory: string): boolean {
    return this.#parameters.get(patternIn(this.#facts, 'memory', memory).pattern)?.some(({ dims }) => dims?.some((dim) => dim === UNLIKE || isByMember(dim))) === true;
  }

  /** Whether a setting that some dimension is made of has another value in another config. */
  differIn(other: JsonObject): boolean {
    const said = (config: JsonObject | null, setting: string): string | undefined => JSON.stringify(valueAt(config, setting.replace(BY_MEMBER, '')));
    return [...sizingSettings(this.#facts)].some((setting) => (setting === 'num_labels' ? labelCount(this.#config) !== labelCount(other) : said(this.#config, setting) !== said(other, setting)));
  }

  /** The formula of each dimension, where the dimensions are told. */
  formulas(memory: string): readonly Dimension[] | null {
    if (this.dimensions(memory) === null) return null;
    const [only] = this.#parameters.get(patternIn(this.#facts, 'memory', memory).pattern) ?? [];
    return only?.dims ?? null;
  }

  /**
   * Whether it is of a list that no setting counts (the stages of a convolutional tower), or of blocks within one such
   * stage, of which the first takes the widths of the stage before: its members are unlike, and so are their shapes.
   */
  isIrregular(disk: string): boolean {
    const star = disk.indexOf('*');
    if (star >= 0 && /\.\d+\./.test(disk.slice(0, star))) return true;
    // The parts of a block within a stage (of ResNet) are numbered like layers, and each is of its own shape.
    const inner = disk.slice(0, disk.lastIndexOf('*') - 1);
    if (stars(disk) > 2 && this.#isUncounted(inner) && !/expert/.test(inner)) return true;
    // So is a block of a stage whose number no setting counts.
    if (stars(disk) > 1 && this.#isUncounted(disk.slice(0, star - 1)) && !/expert/.test(inner)) return true;
    return star >= 0 && this.#isUncounted(disk.slice(0, star - 1)) && Object.keys(this.#facts?.layers ?? {}).filter((list) => !list.includes('*')).length > 1;
  }

  /** Whether the facts know a list, and no setting that counts it. */
  #isUncounted(list: string): boolean {
    return this.#facts !== null && this.#facts.layers[list] !== undefined && !isCounted(this.#facts, list);
  }

  /** The whole shape, or null where a dimension can't be told. */
  shape(memory: string): number[] | null {
    const shape: number[] = [];
    for (const dim of this.dimensions(memory) ?? [null]) {
      if (dim === null) return null;
      shape.push(dim);
    }
    return shape;
  }
}

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}
