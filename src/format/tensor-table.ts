import { DTYPES } from './dtype.ts';

/** The columns that a container's parser fills: one row a tensor, no object a tensor. */
export interface TensorColumns {
  /** Names, in the order in which the container lists them. */
  readonly names: readonly string[];
  /** Position of each tensor's type in DTYPES. */
  readonly dtypes: Uint8Array;
  /** All dimensions, one tensor after the other. */
  readonly dims: Float64Array;
  /** Where the dimensions of tensor i begin in `dims`; length is the number of tensors + 1. */
  readonly dimStarts: Uint32Array;
  /** First byte of each tensor, from the beginning of its file's data section. */
  readonly begins: Float64Array;
  /** Byte after the last of each tensor, counted likewise. */
  readonly ends: Float64Array;
}

/** A named tensor as a finding shows it. Shape is outermost dimension first; bytes are those it takes on disk. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** How many names a table looks up before an index of them pays. */
const LOOK_UPS_WITHOUT_INDEX = 8;

/** Parameters of a checkpoint as columns; `shards` says in which file each lies. */
export class TensorTable {
  readonly columns: TensorColumns;
  /** Position of each tensor's file in the checkpoint's list of shards. */
  readonly shards: Uint16Array;
  #byName: Map<string, number> | undefined;
  #lookUps = 0;

  constructor(columns: TensorColumns, shards: Uint16Array) {
    this.columns = columns;
    this.shards = shards;
  }

  static readonly empty: TensorTable = new TensorTable(
    { names: [], dtypes: new Uint8Array(0), dims: new Float64Array(0), dimStarts: new Uint32Array(1), begins: new Float64Array(0), ends: new Float64Array(0) },
    new Uint16Array(0),
  );

  /** Number of tensors. */
  get length(): number {
    return this.columns.names.length;
  }

  name(row: number): string {
    const name = this.columns.names[row];
    if (name === undefined) throw new RangeError(`row ${row} of ${this.length} tensors`);
    return name;
  }

  /** Row of each tensor by its name. Where a name occurs in several shards, the last one counts, as it does to the loaders. Made when first asked for. */
  get byName(): ReadonlyMap<string, number> {
    if (this.#byName === undefined) {
      this.#byName = new Map();
      for (let i = 0; i < this.length; i++) this.#byName.set(this.name(i), i);
    }
    return this.#byName;
  }

  /** Row of the tensor of that name, or -1; the last one likewise. */
  row(name: string): number {
    // Of many a table (a base) a handful of rows is looked up, and reading down the names takes a tenth of what the index takes to make.
    if (this.#byName === undefined && this.#lookUps++ < LOOK_UPS_WITHOUT_INDEX) return this.columns.names.lastIndexOf(name);
    return this.byName.get(name) ?? -1;
  }

  has(name: string): boolean {
    return this.row(name) >= 0;
  }

  dtype(row: number): string {
    return DTYPES[this.columns.dtypes[row] ?? 0]?.name ?? 'UNKNOWN';
  }

  shape(row: number): number[] {
    const { dims, dimStarts } = this.columns;
    const shape: number[] = [];
    for (let i = dimStarts[row] ?? 0; i < (dimStarts[row + 1] ?? 0); i++) shape.push(dims[i] ?? 0);
    return shape;
  }

  /** Number of dimensions; 0 for a scalar. */
  rank(row: number): number {
    const { dimStarts } = this.columns;
    return (dimStarts[row + 1] ?? 0) - (dimStarts[row] ?? 0);
  }

  /** Bytes on disk. */
  bytes(row: number): number {
    return (this.columns.ends[row] ?? 0) - (this.columns.begins[row] ?? 0);
  }

  /** Number of elements; 1 for a scalar. */
  elements(row: number): number {
    const { dims, dimStarts } = this.columns;
    let count = 1;
    for (let i = dimStarts[row] ?? 0; i < (dimStarts[row + 1] ?? 0); i++) count *= dims[i] ?? 0;
    return count;
  }

  sameShape(row: number, other: TensorTable, otherRow: number): boolean {
    const a = this.columns;
    const b = other.columns;
    const start = a.dimStarts[row] ?? 0;
    const rank = (a.dimStarts[row + 1] ?? 0) - start;
    const otherStart = b.dimStarts[otherRow] ?? 0;
    if (rank !== (b.dimStarts[otherRow + 1] ?? 0) - otherStart) return false;
    for (let i = 0; i < rank; i++) if (a.dims[start + i] !== b.dims[otherStart + i]) return false;
    return true;
  }

  info(row: number): TensorInfo {
    return { name: this.name(row), dtype: this.dtype(row), shape: this.shape(row), bytes: this.bytes(row) };
  }
}
