import { TensorTable, type TensorColumns } from '../format/tensor-table.ts';

/** The columns of one file, and what its tensors are to be called here. */
export interface Piece {
  readonly columns: TensorColumns;
  /** Put before each name; `''` for none. */
  readonly prefix: string;
  /** Position of each tensor's file in the list of shards: one number for all, or one a tensor. */
  readonly shards: number | Uint16Array;
}

/** Sets the columns of several files one after the other, in the order given. A single piece is taken as it is, without a copy. */
export function mergeTensors(pieces: readonly Piece[]): TensorTable {
  const [only] = pieces;
  if (only === undefined) return TensorTable.empty;
  if (pieces.length === 1 && only.prefix === '') return new TensorTable(only.columns, shardColumn(only));
  const rows = sum(pieces, ({ columns }) => columns.names.length);
  const names: string[] = [];
  const dtypes = new Uint8Array(rows);
  const dims = new Float64Array(sum(pieces, ({ columns }) => columns.dims.length));
  const dimStarts = new Uint32Array(rows + 1);
  const begins = new Float64Array(rows);
  const ends = new Float64Array(rows);
  const shards = new Uint16Array(rows);
  let row = 0;
  let dim = 0;
  for (const piece of pieces) {
    const { columns, prefix } = piece;
    // No spread and no concat: a checkpoint may have a million names.
    for (const name of columns.names) names.push(prefix === '' ? name : prefix + name);
    dtypes.set(columns.dtypes, row);
    begins.set(columns.begins, row);
    ends.set(columns.ends, row);
    shards.set(shardColumn(piece), row);
    dims.set(columns.dims, dim);
    for (let i = 0; i < columns.names.length; i++) dimStarts[row + i] = dim + (columns.dimStarts[i] ?? 0);
    row += columns.names.length;
    dim += columns.dims.length;
  }
  dimStarts[row] = dim;
  return new TensorTable({ names, dtypes, dims, dimStarts, begins, ends }, shards);
}

function shardColumn({ columns, shards }: Piece): Uint16Array {
  return typeof shards === 'number' ? new Uint16Array(columns.names.length).fill(shards) : shards;
}

function sum(pieces: readonly Piece[], size: (piece: Piece) => number): number {
  return pieces.reduce((total, piece) => total + size(piece), 0);
}
