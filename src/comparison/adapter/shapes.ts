import type { TensorTable } from '../../format/tensor-table.ts';
import type { AdapterTensor } from './names.ts';
import type { AdapterSettings } from './settings.ts';

/** Shapes that the two factors of LoRA should have; null where neither they, nor config, nor base tell. */
export interface LoraShapes {
  readonly a: readonly number[] | null;
  readonly b: readonly number[] | null;
}

/** Rank, and inputs or outputs, that one factor shows. */
interface Factor {
  readonly rank: number;
  readonly width: number;
  /** Further dimensions: those of a convolution's kernel. */
  readonly kernel: readonly number[];
}

/**
 * Holds the factors of LoRA against each other, the config's rank, and the base's matrix: A is [rank, inputs], B is
 * [outputs, rank]; for an embedding A is [rank, rows] and B [dimension, rank] (peft 0.21). GPT-2's Conv1D stores its
 * matrix the other way round, so that inputs and outputs may be either.
 * @param base the shape of the base's matrix, outermost dimension first; null where it is not known
 */
export function loraShapes(a: AdapterTensor | undefined, b: AdapterTensor | undefined, isEmbedding: boolean, base: readonly number[] | null, table: TensorTable, settings: AdapterSettings): LoraShapes {
  const factors = { a: factor(a, table, 0), b: factor(b, table, 1) };
  const rank = rankOf(factors.a, factors.b, settings);
  const [inputs, outputs] = widths(factors.a, factors.b, isEmbedding, settings.poolsInputs ? null : base, settings.fanInFanOut);
  return {
    a: rank === null || inputs === null ? null : [rank, inputs, ...(factors.a?.kernel ?? [])],
    b: rank === null || outputs === null ? null : [outputs, rank, ...(factors.b?.kernel ?? [])],
  };
}

function factor(tensor: AdapterTensor | undefined, table: TensorTable, rankAt: 0 | 1): Factor | null {
  const shape = tensor === undefined ? [] : table.shape(tensor.row);
  const rank = shape[rankAt];
  const width = shape[1 - rankAt];
  return rank === undefined || width === undefined || shape.includes(0) ? null : { rank, width, kernel: shape.slice(2) };
}

/** The rank of both: where they disagree, the one that the config allows, else the config's. */
function rankOf(a: Factor | null, b: Factor | null, { ranks, adaptsParameters }: AdapterSettings): number | null {
  const [stated] = ranks;
  const isAllowed = (rank: number): boolean => ranks.some((allowed) => rank === allowed || (adaptsParameters && rank % allowed === 0));
  const shown = [b, a].flatMap((side) => (side === null ? [] : [side.rank]));
  return shown.find(isAllowed) ?? stated ?? shown[0] ?? null;
}

/** Inputs and outputs: the base's, the way round that fits better; where it is not known, as they are. */
function widths(a: Factor | null, b: Factor | null, isEmbedding: boolean, base: readonly number[] | null, fanInFanOut: boolean): readonly [number | null, number | null] {
  const own = [a?.width ?? null, b?.width ?? null] as const;
  const [rows, columns] = base ?? [];
  if (rows === undefined || columns === undefined) return own;
  const fits = (inputs: number, outputs: number): boolean => (a === null || a.width === inputs) && (b === null || b.width === outputs);
  // Where neither factor is stored, only the config says which way round the base's matrix is.
  const isTurned = a === null && b === null ? fanInFanOut : fits(rows, columns);
  return isEmbedding || isTurned ? [rows, columns] : [columns, rows];
}
