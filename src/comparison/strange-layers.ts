import type { LayerKinds } from './layers.ts';
import type { Observed } from './observed.ts';

/**
 * Layers of a list in which something is stored that the facts do not know: of a kind that no build had. What others
 * always have proves nothing about them; where the config tells their kind from the others' (an entry of their own in
 * `layer_types`), they have modules of their own in place of some.
 */
export class StrangeLayers {
  readonly #list: string;
  readonly #observed: Observed;
  readonly #numbers = new Set<number>();
  readonly #isTold: boolean;
  readonly #layersOfModule = new Map<string, ReadonlySet<number>>();

  /** @param known memory patterns that the facts know; @param list the pattern before the star */
  constructor(list: string, known: ReadonlySet<string>, observed: Observed, kinds: LayerKinds, count: number) {
    this.#list = list;
    this.#observed = observed;
    for (const [pattern, rows] of observed.memory) {
      if (known.has(pattern) || !pattern.startsWith(`${list}.*`)) continue;
      for (const { numbers: [layer] } of rows) if (layer !== undefined) this.#numbers.add(layer);
    }
    const strange = new Set([...this.#numbers].map((layer) => kinds.kind(layer)));
    // Where all layers are strange, no other tells what kind they are: their modules have names that no loader knows.
    this.#isTold = this.#numbers.size > 0 && this.#numbers.size < count && Array.from({ length: count }, (_, layer) => layer).every((layer) => this.#numbers.has(layer) || !strange.has(kinds.kind(layer)));
  }

  has(layer: number): boolean {
    return this.#numbers.has(layer);
  }

  /** Whether a layer of a kind of its own has nothing of the module that a parameter is in, nor has any other such layer. */
  isReplaced(memory: string, layer: number): boolean {
    if (!this.#isTold || !this.#numbers.has(layer)) return false;
    const [module] = memory.slice(this.#list.length + '.*.'.length).split('.');
    const stored = this.#layersOf(`${this.#list}.*.${module}.`);
    return [...this.#numbers].every((strange) => !stored.has(strange));
  }

  #layersOf(module: string): ReadonlySet<number> {
    let layers = this.#layersOfModule.get(module);
    if (layers === undefined) {
      layers = new Set([...this.#observed.memory].flatMap(([pattern, rows]) => (pattern.startsWith(module) ? rows.flatMap(({ numbers: [layer] }) => layer ?? []) : [])));
      this.#layersOfModule.set(module, layers);
    }
    return layers;
  }
}
