import type { ClassFacts, ParameterFacts, ParameterGroup } from '../architecture/facts.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import { isStated, isThere, isThereIn } from './condition.ts';
import { getOrAdd } from './multimap.ts';
import type { Observed } from './observed.ts';
import { numbersKey, patternIn, stars } from './pattern.ts';
import { LARGE_MODULE } from './towers.ts';

/** Which parameters a config, and what is stored of a layer, call for or leave out. */
export class Presence {
  readonly #facts: ClassFacts;
  readonly #config: JsonObject | null;
  readonly #observed: Observed;
  readonly #shared: ReadonlySet<string>;
  /** The modules of a layer in which something is shared. */
  readonly #sharedRoots: ReadonlySet<string>;
  /** Where lists start in modules that layers share: patterns up to the first number, with its dot. */
  readonly #sharedLists: readonly string[];
  /** Memory patterns of what some layers have and others lack. */
  readonly #sometimes: ReadonlySet<string>;
  readonly #membersOfModule = new Map<string, ReadonlySet<number | string>>();
  readonly #layersOfModule = new Map<string, ReadonlySet<number>>();
  readonly #layersOfList = new Map<string, ReadonlySet<number>>();

  constructor(facts: ClassFacts, config: JsonObject | null, observed: Observed) {
    this.#facts = facts;
    this.#config = config;
    this.#observed = observed;
    this.#shared = sharedBetweenLayers(facts);
    this.#sharedRoots = new Set([...this.#shared].map(rootOf));
    this.#sharedLists = [...new Set([...this.#shared].flatMap((module) => /^.*?\*\..*?\.(?=\d+(?:\.|$))/.exec(module)?.[0] ?? []))];
    this.#sometimes = new Set(facts.groups.flatMap(({ presence, parameters }) => (presence === 'sometimes' ? parameters.map(({ memory }) => memory) : [])));
  }

  /** Whether a setting decided about a group, and the config states a value with which it was there; of a head also where it states none and none was such a value. */
  isOn({ when, parameters }: ParameterGroup): boolean {
    if (when === null || isThere(when, this.#config) !== true) return false;
    return when.key === 'num_labels' || isStated(when, this.#config) || parameters.every(({ memory }) => this.#facts.head.includes(memory));
  }

  /** Whether a setting that decided about a group has a value with which it was not there: a part of it that is stored calls for no rest, and is surplus. */
  isOff({ when }: ParameterGroup, layer: number | undefined): boolean {
    if (when === null) return false;
    return isThere(when, this.#config) === false || (layer !== undefined && isThereIn(when, this.#config, layer) === false);
  }

  /**
   * Whether a layer ought to have a group: by its own entry in a list of the config or by its number; by a value that the config
   * states, where the layer has the module around it; or because it has the list (experts) that the group always came with.
   */
  isOnIn(group: ParameterGroup, layer: number): boolean {
    const { when, inner } = group;
    if (inner !== null && this.#layersWith(inner).has(layer)) return true;
    if (when === null) return false;
    if (isThereIn(when, this.#config, layer) === true) return true;
    const around = moduleOf(moduleOf(group.parameters[0]?.memory ?? ''));
    return isStated(when, this.#config) && this.isOn(group) && this.#layersOf(around).has(layer);
  }

  /**
   * Whether a layer need not have a parameter of a module that the facts tie between layers: another one has it, and this one
   * nothing of what they share. Of a list in such a module each layer may use another member (the adapters of Zamba 2): it has
   * none of the lists' parameters of that number.
   */
  isShared({ memory }: ParameterFacts, [layer, member]: readonly [number, ...number[]]): boolean {
    if (member !== undefined) return this.#sharedRoots.has(rootOf(memory)) && !this.#hasMember(rootOf(memory), layer, member);
    const list = this.#sharedLists.find((start) => memory.startsWith(start));
    if (list !== undefined) return !this.#layersOf(memory.slice(0, list.length) + (memory.slice(list.length).split('.')[0] ?? '')).has(layer);
    return this.#shared.has(moduleOf(memory)) && this.#rows(memory) > 0 && !this.#layersOf(rootOf(memory)).has(layer);
  }

  /** Whether a parameter is of a module that several layers share, which no tie tells: they have the rest of its group, and one of them has the whole module (the attention of Zamba). */
  isStoredOnce(group: ParameterGroup, parameter: ParameterFacts): boolean {
    if (group.presence === 'always' || this.#rows(parameter.memory) !== 1) return false;
    const [module = ''] = /^[^*]*\*\.[^.]+\./.exec(parameter.memory) ?? [];
    const inModule = group.parameters.filter(({ memory }) => memory.startsWith(module));
    return module !== '' && inModule.length >= LARGE_MODULE && inModule.every(({ memory }) => this.#rows(memory) === 1) && group.parameters.some(({ memory }) => this.#rows(memory) > 1);
  }

  /**
   * Whether a bias is called for without its weight: a setting gives biases to all projections, of which a layer can lack one
   * (the values of Gemma 4, which are its keys), while something of the module around it is there.
   */
  isBiasAlone({ memory }: ParameterFacts, layer: number): boolean {
    if (!memory.endsWith('.bias')) return false;
    const weight = memory.replace(/bias$/, 'weight');
    if (!this.#sometimes.has(weight)) return false;
    const projection = moduleOf(memory);
    return !this.#layersOf(projection).has(layer) && this.#layersOf(moduleOf(projection)).has(layer);
  }

  /** Whether a layer has something stored of a member, by its number, of any list within a module. */
  #hasMember(module: string, layer: number, member: number): boolean {
    const members = getOrAdd(this.#membersOfModule, module, () => new Set([...this.#observed.memory].flatMap(([memory, rows]) => (memory.startsWith(`${module}.`) ? rows.map(({ numbers }) => numbersKey(numbers.slice(0, 2))) : []))));
    return members.has(numbersKey([layer, member]));
  }

  #rows(memory: string): number {
    return this.#observed.memory.get(memory)?.length ?? 0;
  }

  /** Layers in which something is stored within a module, by the pattern of its name. */
  #layersOf(module: string): ReadonlySet<number> {
    let layers = this.#layersOfModule.get(module);
    if (layers === undefined) {
      const within = [...this.#observed.memory].filter(([memory]) => memory.startsWith(`${module}.`));
      layers = new Set(within.flatMap(([, rows]) => rows.flatMap(({ numbers: [layer] }) => layer ?? [])));
      this.#layersOfModule.set(module, layers);
    }
    return layers;
  }

  /** Layers in which a parameter of a list within them is stored, by its disk pattern: piece by piece or as the one tensor that a loader makes of it. */
  #layersWith(disk: string): ReadonlySet<number> {
    let layers = this.#layersOfList.get(disk);
    if (layers === undefined) {
      const memory = this.#facts.groups.flatMap(({ parameters }) => parameters).find((parameter) => parameter.disk === disk)?.memory ?? disk;
      const rows = [...(this.#observed.disk.get(disk) ?? []), ...(this.#observed.memory.get(memory) ?? [])];
      layers = new Set(rows.flatMap(({ numbers: [layer] }) => layer ?? []));
      this.#layersOfList.set(disk, layers);
    }
    return layers;
  }
}

/** Memory patterns of the modules that one layer shares with another by the facts (which saw their weights tied, and perhaps no bias): a save keeps them once. */
function sharedBetweenLayers(facts: ClassFacts): ReadonlySet<string> {
  return new Set(facts.ties.flatMap(({ target, source }) => {
    const { pattern } = patternIn(facts, 'memory', target);
    return stars(pattern) > 0 && pattern === patternIn(facts, 'memory', source).pattern ? [moduleOf(pattern)] : [];
  }));
}

/** The module of a layer that a parameter is in, however deep: `model.layers.*.shared_transformer`. */
function rootOf(memory: string): string {
  return /^[^*]*\*\.[^.]+/.exec(memory)?.[0] ?? '';
}

function moduleOf(memory: string): string {
  return memory.slice(0, memory.lastIndexOf('.'));
}
