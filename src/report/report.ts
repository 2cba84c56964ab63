import type { TensorInfo } from '../format/tensor-table.ts';
import type { LedgerCause } from '../comparison/ledger.ts';
import type { Finding, Severity } from '../diagnosis/finding.ts';
import type { Prose } from '../diagnosis/prose.ts';
import type { CheckpointFormat } from '../inventory/checkpoint.ts';
import type { Obstacle } from './obstacle.ts';

export { plain, prose } from '../diagnosis/prose.ts';
export type { Prose } from '../diagnosis/prose.ts';
export type { Finding, Fix, Severity } from '../diagnosis/finding.ts';

export type Verdict = 'complete' | 'incomplete' | 'unreadable' | 'unknown';

/** One line of the byte ledger: bytes by which the checkpoint differs from its base, and why. */
export interface LedgerEntry {
  readonly cause: LedgerCause;
  readonly bytes: number;
  readonly detail: Prose;
}

/** One row of the table that sets the base's shards beside the checkpoint's. A side that lacks the shard is null. */
export interface ShardRow {
  readonly path: string;
  readonly baseBytes: number | null;
  readonly bytes: number | null;
}

export interface Totals {
  readonly tensors: number;
  readonly parameters: number;
  readonly bytes: number;
  readonly baseTensors: number;
  readonly baseParameters: number;
  readonly baseBytes: number;
}

export interface CheckpointReport {
  readonly reference: string;
  readonly revision: string | null;
  readonly format: CheckpointFormat;
  readonly verdict: Verdict;
  /** Why the verdict is `unknown` or `unreadable`; null for the others. */
  readonly reason: Prose | null;
  /** `within`: of a base that is a model within the one named, its path there. */
  readonly base: { readonly reference: string; readonly revision: string | null; readonly found: string; readonly within: string | null } | null;
  /** `declaredClass`: the one that its team says it releases it as; it was not used where it is not the intended one. */
  readonly architecture: { readonly modelType: string | null; readonly class: string | null; readonly intendedClass: string | null; readonly declaredClass: string | null };
  readonly totals: Totals;
  readonly missing: readonly TensorInfo[];
  readonly unexpected: readonly TensorInfo[];
  readonly mismatched: readonly { readonly name: string; readonly expected: { readonly dtype: string; readonly shape: readonly number[] }; readonly actual: { readonly dtype: string; readonly shape: readonly number[] } }[];
  readonly tied: readonly { readonly name: string; readonly source: string }[];
  readonly renamed: readonly { readonly name: string; readonly from: string }[];
  readonly ledger: readonly LedgerEntry[];
  readonly shards: readonly ShardRow[];
  readonly loaders: readonly { readonly loader: string; readonly outcome: Prose }[];
  /** Most important first. */
  readonly findings: readonly Finding[];
  readonly skipped: readonly { readonly rule: string; readonly reason: string }[];
  /** Where the reference was written: a line of a changed file, of the config file; null where a person typed it. */
  readonly origin: { readonly path: string; readonly line: number } | null;
  /** Where the whole checkpoint could not be had: what kept it. */
  readonly obstacle?: Obstacle;
  /** Set where that it cannot be had is no news: it is shown and does not count. */
  readonly waived?: Finding['waived'];
}

/** The result of one call. */
export interface Report {
  readonly tool: { readonly name: 'headcheck'; readonly version: string };
  /** The commit of the repository that was checked, where the call was told of one: what is posted is said of that. */
  readonly commit?: string;
  readonly verdict: Verdict;
  readonly checkpoints: readonly CheckpointReport[];
  /** About the call rather than a checkpoint: an expired waiver, an unknown rule in the config file. */
  readonly notices: readonly Notice[];
}

export interface Notice {
  /** A `note` is for those who look, and never counts. */
  readonly severity: Severity;
  readonly message: Prose;
  readonly location: { readonly path: string; readonly line: number | null } | null;
  /** Set where something could not be checked for that reason: of a note, what was passed over by choice. */
  readonly obstacle?: Obstacle;
  /** Of a base that could not be used: which one, and whose; null for the checkpoint itself, where it was not checked. It says whether two notices are about the same. */
  readonly about?: { readonly reference: string; readonly base: string | null };
}
