import type { TensorTable } from '../../format/tensor-table.ts';

/** A table of which some rows are known by name alone: an index names them, and their files are not here. */
export class SeenTable {
  readonly names: readonly string[];
  readonly #table: TensorTable;
  readonly #firstDeclared: number;

  /** @param firstDeclared rows from here on are not seen */
  constructor(table: TensorTable, firstDeclared: number) {
    this.names = table.columns.names;
    this.#table = table;
    this.#firstDeclared = firstDeclared;
  }

  isSeen(row: number): boolean {
    return row < this.#firstDeclared;
  }

  /** The stored type, `''` where it is not seen. */
  dtype(row: number): string {
    return this.isSeen(row) ? this.#table.dtype(row) : '';
  }

  /** Outermost dimension first; empty where it is not seen, or the row is none. */
  shape(row: number): readonly number[] {
    return this.isSeen(row) ? this.#table.shape(row) : [];
  }

  /** Bytes on disk, 0 where they are not seen. */
  bytes(row: number): number {
    return this.isSeen(row) ? this.#table.bytes(row) : 0;
  }
}
