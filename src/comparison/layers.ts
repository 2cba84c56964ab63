import type { JsonObject } from '../inventory/checkpoint.ts';

/** Config keys that count the layers of a model's main stack, where no fact says which one does. */
export const LAYER_KEYS = ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers', 'decoder_layers'];

/**
 * What a config says of the kind of each layer: every list in it that is as long as there are layers
 * (`layer_types`, `mlp_layer_types`, `block_configs`, `num_query_heads`, …). Layers with equal entries in all of
 * them are of one kind.
 */
export class LayerKinds {
  readonly #lists: readonly (readonly unknown[])[];

  constructor(config: JsonObject | null, layers: number) {
    this.#lists = config === null ? [] : listsOfLength(config, layers, 0);
  }

  /** A key that is equal for layers of one kind. */
  kind(layer: number): string {
    return this.#lists.map((list) => JSON.stringify(list[layer])).join('|');
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
