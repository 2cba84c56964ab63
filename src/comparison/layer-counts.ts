import { UNCOUNTED } from '../architecture/facts.ts';
import type { ClassFacts, ParameterGroup } from '../architecture/facts.ts';
import { listBefore } from '../architecture/patterns.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import { booleanAt, numberAt } from '../inventory/config.ts';
import { LAYER_KEYS } from './layers.ts';
import { stars } from './pattern.ts';

/** Layers that are looked for at most. The deepest models have a few hundred; a config may say anything. */
export const MAX_LAYERS = 4096;

/** A list of layers by its name, and not one of the pieces of a head or of convolutions before them. */
const LAYERS = /(?:^|\.)(?:layers?|blocks?|h)$/;

/** The setting that counts the layers of one side of an encoder and decoder, where no setting was seen to decide; the side may be the class itself. */
function sideKey(list: string, className: string): string | null {
  if (!LAYERS.test(list)) return null;
  const side = /(?:^|\.)(encoder|decoder)\.\w+$/.exec(list)?.[1] ?? (list.includes('.') ? undefined : /(Encoder|Decoder)$/.exec(className)?.[1]?.toLowerCase());
  return side === undefined || /vision|audio|image|tower|speech/i.test(list + className) ? null : `${side}_layers`;
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
    const known = this.#facts.layers[disk.slice(0, disk.indexOf('*') - 1)] ?? null;
    if (known === UNCOUNTED) return null;
    // Where both sides of a model in halves were always as deep, the facts may have taken the setting of the other half.
    if (known?.startsWith('text_config.') === true && /vision/.test(list)) return known.replace('text_config.', 'vision_config.');
    return known ?? this.#sideKey(list) ?? (LAYERS.test(list) ? this.#onlyStackKey() : null);
  }

  /** Only where the config states it, and of no model within the model that has a config of its own: a vision encoder, or a BERT for the text, is counted as any model is. */
  #sideKey(list: string): string | null {
    const key = this.#isWithinAnother(list) ? null : sideKey(list, this.#facts.class);
    return key !== null && booleanAt(this.#config, 'is_encoder_decoder') === true && numberAt(this.#config, key) !== null ? key : null;
  }

  /** By its memory pattern. */
  #isWithinAnother(list: string): boolean {
    return this.#facts.submodels.some(({ path, config }) => config !== null && list.startsWith(`${path}.`));
  }

  hasOneStack(): boolean {
    return this.#stacks().length <= 1;
  }

  /** The members of the innermost list of a disk pattern, as the config states them, or null. */
  inner(disk: string): number | null {
    const key = this.#facts.layers[listBefore(disk, disk.lastIndexOf('*'))] ?? null;
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
