import type { ClassFacts, ParameterFacts, ParameterGroup } from '../architecture/facts.ts';
import { TableBuilder } from '../format/table-builder.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import type { Expected } from './expected.ts';
import { LayerCounts, MAX_LAYERS } from './layer-counts.ts';
import { LayerGroups, LayerKinds } from './layers.ts';
import { MemberGroups } from './members.ts';
import type { Observed } from './observed.ts';
import { fill, numbersKey, stars } from './pattern.ts';
import { Presence } from './presence.ts';
import { Routers } from './routers.ts';
import type { Routed } from './routers.ts';
import { isByMember, ShapeFacts } from './shapes.ts';
import { Siblings } from './siblings.ts';
import { StrangeLayers } from './strange-layers.ts';
import { countsStages, fixedSequenceTest, foreignTowerTest, leftOutModules, moduleIn, stageDepths, stagedListTest, stagedTowerTest, towerTest } from './towers.ts';

type Numbers = readonly number[];

/** Whether every layer has the group. What a loader merges out of pieces (experts) is always there only in layers that have such pieces. */
function isInEveryLayer(group: ParameterGroup): boolean {
  return group.presence === 'always' && group.parameters.every(({ disk, memory }) => stars(disk) === stars(memory));
}

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
  return layer === 0 && group.presence === 'sometimes' && group.when?.by !== 'value' && due.size > 1;
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
  readonly #routers: Routers;
  readonly #presence: Presence;
  readonly #table = new TableBuilder();
  readonly #memory: string[] = [];
  readonly #shapeKnown: number[] = [];
  readonly #isInTower: (memory: string) => boolean;
  readonly #isStaged: (memory: string) => boolean;
  readonly #isInFixedSequence: (memory: string) => boolean;
  /** Memory patterns of all parameters that the facts know. */
  readonly #known: ReadonlySet<string>;
  /** Keys of the numbers under which each memory pattern is stored. */
  readonly #present = new Map<string, Set<number | string>>();
  readonly #added = new Set<string>();
  readonly #pieceCounts = new Map<string, number>();
  /** Shape of each parameter by formula: the same in all layers. */
  readonly #byFormula = new Map<ParameterFacts, readonly number[] | null>();
  readonly #off = new Map<ParameterGroup, ReadonlySet<ParameterFacts>>();

  constructor(facts: ClassFacts, config: JsonObject | null, observed: Observed) {
    this.#facts = facts;
    this.#config = config;
    this.#observed = observed;
    this.#shapes = new ShapeFacts(facts, config);
    this.#siblings = new Siblings(observed, config);
    this.#counts = new LayerCounts(facts, config);
    this.#routers = new Routers(facts, config, observed);
    this.#presence = new Presence(facts, config, observed);
    this.#isInTower = towerTest(facts);
    const [inTower, inList] = [stagedTowerTest(facts), stagedListTest(facts, config)];
    this.#isStaged = (name) => inTower(name) || inList(name);
    this.#isInFixedSequence = fixedSequenceTest(facts);
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
    const isStage = (parameter: ParameterFacts): boolean => LITERAL_LAYER.test(parameter.memory) || isNumbered(parameter) || (/\.\d+\./.test(parameter.memory) && this.#isInTower(parameter.memory) && !this.#isInFixedSequence(parameter.memory));
    const stages = group.parameters.filter(isStage);
    const absent = leftOutModules(group.parameters, this.#isInTower, this.#observed.memory);
    const isDue = (parameter: ParameterFacts): boolean => !isStage(parameter) && !absent.has(moduleIn(parameter.memory));
    this.#addGroup(group.parameters.every(isDue) ? group : { ...group, parameters: group.parameters.filter(isDue) }, [], group.presence === 'always' || this.#presence.isOn(group));
    for (const parameter of stages) {
      const stored = isNumbered(parameter) ? this.#observed.memory.get(parameter.memory)?.find(({ name }) => name === parameter.disk) : undefined;
      if (stored !== undefined) this.#add(parameter.disk, stored.numbers, fill(parameter.memory, stored.numbers), parameter);
      else if (this.#isPresent(parameter.memory, [])) this.#addParameter(parameter, []);
    }
  }

  /** All groups of one list of layers (`model.layers`). */
  #addLayers(list: string, groups: readonly ParameterGroup[]): void {
    const outer = groups.filter((group) => stars(group.parameters[0]?.memory ?? '') === 1);
    const isStaged = this.#isStaged(`${list}.`);
    const count = Math.min((isStaged && !countsStages(this.#counts.key(list, groups)) ? null : this.#counts.layers(list, groups)) ?? this.#observed.count(list), MAX_LAYERS);
    const kinds = new LayerKinds(this.#config, count, outer);
    // What is there by the number of the layer alone makes it no other than its siblings.
    const alike = outer.filter(({ when }) => when?.by !== 'layer');
    const layers = new LayerGroups(Array.from({ length: count }, (_, layer) => ({ kind: kinds.kind(layer), groups: alike.filter((group) => this.#touches(group, [layer])) })));
    const isRegular = !isStaged && (this.#counts.key(list, groups) !== null || this.#counts.hasOneStack());
    const strange = new StrangeLayers(list, this.#known, this.#observed, kinds, count);
    for (let layer = 0; layer < count; layer++) {
      const due = layers.due(layer);
      for (const group of outer) {
        const isDue = (isInEveryLayer(group) || this.#routedTo(group)?.layers.has(layer) === true) && isRegular && !(strange.has(layer) && !this.#touches(group, [layer]));
        this.#addGroup(group, [layer], isDue || this.#presence.isOnIn(group, layer) || (!isStaged && due.has(group) && !isFirstAlone(layer, group, due)), (memory) => strange.isReplaced(memory, layer));
      }
    }
    const inner = groups.filter((group) => !outer.includes(group));
    const members = isStaged || this.#isInTower(`${list}.`) ? null : new MemberGroups(inner, this.#observed, kinds);
    for (const group of inner) this.#addInner(group, count, outer.length === 0, members);
  }

  /**
   * Groups of a list within layers (experts): whole for each member that is touched, and for as many members as any layer has.
   * @param layers how many outer layers there are; beyond these nothing is called for
   * @param isBare whether these have nothing but such lists (ALBERT, encoders of T5): then all are due, whether or not anything is stored
   */
  #addInner(group: ParameterGroup, layers: number, isBare: boolean, siblings: MemberGroups | null): void {
    const depth = stars(group.parameters[0]?.memory ?? '');
    const parents = new Map<number | string, Numbers>();
    let members = 0;
    for (const { memory } of group.parameters) {
      for (const { numbers } of this.#observed.memory.get(memory) ?? []) {
        if ((numbers[0] ?? 0) >= layers) continue;
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
    if (depth === 2 && !isTower && isBare) {
      if (parents.size === 0 && group.presence === 'always') members = Math.min(this.#counts.inner(group.parameters[0]?.disk ?? '') ?? 0, MAX_LAYERS);
      for (let layer = 0; layer < layers; layer++) parents.set(layer, [layer]);
    }
    const routed = depth === 2 && !isTower ? this.#routedTo(group) : null;
    for (const layer of routed?.layers ?? []) {
      if (layer >= layers) break;
      members = Math.max(members, Math.min(routed?.experts ?? 0, MAX_LAYERS));
      parents.set(numbersKey([layer]), [layer]);
    }
    members = Math.max(members, this.#counts.innerBeside(group.parameters[0]?.disk ?? '', members));
    for (const parent of parents.values()) {
      for (let member = 0; member < members && !this.#isFull(); member++) {
        // How many blocks a stage of a tower has differs from stage to stage.
        this.#addGroup(group, [...parent, member], !isTower && (group.presence === 'always' || siblings?.isDue(group, parent[0] ?? 0, member) === true));
      }
    }
  }

  /** Where routers to these experts are stored: there all of them are due; null where they are no experts, or not always there. */
  #routedTo({ presence, parameters: [first] }: ParameterGroup): Routed | null {
    return presence === 'always' && first !== undefined ? this.#routers.of(first.disk) : null;
  }

  #addGroup(group: ParameterGroup, numbers: Numbers, due: boolean, isReplaced: (memory: string) => boolean = () => false): void {
    if (!due && !this.#touches(group, numbers)) return;
    if (this.#presence.isOff(group, numbers[0]) && !group.parameters.every(({ memory }) => this.#isPresent(memory, numbers))) return;
    const off = this.#switchedOff(group);
    for (const parameter of group.parameters) if (!off.has(parameter) && !isReplaced(parameter.memory) && !this.#isSpared(group, parameter, numbers)) this.#addParameter(parameter, numbers);
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

  /** Whether a layer does without a parameter of a group that it has: it is stored with another layer, or would be a bias without a weight. */
  #isSpared(group: ParameterGroup, parameter: ParameterFacts, numbers: Numbers): boolean {
    const [layer, ...members] = numbers;
    if (layer === undefined || this.#isPresent(parameter.memory, numbers)) return false;
    return this.#presence.isShared(parameter, [layer, ...members]) || (numbers.length === 1 && (this.#presence.isStoredOnce(group, parameter) || this.#presence.isBiasAlone(parameter, layer)));
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

  /**
   * How many pieces a parameter of that disk pattern has: what the config states, at least as many as the fullest one
   * has; where none is stored, as the pieces beside it in the same list (another matrix of the same experts).
   */
  #pieces(disk: string): number {
    let pieces = this.#pieceCounts.get(disk);
    if (pieces === undefined) {
      const list = disk.slice(0, disk.lastIndexOf('*') + 1);
      const own = this.#observed.disk.get(disk);
      const beside = own === undefined ? [...this.#observed.disk].flatMap(([pattern, rows]) => (pattern.startsWith(`${list}.`) && stars(pattern) === stars(disk) ? rows : [])) : own;
      pieces = beside.reduce((count, { numbers }) => Math.max(count, (numbers[numbers.length - 1] ?? 0) + 1), 0);
      if (pieces === 0) pieces = Math.min(this.#routers.of(disk)?.experts ?? 0, MAX_LAYERS);
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
