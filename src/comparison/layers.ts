import type { ParameterGroup } from '../architecture/facts.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import { isThereIn } from './condition.ts';

/** Config keys that count the layers of a model's main stack, where no fact says which one does. */
export const LAYER_KEYS = ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers', 'decoder_layers'];

/**
 * What a config says of the kind of each layer: every list in it that is as long as there are layers
 * (`layer_types`, `mlp_layer_types`, `block_configs`, `num_query_heads`, …). Layers with equal entries in all of
 * them are of one kind, where none is past an end that another is before (`num_kv_shared_layers`).
 */
export class LayerKinds {
  readonly #lists: readonly (readonly unknown[])[];
  readonly #isPastEnd: (layer: number) => boolean;
  readonly #known = new Map<number, string>();

  /** @param groups those of the list of layers, of which some may end before the last layer */
  constructor(config: JsonObject | null, layers: number, groups: readonly ParameterGroup[] = []) {
    const ends = groups.flatMap(({ when }) => (when?.by === 'end' ? [when] : []));
    this.#isPastEnd = (layer) => ends.some((when) => isThereIn(when, config, layer) === false);
    this.#lists = config === null ? [] : listsOfLength(config, layers, 0);
  }

  /** A key that is equal for layers of one kind. */
  kind(layer: number): string {
    let kind = this.#known.get(layer);
    if (kind === undefined) {
      kind = [...this.#lists.map((list) => JSON.stringify(list[layer])), ...(this.#isPastEnd(layer) ? ['end'] : [])].join('|');
      this.#known.set(layer, kind);
    }
    return kind;
  }
}

function listsOfLength(value: object, length: number, depth: number): (readonly unknown[])[] {
  const found: (readonly unknown[])[] = [];
  for (const entry of Object.values(value)) {
    if (Array.isArray(entry)) {
      if (entry.length === length) found.push(entry);
    } else if (typeof entry === 'object' && entry !== null && depth < 2) {
      found.push(...listsOfLength(entry, length, depth + 1));
    }
  }
  return found;
}

interface Layer {
  readonly kind: string;
  /** Groups of parameters of which something is stored. */
  readonly groups: readonly ParameterGroup[];
}

interface Signature {
  count: number;
  readonly groups: ReadonlySet<ParameterGroup>;
}

/** Which groups of parameters the layers of each kind have. */
export class LayerGroups {
  readonly #layers: readonly Layer[];
  readonly #signatures: readonly string[];
  /** By kind, then by what such a layer has, without those that have nothing; in the order of the layers. */
  readonly #kinds = new Map<string, Map<string, Signature>>();

  constructor(layers: readonly Layer[]) {
    const ids = new Map<ParameterGroup, number>();
    this.#layers = layers;
    this.#signatures = layers.map(({ kind, groups }) => {
      for (const group of groups) if (!ids.has(group)) ids.set(group, ids.size);
      const signature = groups.map((group) => ids.get(group)).join();
      if (groups.length > 0) this.#count(kind, signature, groups);
      return signature;
    });
  }

  /** Groups that a layer ought to have because its siblings do: all of the first sibling's for an empty layer, what every sibling of its kind has for one that has only less; else its own. */
  due(layer: number): ReadonlySet<ParameterGroup> {
    const { kind = '', groups = [] } = this.#layers[layer] ?? {};
    const own = this.#signatures[layer] ?? '';
    const known = this.#kinds.get(kind) ?? new Map<string, Signature>();
    if (groups.length === 0) for (const { groups: theirs } of known.values()) return theirs;
    // Without its own there is more than one still: no need to go through what may be as many as there are layers.
    const all = known.size > 2 ? [] : [...known];
    const others = all.flatMap(([signature, { count, groups: theirs }]) => (signature === own ? (count > 1 ? [{ count: count - 1, groups: theirs }] : []) : [{ count, groups: theirs }]));
    const [first] = others;
    const isAlike = first !== undefined && others.length === 1 && first.count >= 2;
    const isLess = first !== undefined && groups.length < first.groups.size && groups.every((group) => first.groups.has(group));
    return isAlike && isLess ? first.groups : new Set(groups);
  }

  #count(kind: string, signature: string, groups: readonly ParameterGroup[]): void {
    const known = this.#kinds.get(kind) ?? new Map<string, Signature>();
    this.#kinds.set(kind, known);
    const entry = known.get(signature);
    if (entry === undefined) known.set(signature, { count: 1, groups: new Set(groups) });
    else entry.count++;
  }
}
