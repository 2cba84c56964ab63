import { DTYPES, dtypeCode } from './dtype.ts';
import { TensorTable } from './tensor-table.ts';

/** Fills columns row by row, for tables that come from something other than a container's own scan. */
export class TableBuilder {
  readonly #names: string[] = [];
  readonly #dtypes: number[] = [];
  readonly #dims: number[] = [];
  readonly #dimStarts: number[] = [0];
  readonly #begins: number[] = [];
  readonly #ends: number[] = [];
  #offset = 0;

  get length(): number {
    return this.#names.length;
  }

  /** Adds a row. @param bytes on disk, or null to take elements × bits of the type */
  add(name: string, dtype: string, shape: readonly number[], bytes: number | null = null): void {
    const code = dtypeCode(dtype) ?? 0;
    const elements = shape.reduce((product, dim) => product * dim, 1);
    const size = bytes ?? Math.ceil((elements * (DTYPES[code]?.bits ?? 8)) / 8);
    this.#names.push(name);
    this.#dtypes.push(code);
    for (const dim of shape) this.#dims.push(dim);
    this.#dimStarts.push(this.#dims.length);
    this.#begins.push(this.#offset);
    this.#offset += size;
    this.#ends.push(this.#offset);
  }

  build(): TensorTable {
    return new TensorTable(
      {
        names: this.#names, dtypes: Uint8Array.from(this.#dtypes), dims: Float64Array.from(this.#dims),
        dimStarts: Uint32Array.from(this.#dimStarts), begins: Float64Array.from(this.#begins), ends: Float64Array.from(this.#ends),
      },
      new Uint16Array(this.#names.length),
    );
  }
}
