import type { Comparison } from '../comparison/comparison.ts';
import type { Checkpoint } from '../inventory/checkpoint.ts';

/** All that a rule may look at. */
export interface Evidence {
  readonly checkpoint: Checkpoint;
  readonly base: Checkpoint | null;
  readonly comparison: Comparison;
}
