import { ledger } from '../comparison/ledger.ts';
import type { LedgerLine } from '../comparison/ledger.ts';
import type { Diagnosis } from '../diagnosis/diagnose.ts';
import type { Evidence } from '../diagnosis/evidence.ts';
import { loaderOutcomes } from '../diagnosis/loaders.ts';
import { counted, grouped } from '../diagnosis/numbers.ts';
import type { VerdictAndReason } from '../diagnosis/verdict.ts';
import { words } from '../diagnosis/words.ts';
import type { HeadcheckError } from '../errors.ts';
import type { TensorInfo, TensorTable } from '../format/tensor-table.ts';
import type { Checkpoint } from '../inventory/checkpoint.ts';
import { obstacleOf } from './obstacle.ts';
import { proseOf } from './prose-text.ts';
import { prose } from './report.ts';
import type { CheckpointReport, LedgerEntry, Prose, ShardRow, Totals, Verdict } from './report.ts';

export interface BaseInReport {
  readonly checkpoint: Checkpoint;
  readonly found: string;
}

interface Assembly {
  readonly target: { readonly reference: string; readonly origin: CheckpointReport['origin'] };
  readonly evidence: Evidence;
  readonly diagnosis: Diagnosis;
  readonly verdict: VerdictAndReason;
  readonly base: BaseInReport | null;
  /** Why bases that were named could not be used. */
  readonly baseReasons: readonly string[];
  /** The class that its team says it releases it as, or null. */
  readonly declared: string | null;
}

/** Makes the report of one checkpoint of its evidence and diagnosis. */
export function checkpointReport({ target, evidence, diagnosis, verdict, base, baseReasons, declared }: Assembly): CheckpointReport {
  const { checkpoint, comparison, inner, intent } = evidence;
  // An adapter is no changed copy of its base, nor is a file of another container or a model out of the base: bytes of the two are not set against each other.
  const isUnlike = evidence.adapter !== null || base?.checkpoint.within !== undefined || (checkpoint.format === 'gguf' && base?.checkpoint.format !== 'gguf');
  return {
    reference: target.reference,
    revision: checkpoint.revision,
    format: checkpoint.format,
    ...verdict,
    base: base === null ? null : { reference: base.checkpoint.reference, revision: base.checkpoint.revision, found: base.found, within: base.checkpoint.within ?? null },
    architecture: { modelType: intent.modelType, class: intent.class, intendedClass: intent.intendedClass, declaredClass: declared },
    totals: totals(checkpoint.tensors, base?.checkpoint.tensors ?? null),
    missing: [...comparison.missing, ...(evidence.weightsElsewhere || evidence.onlyIndexSeen ? [] : comparison.undelivered)].filter(isLost(checkpoint)).map(plainInfo),
    unexpected: comparison.unexpected.map(plainInfo),
    mismatched: comparison.mismatched.map(({ name, expected, actual }) => ({ name, expected, actual })),
    tied: comparison.tied.map(({ name, source }) => ({ name, source })),
    renamed: inner.renamed,
    ledger: base === null || isUnlike ? [] : ledger(checkpoint, base.checkpoint, comparison).map(ledgerEntry),
    shards: base === null || isUnlike ? [] : shardRows(checkpoint, base.checkpoint),
    loaders: loaderOutcomes(evidence),
    findings: diagnosis.findings,
    skipped: [...diagnosis.skipped, ...baseReasons.map((reason) => ({ rule: 'base', reason }))],
    origin: target.origin,
  };
}

/** What pointers stand for is elsewhere, not lost: without an index, that is all that a checkpoint of pointers lacks. */
function isLost({ parts, problems }: Checkpoint): (missing: { readonly declaredIn: string | null }) => boolean {
  const pointers = new Set(problems.flatMap((problem) => (problem.kind === 'pointer' ? [problem.path] : [])));
  const isAllPointers = parts.length > 0 && parts.every(({ path }) => pointers.has(path));
  return ({ declaredIn }) => (declaredIn === null ? !isAllPointers : !pointers.has(declaredIn));
}

function plainInfo({ name, dtype, shape, bytes }: TensorInfo): TensorInfo {
  return { name, dtype, shape, bytes };
}

function count(table: TensorTable | null): { tensors: number; parameters: number; bytes: number } {
  const sums = { tensors: table?.length ?? 0, parameters: 0, bytes: 0 };
  for (let row = 0; table !== null && row < table.length; row++) {
    sums.parameters += table.elements(row);
    sums.bytes += table.bytes(row);
  }
  return sums;
}

function totals(tensors: TensorTable, base: TensorTable | null): Totals {
  const own = count(tensors);
  const ofBase = count(base);
  return { ...own, baseTensors: ofBase.tensors, baseParameters: ofBase.parameters, baseBytes: ofBase.bytes };
}

/** What each cause of a difference is called, with how many parameters or files it concerns. */
function ledgerDetail({ cause, names }: LedgerLine): Prose {
  // One name is whole on any terminal; more are listed elsewhere.
  const listed = names.length === 0 ? words('') : prose`: ${names[0] ?? ''}${[names.length > 1 ? ` and ${grouped(names.length - 1)} more` : '']}`;
  switch (cause) {
    case 'missing-parameters': return names.length === 0 ? words('in the base alone, and not called for here') : [counted(names.length, 'parameter'), ...listed];
    case 'tied-parameters':
    case 'shape': return [counted(names.length, 'parameter'), ...listed];
    case 'unexpected-parameters': return names.length === 0 ? words('not in the base') : [counted(names.length, 'parameter'), ...listed];
    case 'dtype': return words('wider or narrower than in the base');
    case 'quantisation': return ['packed', ...listed];
    case 'header-text': return words('names, shapes and offsets in the heads');
    case 'stale-files':
    case 'trailing-bytes':
    case 'truncation': return [counted(names.length, 'file'), ...listed];
    case 'alignment': return words('padding of the container');
  }
}

function ledgerEntry(line: LedgerLine): LedgerEntry {
  return { cause: line.cause, bytes: line.bytes, detail: ledgerDetail(line) };
}

/** The files of both sides, by name; files of one number in sets of the same length are the same row. */
function shardRows(checkpoint: Checkpoint, base: Checkpoint): ShardRow[] {
  const rows = new Map<string, ShardRow>();
  const add = (path: string, sizes: Partial<ShardRow>): void => {
    rows.set(path, { path, baseBytes: null, bytes: null, ...rows.get(path), ...sizes });
  };
  for (const { path, size } of base.shards) add(path, { baseBytes: size });
  for (const { path, size } of checkpoint.shards) add(path, { bytes: size });
  return [...rows.values()];
}

/** The report of a checkpoint that could not be opened at all. */
export function failedReport(target: { readonly reference: string; readonly origin: CheckpointReport['origin'] }, error: HeadcheckError): CheckpointReport {
  return {
    reference: target.reference, revision: null, format: 'none', verdict: 'unreadable', reason: proseOf(`${error.message} ${error.hint}`), base: null,
    architecture: { modelType: null, class: null, intendedClass: null, declaredClass: null },
    totals: { tensors: 0, parameters: 0, bytes: 0, baseTensors: 0, baseParameters: 0, baseBytes: 0 },
    missing: [], unexpected: [], mismatched: [], tied: [], renamed: [], ledger: [], shards: [], loaders: [], findings: [], skipped: [], origin: target.origin,
    obstacle: obstacleOf(error),
  };
}

const WORST: readonly Verdict[] = ['incomplete', 'unreadable', 'unknown', 'complete'];

/** The worst verdict of all; `complete` where there is nothing to check. */
export function overallVerdict(checkpoints: readonly { readonly verdict: Verdict }[]): Verdict {
  return WORST.find((verdict) => checkpoints.some((checkpoint) => checkpoint.verdict === verdict)) ?? 'complete';
}
