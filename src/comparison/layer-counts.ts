import type { ClassFacts, ParameterGroup } from '../architecture/facts.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import { numberAt } from '../inventory/config.ts';
import { LAYER_KEYS } from './layers.ts';
import { stars } from './pattern.ts';

/** The setting that counts the layers of one side of an encoder and decoder, where no setting was seen to decide. */
function sideKey(list: string): string | null {
  const side = /(?:^|\.)(encoder|decoder)(?:\.|$)/.exec(list)?.[1];
  return side === undefined || /vision|audio|image|tower/.test(list) ? null : `${side}_layers`;
}

/** How many members a config calls for in the lists of a class: layers, and experts and other pieces within them. */
export class LayerCounts {
  readonly #facts: ClassFacts;
  readonly #config: JsonObject | null;

  constructor(facts: ClassFacts, config: JsonObject | null) {
    this.#facts = facts;
    this.#config = config;
  }

  /** The layers of a list that holds these groups, as the config states them; null where nothing says which setting counts them, or it is no count. */
  layers(list: string, groups: readonly ParameterGroup[]): number | null {
    const key = this.key(list, groups);
    const stated = key === null ? null : numberAt(this.#config, key);
    return stated !== null && Number.isInteger(stated) && stated >= 0 ? stated : null;
  }

  /** The setting that counts the layers of a list, or null. */
  key(list: string, groups: readonly ParameterGroup[]): string | null {
    const disk = groups[0]?.parameters[0]?.disk ?? '';
    return this.#facts.layers[disk.slice(0, disk.indexOf('*') - 1)] ?? sideKey(list) ?? this.#onlyStackKey();
  }

  hasOneStack(): boolean {
    return this.#stacks().length <= 1;
  }

  /** The members of the innermost list of a disk pattern, as the config states them, or null. */
  inner(disk: string): number | null {
    const key = this.#facts.layers[disk.slice(0, disk.lastIndexOf('*') - 1)] ?? null;
    return key === null ? null : numberAt(this.#config, key);
  }

  /** The same where so many were seen at most: a number far above that is no count of these. */
  innerBeside(disk: string, seen: number): number {
    const stated = this.inner(disk);
    return stated === null || stated > 2 * seen ? seen : stated;
  }

  #stacks(): readonly string[] {
    return Object.keys(this.#facts.layers).filter((list) => stars(list) === 0);
  }

  /** The setting that counts layers, for a class that has one stack of them. */
  #onlyStackKey(): string | null {
    return this.#stacks().length === 1 ? (LAYER_KEYS.find((key) => numberAt(this.#config, key) !== null) ?? null) : null;
  }
}
