import type { Checkpoint } from '../inventory/checkpoint.ts';
import type { AdapterComparison } from './adapter/evidence.ts';
import type { Comparison } from './comparison.ts';
import type { Intent } from './intent.ts';
import type { Quantization } from './quantization/unpack.ts';

/** A checkpoint beside its base and the facts of its class. */
export interface SideBySide {
  readonly checkpoint: Checkpoint;
  /** The base that it was compared with, or null. */
  readonly base: Checkpoint | null;
  /** A base that was found and is of another architecture, or a model where the checkpoint is an adapter. */
  readonly incomparable: Checkpoint | null;
  readonly intent: Intent;
  readonly baseIntent: Intent | null;
  readonly comparison: Comparison;
  /** For an adapter, what it holds; else null. */
  readonly adapter: AdapterComparison | null;
  /** Set where no facts were used: config.json names a model type whose classes have none of most names, or MLX gave modules its own names. */
  readonly isForeign?: 'other-model' | 'mlx';
  /** What is packed in it; null where nothing is, and no config says so. */
  readonly quantization: Quantization | null;
}
