import type { TensorTable } from '../format/tensor-table.ts';

/** How often each dimension occurs among all dimensions of a model: a true width recurs, a stray one is rare. Counted when first asked. */
export class DimensionCounts {
  readonly #tensors: TensorTable;
  #counts: Map<number, number> | undefined;

  constructor(tensors: TensorTable) {
    this.#tensors = tensors;
  }

  /** Whether `a` occurs less often than `b`. */
  isRarer(a: number, b: number): boolean {
    return this.#count(a) < this.#count(b);
  }

  #count(dim: number): number {
    if (this.#counts === undefined) {
      this.#counts = new Map();
      for (const value of this.#tensors.columns.dims) this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
    }
    return this.#counts.get(dim) ?? 0;
  }
}
