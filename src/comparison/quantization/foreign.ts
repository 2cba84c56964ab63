import { getOrAdd } from '../multimap.ts';
import type { Group, PackedGroup } from './group.ts';
import type { SeenTable } from './seen-table.ts';
import { countSlots } from './slot-counts.ts';
import type { SlotCount } from './slot-counts.ts';
import { PACKED_TYPES, parseSlot } from './slots.ts';

/** Types in which codes of other methods are kept as well, beside floats for scales and codebooks. */
const CODES: ReadonlySet<string> = new Set([...PACKED_TYPES, 'I16', 'U16', 'I64', 'U64', 'BOOL']);

/** What other methods keep a level below the module: quanto's `weight._data`, VPTQ's `centroids.weight`. */
const NESTED = /\.(?:weight\.[^.]+|(?:res_|outlier_)?centroids\.weight)$/;

/** A bias, a router's too (`e_score_correction_bias`), is a parameter of its own; VPTQ's `weight_bias` is not. */
const OF_ITS_OWN = /^(?:.*(?<!weight)_)?bias$/;

interface Module {
  readonly before: string;
  readonly parameter: string;
  readonly slots: Map<string, number>;
}

/**
 * With a method of which nothing is known (AQLM, EXL2, HQQ, quanto, torchao, VPTQ, …), all that stands in a module in
 * place of its weight is that weight. Such a module has no modules within, and some of what it holds are codes: what
 * Mamba, BEiT or a stack of experts keep beside their modules are parameters of their own.
 */
export function findForeignGroups(table: SeenTable): PackedGroup[] {
  const parents = new Set<string>();
  const modules = [...gather(table, parents).values()].map((module): Group => {
    const plain = module.slots.get('weight') ?? -1;
    return { ...module, plain, slots: new Map([...module.slots].filter(([, row]) => row !== plain)) };
  });
  const isPacked = ({ plain, before, slots }: Group): boolean => {
    if (plain >= 0) return table.isSeen(plain) ? CODES.has(table.dtype(plain)) : slots.size > 0;
    const mayBeCode = (row: number): boolean => (table.isSeen(row) ? CODES.has(table.dtype(row)) : !before.endsWith('experts.'));
    return slots.size > 1 && !parents.has(before.slice(0, -1)) && [...slots.values()].some(mayBeCode);
  };
  const roles = rolesOf(modules.filter(isPacked), table);
  // What is left of a module shows by the modules in its place in other layers.
  const isRest = ({ plain, slots }: Group, role: Role | undefined): boolean => role !== undefined && plain < 0 && slots.size > 0 && [...slots.keys()].every((slot) => role.bytes.has(slot));
  return modules.flatMap((module): PackedGroup[] => {
    const role = roles.get(roleOf(module));
    if (!isPacked(module) && !isRest(module, role)) return [];
    const mainSlot = module.plain < 0 && role?.main !== 'weight' ? (role?.main ?? null) : null;
    return [{ ...module, layout: 'foreign', mainSlot, main: mainSlot === null ? module.plain : (module.slots.get(mainSlot) ?? -1) }];
  });
}

/** What stands in each module, by the module; `parents` gathers the modules that have modules within. */
function gather(table: SeenTable, parents: Set<string>): Map<string, Module> {
  const modules = new Map<string, Module>();
  table.names.forEach((name, row) => {
    const stacked = parseSlot(name);
    // EETQ's `weight_scales` are of the module.
    const isStacked = stacked !== null && stacked.before.endsWith('_') && !stacked.before.endsWith('.weight_');
    const dot = NESTED.exec(name)?.index ?? name.lastIndexOf('.');
    if (dot < 0) return;
    const path = name.slice(0, dot);
    markParents(path, parents);
    const before = isStacked ? stacked.before : `${path}.`;
    const slot = isStacked ? stacked.slot : name.slice(dot + 1);
    if (OF_ITS_OWN.test(slot)) return;
    const { slots } = getOrAdd(modules, before, () => ({ before, parameter: isStacked ? stacked.parameter : `${path}.weight`, slots: new Map<string, number>() }));
    slots.set(slot, row);
  });
  return modules;
}

function markParents(path: string, parents: Set<string>): void {
  let parent = path;
  // Real models nest about ten deep; a name of a million dots must not cost a million copies.
  for (let depth = 0; depth < 32; depth++) {
    const dot = parent.lastIndexOf('.');
    if (dot <= 0) return;
    parent = parent.slice(0, dot);
    if (parents.has(parent)) return;
    parents.add(parent);
  }
}

/** A module's place in every layer: its path without numbers. */
function roleOf({ before }: { readonly before: string }): string {
  return before.replace(/\.\d+(?=\.)/g, '.#');
}

interface Role {
  /** The slot that holds the values: the plain weight where there is one, else the one with the most bytes. */
  readonly main: string;
  /** Bytes by slot, of all modules of the role. */
  readonly bytes: ReadonlyMap<string, number>;
}

function rolesOf(groups: readonly Group[], table: SeenTable): Map<string, Role> {
  const sums = new Map<string, Map<string, number>>();
  for (const group of groups) {
    const of = getOrAdd(sums, roleOf(group), () => new Map<string, number>());
    for (const [slot, row] of group.slots) of.set(slot, (of.get(slot) ?? 0) + table.bytes(row));
    if (group.plain >= 0) of.set('weight', Infinity);
  }
  return new Map([...sums].map(([role, bytes]) => [role, { bytes, main: [...bytes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'weight' }]));
}

/** What groups of one role and one packing have in common, for methods of which nothing is known. */
export class ForeignSiblings {
  readonly #table: SeenTable;
  readonly #counts: ReadonlyMap<string, SlotCount>;

  constructor(groups: readonly PackedGroup[], table: SeenTable) {
    this.#table = table;
    this.#counts = countSlots(groups, (group) => (group.layout === 'foreign' ? this.#key(group) : null));
  }

  /** The slots that all the others have: at least two, for one alone may be packed in a way of its own. */
  slotsOf(group: PackedGroup): string[] {
    const count = this.#counts.get(this.#key(group));
    if (count === undefined || count.groups < 3) return [];
    return [...count.slots].filter(([slot, groups]) => slot !== group.mainSlot && groups >= count.groups - 1).map(([slot]) => slot);
  }

  /** Role, and the type and shape of the values: layers may be packed in different ways. */
  #key(group: PackedGroup): string {
    const packing = group.main < 0 ? '' : `${this.#table.dtype(group.main)} ${this.#table.shape(group.main).join('x')}`;
    return `${roleOf(group)} ${packing}`;
  }
}
