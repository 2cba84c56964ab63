import type { ClassFacts } from '../architecture/facts.ts';
import { listBefore } from '../architecture/patterns.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import { numberAt } from '../inventory/config.ts';
import { getOrAdd } from './multimap.ts';
import type { Observed } from './observed.ts';
import { stars } from './pattern.ts';

/** How many experts a list has, and in which layers, by what routes to them. */
export interface Routed {
  readonly experts: number;
  /** In ascending order. */
  readonly layers: ReadonlySet<number>;
}

/**
 * Where a router is stored there are experts to route to: it is [experts, hidden], as many rows as the config counts,
 * and stands beside their list. So experts are missed of which none is stored.
 */
export class Routers {
  readonly #facts: ClassFacts;
  readonly #config: JsonObject | null;
  readonly #observed: Observed;
  readonly #found = new Map<string, Routed | null>();

  constructor(facts: ClassFacts, config: JsonObject | null, observed: Observed) {
    this.#facts = facts;
    this.#config = config;
    this.#observed = observed;
  }

  /** @param disk pattern on disk of a parameter of the experts; null where nothing routes to them, or they are no list of their own */
  of(disk: string): Routed | null {
    const list = listBefore(disk, disk.lastIndexOf('*'));
    return getOrAdd(this.#found, list, () => this.#find(list));
  }

  #find(list: string): Routed | null {
    const key = this.#facts.layers[list];
    const experts = key === undefined || key === null ? null : numberAt(this.#config, key);
    if (experts === null || stars(list) !== 1) return null;
    const beside = list.slice(0, list.lastIndexOf('.') + 1);
    const routers = this.#facts.groups.flatMap(({ parameters }) => parameters.filter((one) => one.dims?.length === 2 && one.dims[0] === key && stars(one.disk) === 1 && one.disk.startsWith(beside)));
    const { tensors, firstDeclared, memory } = this.#observed;
    const rows = routers.flatMap((router) => memory.get(router.memory) ?? []).filter(({ row }) => row >= firstDeclared || tensors.shape(row)[0] === experts);
    return rows.length === 0 ? null : { experts, layers: new Set(rows.flatMap(({ numbers: [layer] }) => layer ?? []).sort((a, b) => a - b)) };
  }
}
