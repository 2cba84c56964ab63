import type { ParameterGroup } from '../architecture/facts.ts';
import type { LayerKinds } from './layers.ts';
import { getOrAdd } from './multimap.ts';
import type { Observed } from './observed.ts';
import { stars } from './pattern.ts';

/** Layers that prove what another one's member should have, at least. */
const EVIDENCE = 2;

/** Which layers have something of a group, for each member of the list within them. */
type Layers = Map<number, Set<number>>;

/**
 * What the members of a list within layers have, for classes whose members are of unlike kinds: in the encoders of T5
 * `layer.0` is attention and `layer.1` the feed-forward net. What a member has in all other layers of its kind, it
 * ought to have in each.
 */
export class MemberGroups {
  readonly #byGroup = new Map<ParameterGroup, Layers>();
  /** By list within, all layers in which something of a member is stored. */
  readonly #byList = new Map<string, Layers>();
  readonly #kinds: LayerKinds;

  constructor(groups: readonly ParameterGroup[], observed: Observed, kinds: LayerKinds) {
    this.#kinds = kinds;
    for (const group of groups) {
      if (stars(group.parameters[0]?.memory ?? '') !== 2 || group.presence === 'always') continue;
      for (const { memory } of group.parameters) {
        for (const { numbers: [layer = 0, member = 0] } of observed.memory.get(memory) ?? []) {
          for (const layers of [getOrAdd(this.#byGroup, group, () => new Map()), getOrAdd(this.#byList, listOf(group), () => new Map())]) getOrAdd(layers, member, () => new Set()).add(layer);
        }
      }
    }
  }

  /** Whether a member of a layer ought to have the group, because in every other layer of the kind it has. */
  isDue(group: ParameterGroup, layer: number, member: number): boolean {
    const having = this.#byGroup.get(group)?.get(member);
    if (having === undefined) return false;
    const kind = this.#kinds.kind(layer);
    const others = [...(this.#byList.get(listOf(group))?.get(member) ?? [])].filter((other) => other !== layer && this.#kinds.kind(other) === kind);
    return others.length >= EVIDENCE && others.every((other) => having.has(other));
  }
}

function listOf(group: ParameterGroup): string {
  const memory = group.parameters[0]?.memory ?? '';
  return memory.slice(0, memory.lastIndexOf('*'));
}
