import type { Checkpoint } from '../inventory/checkpoint.ts';
import type { Comparison } from './comparison.ts';

export const LEDGER_CAUSES = [
  'missing-parameters', 'tied-parameters', 'unexpected-parameters', 'shape', 'dtype', 'quantisation', 'header-text',
  'stale-files', 'trailing-bytes', 'truncation', 'alignment',
] as const;
export type LedgerCause = (typeof LEDGER_CAUSES)[number];

/** Bytes by which a checkpoint is larger (positive) or smaller than its base, for one cause. */
export interface LedgerLine {
  readonly cause: LedgerCause;
  readonly bytes: number;
  /** Parameters or files concerned, by name, whole. */
  readonly names: readonly string[];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function tensorBytes(checkpoint: Checkpoint): number {
  let total = 0;
  for (let row = 0; row < checkpoint.tensors.length; row++) total += checkpoint.tensors.bytes(row);
  return total;
}

const headerBytes = (checkpoint: Checkpoint): number => sum(checkpoint.shards.map((shard) => shard.headerBytes));
const fileBytes = (checkpoint: Checkpoint): number => sum(checkpoint.shards.map((shard) => shard.size));

/** Bytes in the shards that belong to no header and no tensor: padding of the container, rests beyond the last tensor, or (negative) what a cut file lacks. */
function slack(checkpoint: Checkpoint): number {
  return fileBytes(checkpoint) - headerBytes(checkpoint) - tensorBytes(checkpoint);
}

/** Files that could not be read at all are not among those whose sizes are compared. */
function damage(checkpoint: Checkpoint, kind: 'truncated' | 'trailing-bytes'): { bytes: number; names: string[] } {
  const read = new Set(checkpoint.shards.map(({ path }) => path));
  const problems = checkpoint.problems.flatMap((problem) => (problem.kind === kind && read.has(problem.path) ? [problem] : []));
  return { bytes: sum(problems.map((problem) => problem.actualSize - problem.expectedSize)), names: problems.map((problem) => problem.path) };
}

/**
 * Accounts for every byte by which the checkpoint's files differ from its base's: the lines add up to exactly
 * the difference of the two sums of file sizes (strays included on the checkpoint's side).
 */
export function ledger(checkpoint: Checkpoint, base: Checkpoint, comparison: Comparison): LedgerLine[] {
  const inner = comparison.wrapper?.unwrapped ?? comparison;
  // What the base does not store either makes no difference.
  const tiedNames = new Set(inner.tied.map(({ name }) => name).filter((name) => base.tensors.has(name)));
  const tied = -sum([...tiedNames].map((name) => base.tensors.bytes(base.tensors.row(name))));
  const removed = inner.bytes.matchedExpected - tensorBytes(base);
  const cut = damage(checkpoint, 'truncated');
  const trailing = damage(checkpoint, 'trailing-bytes');
  const lines: LedgerLine[] = [
    { cause: 'missing-parameters', bytes: removed - tied, names: [...inner.missing, ...inner.undelivered].map(({ name }) => name).filter((name) => base.tensors.has(name)) },
    { cause: 'tied-parameters', bytes: tied, names: [...tiedNames] },
    { cause: 'unexpected-parameters', bytes: tensorBytes(checkpoint) - inner.bytes.matchedActual, names: inner.unexpected.map(({ name }) => name) },
    { cause: 'shape', bytes: inner.bytes.shape, names: [...inner.mismatched.map(({ name }) => name), ...(inner.vocabulary?.names ?? [])] },
    { cause: 'dtype', bytes: inner.bytes.dtype, names: [] },
    { cause: 'quantisation', bytes: inner.bytes.quantisation, names: [] },
    { cause: 'header-text', bytes: headerBytes(checkpoint) - headerBytes(base), names: [] },
    { cause: 'truncation', bytes: cut.bytes, names: cut.names },
    { cause: 'trailing-bytes', bytes: trailing.bytes, names: trailing.names },
    { cause: 'alignment', bytes: slack(checkpoint) - cut.bytes - trailing.bytes - slack(base), names: [] },
    { cause: 'stale-files', bytes: sum(checkpoint.strays.map((stray) => stray.size)), names: checkpoint.strays.map((stray) => stray.path) },
  ];
  return lines.filter((line) => line.bytes !== 0);
}
