import { getOrAdd } from '../multimap.ts';
import type { PackedGroup } from './group.ts';

/** How many groups there are, and how many of them have each slot. */
export interface SlotCount {
  groups: number;
  readonly slots: Map<string, number>;
}

/** The slots of groups, counted by a key of theirs; groups whose key is null are left out. */
export function countSlots<K>(groups: readonly PackedGroup[], keyOf: (group: PackedGroup) => K | null): ReadonlyMap<K, SlotCount> {
  const counts = new Map<K, SlotCount>();
  for (const group of groups) {
    const key = keyOf(group);
    if (key === null) continue;
    const count = getOrAdd(counts, key, (): SlotCount => ({ groups: 0, slots: new Map() }));
    count.groups++;
    for (const slot of group.slots.keys()) count.slots.set(slot, (count.slots.get(slot) ?? 0) + 1);
  }
  return counts;
}
