import type { ClassFacts, ParameterFacts, ParameterGroup } from '../architecture/facts.ts';
import { TableBuilder } from '../format/table-builder.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import { valueAt } from '../inventory/config.ts';
import { isThere } from './condition.ts';
import type { Expected } from './expected.ts';
import { LayerCounts } from './layer-counts.ts';
import { LayerGroups, LayerKinds } from './layers.ts';
import type { Observed } from './observed.ts';
import { fill, numbersKey, stars } from './pattern.ts';
import { isByMember, ShapeFacts } from './shapes.ts';
import { Siblings } from './siblings.ts';
import { foreignTowerTest, LARGE_MODULE, leftOutModules, moduleIn, stageDepths, stagedListTest, stagedTowerTest, towerTest } from './towers.ts';

type Numbers = readonly number[];

/** Whether every layer has the group. What a loader merges out of pieces (experts) is always there only in layers that have such pieces. */
function isInEveryLayer(group: ParameterGroup): boolean {
  return group.presence === 'always' && group.parameters.every(({ disk, memory }) => stars(disk) === stars(memory));
}

/** Layers that are looked for at most. The deepest models have a few hundred; a config may say anything. */
const MAX_LAYERS = 4096;
/** How many parameters are called for at most for each that is stored. */
const MAX_EXPECTED_PER_STORED = 8;

/**
 * What a checkpoint should hold by the facts of its class, its config and its own regularity:
 * - a group that is always there, in every layer that the config counts;
 * - a group that is sometimes there, whole wherever a part of it is;
 * - in a layer of which nothing is there, what its siblings have;
 * - in a layer that has less than all its siblings of the same kind, what they have.
 */
export function expectFromFacts(facts: ClassFacts, config: JsonObject | null, observed: Observed): Expected {
  return new Expectation(facts, config, observed).build();
}

/**
 * Whether a group may be left out of the first layer on purpose: many models normalise their embeddings instead, or
 * have no state yet to go on from (ModernBERT, Zaya). Its siblings prove nothing where no setting decides about the group.
 */
function isFirstAlone(layer: number, group: ParameterGroup, due: ReadonlySet<ParameterGroup>): boolean {
  return layer === 0 && group.presence === 'sometimes' && group.when === null && due.size > 1;
}

/** A layer that the facts know by its number only. */
const LITERAL_LAYER = /(?:^|\.)(?:layers?|blocks?|h)\.\d+\./;

class Expectation {
  readonly #facts: ClassFacts;
  readonly #config: JsonObject | null;
  readonly #observed: Observed;
  readonly #shapes: ShapeFacts;
  readonly #siblings: Siblings;
  readonly #counts: LayerCounts;
  readonly #table = new TableBuilder();
  readonly #memory: string[] = [];
  readonly #shapeKnown: number[] = [];
  readonly #isInTower: (memory: string) => boolean;
  readonly #isStaged: (memory: string) => boolean;
  /** Memory patterns of all parameters that the facts know. */
  readonly #known: ReadonlySet<string>;
  /** Keys of the numbers under which each memory pattern is stored. */
  readonly #present = new Map<string, Set<number | string>>();
  readonly #added = new Set<string>();
  readonly #pieceCounts = new Map<string, number>();
  /** Shape of each parameter by formula: the same in all layers. */
  readonly #byFormula = new Map<ParameterFacts, readonly number[] | null>();
  readonly #layersOfModule = new Map<string, ReadonlySet<number>>();
  readonly #off = new Map<ParameterGroup, ReadonlySet<ParameterFacts>>();

  constructor(facts: ClassFacts, config: JsonObject | null, observed: Observed) {
    this.#facts = facts;
    this.#config = config;
    this.#observed = observed;
    this.#shapes = new ShapeFacts(facts, config);
    this.#siblings = new Siblings(observed, config);
    this.#counts = new LayerCounts(facts, config);
    this.#isInTower = towerTest(facts);
    const [inTower, inList] = [stagedTowerTest(facts), stagedListTest(facts, config)];
    this.#isStaged = (name) => inTower(name) || inList(name);
    this.#known = new Set(facts.groups.flatMap(({ parameters }) => parameters.map(({ memory }) => memory)));
  }

  build(): Expected {
    const byList = new Map<string, ParameterGroup[]>();
    const isForeign = foreignTowerTest(this.#facts, () => this.#observed.memory.keys());
    for (const all of this.#facts.groups) {
      const parameters = all.parameters.filter(({ memory }) => !isForeign(memory));
      const [first] = parameters;
      if (first === undefined) continue;
      const group = parameters.length === all.parameters.length ? all : { ...all, parameters };
      const list = stars(first.memory) === 0 || stars(first.disk) === 0 ? '' : first.memory.slice(0, first.memory.indexOf('*') - 1);
      byList.set(list, [...(byList.get(list) ?? []), group]);
    }
    for (const [list, groups] of byList) {
      if (list === '') for (const group of groups) this.#addTopLevel(group);
      else this.#addLayers(list, groups);
    }
    return { basis: 'facts', tensors: this.#table.build(), memory: this.#memory, more: new Map(), shapeKnown: Uint8Array.from(this.#shapeKnown), firstUnstored: 0 };
  }

  /**
   * A group outside of layers. How many stages a tower has is its config's to say, and so it is with layers so unlike that
   * the facts list them by number, or whose number is within a segment on disk (`linear_3`): those are due only where they are.
   */
  #addTopLevel(group: ParameterGroup): void {
    const isNumbered = ({ disk, memory }: ParameterFacts): boolean => stars(memory) > stars(disk);
    const isStage = (parameter: ParameterFacts): boolean => LITERAL_LAYER.test(parameter.memory) || isNumbered(parameter) || (/\.\d+\./.test(parameter.memory) && this.#isInTower(parameter.memory));
    const stages = group.parameters.filter(isStage);
    const absent = leftOutModules(group.parameters, this.#isInTower, this.#observed.memory);
    const isDue = (parameter: ParameterFacts): boolean => !isStage(parameter) && !absent.has(moduleIn(parameter.memory));
    this.#addGroup(group.parameters.every(isDue) ? group : { ...group, parameters: group.parameters.filter(isDue) }, [], group.presence === 'always' || this.#isOnByConfig(group));
    for (const parameter of stages) {
      const stored = isNumbered(parameter) ? this.#observed.memory.get(parameter.memory)?.find(({ name }) => name === parameter.disk) : undefined;
      if (stored !== undefined) this.#add(parameter.disk, stored.numbers, fill(parameter.memory, stored.numbers), parameter);
      else if (this.#isPresent(parameter.memory, [])) this.#addParameter(parameter, []);
    }
  }

  /** Whether a setting decided about a group, and the config states a value with which it was there; of a head also where it states none and none was such a value. */
  #isOnByConfig({ when, parameters }: ParameterGroup): boolean {
    if (when === null || isThere(when, this.#config) !== true) return false;
    return when.key === 'num_labels' || valueAt(this.#config, when.key) !== undefined || parameters.every(({ memory }) => this.#facts.head.includes(memory));
  }

  /** All groups of one list of layers (`model.layers`). */
  #addLayers(list: string, groups: readonly ParameterGroup[]): void {
    const outer = groups.filter((group) => stars(group.parameters[0]?.memory ?? '') === 1);
    const isStaged = this.#isStaged(`${list}.`);
    const count = Math.min((isStaged ? null : this.#counts.layers(list, groups)) ?? this.#observed.count(list), MAX_LAYERS);
    const kinds = new LayerKinds(this.#config, count);
    const layers = new LayerGroups(Array.from({ length: count }, (_, layer) => ({ kind: kinds.kind(layer), groups: outer.filter((group) => this.#touches(group, [layer])) })));
    const isRegular = !isStaged && (this.#counts.key(list, groups) !== null || this.#counts.hasOneStack());
    const strange = this.#strangeLayers(list);
    for (let layer = 0; layer < count; layer++) {
      const due = layers.due(layer);
      for (const group of outer) {
        // A layer with parameters that the facts do not know is of a kind of its own: what others always have proves nothing about it.
        const isDue = isInEveryLayer(group) && isRegular && !(strange.has(layer) && !this.#touches(group, [layer]));
        this.#addGroup(group, [layer], isDue || this.#isSwitchedOn(group, layer) || (!isStaged && due.has(group) && !isFirstAlone(layer, group, due)));
      }
    }
    for (const group of groups) if (!outer.includes(group)) this.#addInner(group, outer.length === 0 ? count : 0);
  }

  /** Layers of a list in which something is stored that the facts do not know. */
  #strangeLayers(list: string): ReadonlySet<number> {
    const strange = new Set<number>();
    for (const [pattern, rows] of this.#observed.memory) {
      if (this.#known.has(pattern) || !pattern.startsWith(`${list}.*`)) continue;
      for (const { numbers } of rows) if (numbers[0] !== undefined) strange.add(numbers[0]);
    }
    return strange;
  }

  /**
   * Groups of a list within layers (experts): whole for each member that is touched, and for as many members as any layer has.
   * @param bare how many outer layers there are, where these have nothing but such lists (ALBERT): then all are due, whether or not anything is stored
   */
  #addInner(group: ParameterGroup, bare: number): void {
    const depth = stars(group.parameters[0]?.memory ?? '');
    const parents = new Map<number | string, Numbers>();
    let members = 0;
    for (const { memory } of group.parameters) {
      for (const { numbers } of this.#observed.memory.get(memory) ?? []) {
        const parent = numbers.slice(0, depth - 1);
        parents.set(numbersKey(parent), parent);
        members = Math.max(members, (numbers[depth - 1] ?? 0) + 1);
      }
    }
    const first = group.parameters[0]?.memory ?? '';
    const isStaged = this.#isStaged(first);
    const isTower = this.#isInTower(first) || isStaged;
    const depths = isStaged && depth === 2 && group.presence === 'always' ? stageDepths(this.#facts, this.#config, first) : null;
    // A stage that has more than its number of blocks is counted otherwise: what comes before the list may be the first.
    const isCounted = group.parameters.every(({ memory }) => (this.#observed.memory.get(memory) ?? []).every(({ numbers: [stage = 0, block = 0] }) => block < (depths?.[stage] ?? 0)));
    for (const [stage, blocks] of (isCounted ? (depths ?? []) : []).entries()) for (let block = 0; block < Math.min(blocks, MAX_LAYERS) && !this.#isFull(); block++) this.#addGroup(group, [stage, block], true);
    if (parents.size === 0 && depth === 2 && group.presence === 'always' && !isTower) {
      for (let layer = 0; layer < bare; layer++) parents.set(layer, [layer]);
      members = Math.min(this.#counts.inner(group.parameters[0]?.disk ?? '') ?? 0, MAX_LAYERS);
    }
    members = Math.max(members, this.#counts.innerBeside(group.parameters[0]?.disk ?? '', members));
    for (const parent of parents.values()) {
      for (let member = 0; member < members && !this.#isFull(); member++) {
        // How many blocks a stage of a tower has differs from stage to stage.
        this.#addGroup(group, [...parent, member], group.presence === 'always' && !isTower);
      }
    }
  }

  #addGroup(group: ParameterGroup, numbers: Numbers, due: boolean): void {
    if (!due && !this.#touches(group, numbers)) return;
    if (this.#isOffByConfig(group) && !group.parameters.every(({ memory }) => this.#isPresent(memory, numbers))) return;
    const off = this.#switchedOff(group);
    for (const parameter of group.parameters) if (!off.has(parameter) && !this.#isStoredOnce(group, parameter, numbers)) this.#addParameter(parameter, numbers);
  }

  /** Whether a setting that decided about a group has a value with which it was not there: a part of it that is stored calls for no rest, and is surplus. */
  #isOffByConfig({ when }: ParameterGroup): boolean {
    return when !== null && isThere(when, this.#config) === false;
  }

  /** Whether a setting that decided about a group has a value, stated by the config, with which it was there, in a layer that has the module around it. */
  #isSwitchedOn(group: ParameterGroup, layer: number): boolean {
    const [first] = group.parameters;
    if (first === undefined || group.when === null || valueAt(this.#config, group.when.key) === undefined || !this.#isOnByConfig(group)) return false;
    const around = first.memory.split('.').slice(0, -2).join('.');
    return this.#layersOf(around).has(layer);
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

  /** Whether a parameter is of a module that all layers of its kind share and that is stored with one of them (the attention of Zamba): several have the rest of its group, one has the whole module. */
  #isStoredOnce(group: ParameterGroup, parameter: ParameterFacts, numbers: Numbers): boolean {
    if (group.presence === 'always' || numbers.length !== 1 || this.#observed.memory.get(parameter.memory)?.length !== 1 || this.#isPresent(parameter.memory, numbers)) return false;
    const [module = ''] = /^[^*]*\*\.[^.]+\./.exec(parameter.memory) ?? [];
    const inModule = group.parameters.filter(({ memory }) => memory.startsWith(module));
    const rows = (memory: string): number => this.#observed.memory.get(memory)?.length ?? 0;
    return module !== '' && inModule.length >= LARGE_MODULE && inModule.every(({ memory }) => rows(memory) === 1) && group.parameters.some(({ memory }) => rows(memory) > 1);
  }

  /**
   * What a setting of 0 leaves out, of a group that was there whenever the setting was more: what it sizes, and of the
   * same layers whatever no layer has.
   */
  #switchedOff(group: ParameterGroup): ReadonlySet<ParameterFacts> {
    let off = this.#off.get(group);
    if (off === undefined) {
      const absent = group.parameters.filter(({ memory }) => !this.#observed.memory.has(memory));
      const sizedZero = absent.filter(({ memory }) => this.#shapes.shape(memory)?.includes(0) === true);
      off = new Set(sizedZero.length > 0 && group.scope !== '' ? absent : sizedZero);
      this.#off.set(group, off);
    }
    return off;
  }

  #touches(group: ParameterGroup, numbers: Numbers): boolean {
    return group.parameters.some(({ memory }) => this.#isPresent(memory, numbers));
  }

  #isPresent(memory: string, numbers: Numbers): boolean {
    let present = this.#present.get(memory);
    if (present === undefined) {
      present = new Set((this.#observed.memory.get(memory) ?? []).map((row) => numbersKey(row.numbers)));
      this.#present.set(memory, present);
    }
    return present.has(numbersKey(numbers));
  }

  /** One parameter, or, where a loader makes it of several stored pieces and pieces are what is stored, each of them. */
  #addParameter(parameter: ParameterFacts, numbers: Numbers): void {
    const extra = stars(parameter.disk) - stars(parameter.memory);
    const memory = fill(parameter.memory, numbers);
    if (extra <= 0) {
      this.#add(parameter.disk, numbers, memory, parameter);
      return;
    }
    const fused = this.#observed.disk.has(parameter.memory);
    if (fused) this.#add(parameter.memory, numbers, memory, parameter);
    else for (let piece = 0, pieces = this.#pieces(parameter.disk); piece < pieces && !this.#isFull(); piece++) this.#add(parameter.disk, [...numbers, piece], memory, parameter);
  }

  /** How many pieces a parameter of that disk pattern has: what the config states, at least as many as the fullest one has. */
  #pieces(disk: string): number {
    let pieces = this.#pieceCounts.get(disk);
    if (pieces === undefined) {
      pieces = (this.#observed.disk.get(disk) ?? []).reduce((count, { numbers }) => Math.max(count, (numbers[numbers.length - 1] ?? 0) + 1), 0);
      pieces = Math.max(pieces, this.#counts.innerBeside(disk, pieces));
      this.#pieceCounts.set(disk, pieces);
    }
    return pieces;
  }

  /** Whether more is called for than a real checkpoint could lack: a number in a name, or in the config, is absurd. */
  #isFull(): boolean {
    return this.#memory.length > MAX_EXPECTED_PER_STORED * this.#observed.rows + MAX_LAYERS * 100;
  }

  #add(disk: string, numbers: Numbers, memory: string, parameter: ParameterFacts): void {
    const name = disk === parameter.memory ? memory : fill(disk, numbers);
    if (this.#added.has(name)) return;
    this.#added.add(name);
    const byFacts = stars(disk) === stars(parameter.memory) ? this.#shapeByFormula(parameter, memory) : null;
    const sibling = this.#siblings.of(parameter.memory, disk, numbers);
    const shape = byFacts ?? sibling.shape ?? [];
    this.#table.add(name, sibling.dtype, shape, byFacts === null && sibling.shape === null ? 0 : null);
    this.#memory.push(memory);
    this.#shapeKnown.push(byFacts !== null || (sibling.regular && !this.#shapes.isUnlikeOthers(memory) && !this.#shapes.isIrregular(disk) && !this.#isStaged(parameter.memory)) ? 1 : 0);
  }

  #shapeByFormula(parameter: ParameterFacts, memory: string): readonly number[] | null {
    if (parameter.dims?.some(isByMember) === true) return this.#shapes.shape(memory);
    let shape = this.#byFormula.get(parameter);
    if (shape === undefined) {
      shape = this.#shapes.shape(memory);
      this.#byFormula.set(parameter, shape);
    }
    return shape;
  }
}
