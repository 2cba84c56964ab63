import type { TensorColumns } from './tensor-table.ts';

/** Collects tensors row by row into columns that grow by doubling. */
export class ColumnBuilder {
  readonly names: string[] = [];
  #dtypes: Uint8Array;
  #dims: Float64Array;
  #dimStarts: Uint32Array;
  #begins: Float64Array;
  #ends: Float64Array;
  #dimCount = 0;

  /** @param rows an estimate of the number of tensors */
  constructor(rows: number) {
    const capacity = Math.max(16, Math.ceil(rows));
    this.#dtypes = new Uint8Array(capacity);
    this.#dims = new Float64Array(2 * capacity);
    this.#dimStarts = new Uint32Array(capacity + 1);
    this.#begins = new Float64Array(capacity);
    this.#ends = new Float64Array(capacity);
  }

  /** Number of finished rows. */
  get length(): number {
    return this.names.length;
  }

  /** Adds a dimension to the row that is being written. */
  dim(value: number): void {
    if (this.#dimCount === this.#dims.length) this.#dims = grown(this.#dims, new Float64Array(2 * this.#dims.length));
    this.#dims[this.#dimCount++] = value;
  }

  /** The dimensions of the row that is being written. */
  get openDims(): Float64Array {
    return this.#dims.subarray(this.#dimStarts[this.length] ?? 0, this.#dimCount);
  }

  /** Finishes the row whose dimensions were given. Offsets are from the beginning of the file's data section. */
  row(name: string, dtype: number, begin: number, end: number): void {
    const row = this.names.length;
    if (row === this.#dtypes.length) this.#growRows();
    this.#dtypes[row] = dtype;
    this.#begins[row] = begin;
    this.#ends[row] = end;
    this.#dimStarts[row + 1] = this.#dimCount;
    this.names.push(name);
  }

  /** The columns so far, cut to size. */
  columns(): TensorColumns {
    const rows = this.length;
    return {
      names: this.names,
      dtypes: this.#dtypes.slice(0, rows),
      dims: this.#dims.slice(0, this.#dimCount),
      dimStarts: this.#dimStarts.slice(0, rows + 1),
      begins: this.#begins.slice(0, rows),
      ends: this.#ends.slice(0, rows),
    };
  }

  #growRows(): void {
    const capacity = 2 * this.#dtypes.length;
    this.#dtypes = grown(this.#dtypes, new Uint8Array(capacity));
    this.#dimStarts = grown(this.#dimStarts, new Uint32Array(capacity + 1));
    this.#begins = grown(this.#begins, new Float64Array(capacity));
    this.#ends = grown(this.#ends, new Float64Array(capacity));
  }
}

function grown<T extends { set(from: T): void }>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
