import type { TensorColumns } from './tensor-table.ts';

/** Collects tensors row by row into columns that grow by doubling. Names are gathered beside it. */
export class ColumnBuilder {
  #dtypes: Uint8Array;
  #dims: Float64Array;
  #dimStarts: Uint32Array;
  #begins: Float64Array;
  #ends: Float64Array;
  #dimCount = 0;
  #length = 0;

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
    return this.#length;
  }

  /** Adds a dimension to the row that is being written. */
  dim(value: number): void {
    if (this.#dimCount === this.#dims.length) this.#dims = grown(this.#dims, new Float64Array(2 * this.#dims.length));
    this.#dims[this.#dimCount++] = value;
  }

  /** The dimensions of the row that is being written. */
  get openDims(): Float64Array {
    return this.#dims.subarray(this.#dimStarts[this.#length] ?? 0, this.#dimCount);
  }

  /** Forgets the dimensions of the row that is being written. */
  dropDims(): void {
    this.#dimCount = this.#dimStarts[this.#length] ?? 0;
  }

  /** Finishes the row whose dimensions were given. Offsets are from the beginning of the file's data section. */
  row(dtype: number, begin: number, end: number): void {
    const row = this.#length++;
    if (row === this.#dtypes.length) this.#growRows();
    this.#dtypes[row] = dtype;
    this.#begins[row] = begin;
    this.#ends[row] = end;
    this.#dimStarts[row + 1] = this.#dimCount;
  }

  /** The columns so far. They share memory with the builder: what was allocated and never written takes none. */
  columns(names: readonly string[]): TensorColumns {
    const rows = this.#length;
    return {
      names,
      dtypes: this.#dtypes.subarray(0, rows),
      dims: this.#dims.subarray(0, this.#dimCount),
      dimStarts: this.#dimStarts.subarray(0, rows + 1),
      begins: this.#begins.subarray(0, rows),
      ends: this.#ends.subarray(0, rows),
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
