import type { TensorTable } from '../format/tensor-table.ts';

/** What a checkpoint should hold: its base's parameters, or those that the facts of its class call for. */
export interface Expected {
  readonly basis: 'base' | 'facts' | 'regularity' | 'none';
  readonly tensors: TensorTable;
  /** Name in memory of each, in the same order. */
  readonly memory: readonly string[];
  /** Further names in memory that a loader makes of these, each with the one that the tensor is paired under. */
  readonly more: ReadonlyMap<string, string>;
  /** 1 where the shape is known; where it is not, none is compared. */
  readonly shapeKnown: Uint8Array;
  /** Rows from here on are called for and the base does not store them. */
  readonly firstUnstored: number;
  /** Where the base's shapes are no proof, since the config has other sizes: the shapes by the checkpoint's own regularity, by name on disk; empty where there is none. */
  readonly regular?: ReadonlyMap<string, readonly number[]>;
}
