import type { AdapterComparison } from '../comparison/adapter/evidence.ts';
import type { Comparison } from '../comparison/comparison.ts';
import type { Equality } from '../comparison/equality.ts';
import type { StoredPair } from '../comparison/head.ts';
import type { Intent } from '../comparison/intent.ts';
import type { Quantization } from '../comparison/quantization/unpack.ts';
import type { SideBySide } from '../comparison/side-by-side.ts';
import type { Checkpoint } from '../inventory/checkpoint.ts';
import type { Losses } from './losses.ts';

/** A tied parameter that is stored beside its source, and whether their bytes agree. */
export interface ComparedPair extends StoredPair {
  readonly equality: Equality;
  /** Names on disk. */
  readonly name: string;
  readonly sourceName: string;
  /** Bytes that the target takes. */
  readonly bytes: number;
}

/** All that a rule may look at. */
export interface Evidence {
  readonly checkpoint: Checkpoint;
  /** The base that it was compared with; null where there is none, or it is of another architecture. */
  readonly base: Checkpoint | null;
  readonly intent: Intent;
  readonly baseIntent: Intent | null;
  /** What a loader sees. */
  readonly comparison: Comparison;
  /** The same with a wrapper taken off the names; where there is none, the same object. */
  readonly inner: Comparison;
  readonly losses: Losses;
  /** No weights were seen, but a working copy's pointers and index tell what there is: names are judged by them. */
  readonly weightsElsewhere: boolean;
  /** As above, where not even pointers are there: only the index was seen. */
  readonly onlyIndexSeen: boolean;
  readonly pairs: readonly ComparedPair[];
  /** Multi-token-prediction layers that the config promises. */
  readonly promisedMtp: number;
  /** For an adapter: what it holds, set beside its base; else null. */
  readonly adapter: AdapterComparison | null;
  /** What is packed in the checkpoint; null where nothing is, and no config says so. */
  readonly quantization: Quantization | null;
  /** Whether the classes of the model type in config.json have none of most names, or MLX named them. */
  readonly isForeign: NonNullable<SideBySide['isForeign']> | null;
  /** The model type whose names these are, where config.json names another and its class has them not; else null. */
  readonly otherType: string | null;
}
