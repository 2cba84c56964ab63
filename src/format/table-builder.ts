import { ColumnBuilder } from './column-builder.ts';
import { DTYPES, dtypeCode } from './dtype.ts';
import { TensorTable } from './tensor-table.ts';

/** Fills columns row by row, for tables that come from something other than a container's own scan. */
export class TableBuilder {
  readonly #names: string[] = [];
  readonly #columns = new ColumnBuilder(0);
  #offset = 0;

  get length(): number {
    return this.#names.length;
  }

  /** Adds a row. @param bytes on disk, or null to take elements × bits of the type */
  add(name: string, dtype: string, shape: readonly number[], bytes: number | null = null): void {
    const code = dtypeCode(dtype) ?? 0;
    let elements = 1;
    for (const dim of shape) {
      elements *= dim;
      this.#columns.dim(dim);
    }
    const size = bytes ?? Math.ceil((elements * (DTYPES[code]?.bits ?? 8)) / 8);
    this.#names.push(name);
    this.#columns.row(code, this.#offset, this.#offset + size);
    this.#offset += size;
  }

  build(): TensorTable {
    return new TensorTable(this.#columns.columns(this.#names), new Uint16Array(this.#names.length));
  }
}
