import type { TensorInfo } from '../format/tensor-table.ts';

/** A parameter that ought to be there and is not. */
export interface Missing extends TensorInfo {
  /** The name that the loader of the intended class uses for it in memory. */
  readonly memory: string;
  /** The file that the index says it is in and that is not there or can't be read; null for one that no index promises. */
  readonly declaredIn: string | null;
}

/** A parameter whose shape is not the expected one. Names are the base's, or the disk names of the intended class. */
export interface Mismatch {
  readonly name: string;
  readonly memory: string;
  readonly expected: { readonly dtype: string; readonly shape: readonly number[] };
  readonly actual: { readonly dtype: string; readonly shape: readonly number[] };
  /** Set where the base has the stored shape: the config alone calls for another. */
  readonly isAsInBase?: boolean;
}

/** A parameter that no expectation covers, under the checkpoint's own name. */
export interface Unexpected extends TensorInfo {
  readonly memory: string;
}

export interface TiedPair {
  /** The absent parameter, under its name on disk, and in memory. */
  readonly name: string;
  readonly memory: string;
  /** The stored one that it shares storage with. */
  readonly source: string;
}

/** Parameters whose element type differs from the base's, one row a pair of types. */
export interface DtypeChange {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  /** Bytes by which the checkpoint is larger (positive) or smaller. */
  readonly bytes: number;
}

/** Rows of embedding and head that changed together with `vocab_size`: a resize, not damage. */
export interface VocabularyResize {
  readonly names: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** A prefix, or segments, in all names that no loader maps away: `module.`, `_orig_mod.`. */
export interface Wrapper {
  /** What stands in the names too much, as it is written there. */
  readonly text: string;
  /** How many names carry it. */
  readonly count: number;
  /** `lora`: an unmerged PEFT model; `prefix`: any other wrapper. */
  readonly kind: 'prefix' | 'lora';
  /** What the comparison says once the wrapper is taken off. */
  readonly unwrapped: Comparison;
}

/** Sums over the pairs of the same parameter, in bytes of tensor data. What is beyond them was taken away or added. */
export interface ByteDifferences {
  readonly matchedExpected: number;
  readonly matchedActual: number;
  /** Part of the difference of these two that comes from other shapes, and from other element types. */
  readonly shape: number;
  readonly dtype: number;
  /** The part that comes from packing, on either side. */
  readonly quantisation: number;
}

/** A checkpoint set beside what it should hold. */
export interface Comparison {
  /** What it was compared with: its base, the facts of its class, only its own regularity, or nothing at all. */
  readonly basis: 'base' | 'facts' | 'regularity' | 'none';
  /** How many expected parameters are there under a name that the loader maps, whatever their shape. */
  readonly matched: number;
  readonly missing: readonly Missing[];
  /** Expected parameters that the index places in a file that is not there or can't be read. In no other list. */
  readonly undelivered: readonly Missing[];
  readonly unexpected: readonly Unexpected[];
  readonly mismatched: readonly Mismatch[];
  readonly tied: readonly TiedPair[];
  readonly renamed: readonly { readonly name: string; readonly from: string }[];
  readonly dtypeChanges: readonly DtypeChange[];
  readonly bytes: ByteDifferences;
  /** Row of each stored parameter by its name in memory, as the loader of the intended class maps it. */
  readonly stored: ReadonlyMap<string, number>;
  readonly vocabulary: VocabularyResize | null;
  readonly wrapper: Wrapper | null;
  /** Whether the checkpoint's names lack the base prefix that the intended class's have, and the loader adds it. */
  readonly prefixLost: boolean;
  /** Harmless buffers and other names on an ignore list, by side. They are in no other list. */
  readonly ignored: { readonly checkpoint: readonly string[]; readonly base: readonly string[] };
}
