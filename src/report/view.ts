import { SWITCHED_OFF } from '../diagnosis/skipped.ts';
import { backticked } from './prose-text.ts';
import type { CheckpointReport, Finding, Report, ShardRow, Verdict } from './report.ts';

/** What the reporters for people pick out of a report, so that terminal, Markdown and HTML tell the same story. */

/** Whether a checkpoint asks for somebody to act: it is broken, or a warning that nobody waived stands. */
export function needsAttention(checkpoint: CheckpointReport): boolean {
  return checkpoint.verdict === 'incomplete' || isUnread(checkpoint) || active(checkpoint, 'warning').length > 0 || active(checkpoint, 'error').length > 0 || isDeclaredInVain(checkpoint);
}

/** Whether a class was declared and could not be used: then the verdict is not the one that was asked for. */
export function isDeclaredInVain({ architecture: { declaredClass, intendedClass } }: CheckpointReport): boolean {
  return declaredClass !== null && declaredClass !== intendedClass;
}

/** Whether it could not be read, and that counts. */
export function isUnread({ verdict, waived = null }: CheckpointReport): boolean {
  return verdict === 'unreadable' && waived === null;
}

/** Findings of that severity that count. */
export function active(checkpoint: CheckpointReport, severity: Finding['severity']): Finding[] {
  return checkpoint.findings.filter((finding) => finding.severity === severity && finding.waived === null);
}

/** Errors and warnings that were waived. */
export function waivedFindings(checkpoint: CheckpointReport): Finding[] {
  return checkpoint.findings.filter((finding) => finding.severity !== 'note' && finding.waived !== null);
}

/** How the reason begins for which a finding does not count that the baseline has too; then comes where. */
export const NOT_NEW = 'not new: it is so ';

/** Whether what is wrong with it does not count, since all of that was so before. (What the user waives changes the verdict itself.) */
export function isNothingNew(checkpoint: CheckpointReport): boolean {
  return checkpoint.verdict === 'incomplete' && active(checkpoint, 'error').length === 0 && waivedFindings(checkpoint).length > 0;
}

/** How many rules were not judged because the user switched them off. */
export function switchedOff(checkpoint: CheckpointReport): number {
  return checkpoint.skipped.filter(({ reason }) => reason === SWITCHED_OFF).length;
}

/** The finding that the verdict rests on, or the first that explains it; null where there is none. */
export function mainFinding(checkpoint: CheckpointReport): Finding | null {
  return active(checkpoint, 'error')[0] ?? active(checkpoint, 'warning')[0] ?? active(checkpoint, 'note')[0] ?? null;
}

/** Findings but the main one, those that count first. */
export function otherFindings(checkpoint: CheckpointReport): Finding[] {
  const main = mainFinding(checkpoint);
  const others = checkpoint.findings.filter((finding) => finding !== main);
  return [...others.filter((finding) => finding.waived === null), ...others.filter((finding) => finding.waived !== null)];
}

/** How many checkpoints have that verdict. */
export function countOf(report: Report, verdict: Verdict): number {
  return report.checkpoints.filter((checkpoint) => checkpoint.verdict === verdict).length;
}

/** Broken ones first, then the undecided, then those with warnings, then the rest; otherwise as given. */
export function byUrgency(checkpoints: readonly CheckpointReport[]): CheckpointReport[] {
  return [...checkpoints].sort((a, b) => urgency(a) - urgency(b));
}

function urgency(checkpoint: CheckpointReport): number {
  const order: Readonly<Record<Verdict, number>> = { incomplete: 0, unreadable: 1, unknown: 2, complete: 4 };
  return order[checkpoint.verdict] - (checkpoint.verdict === 'complete' && needsAttention(checkpoint) ? 1 : 0);
}

/** Bytes by which a shard differs from the base's; a side that lacks it counts as 0. */
export function shardDifference(row: ShardRow): number {
  return (row.bytes ?? 0) - (row.baseBytes ?? 0);
}

/** The shard that lost or gained most, where that is more than header text; null otherwise. */
export function mainShard(checkpoint: CheckpointReport): ShardRow | null {
  const [largest] = [...checkpoint.shards].sort((a, b) => Math.abs(shardDifference(b)) - Math.abs(shardDifference(a)));
  return largest !== undefined && Math.abs(shardDifference(largest)) >= LEAST_NOTABLE && largest.baseBytes !== null && largest.bytes !== null ? largest : null;
}

/** Below this a shard's difference is header text, not weights. */
const LEAST_NOTABLE = 100_000;

/** Sum of the ledger: bytes by which the checkpoint's files differ from the base's. */
export function ledgerSum(checkpoint: CheckpointReport): number {
  return checkpoint.ledger.reduce((sum, entry) => sum + entry.bytes, 0);
}

/** Whether what is missing and what is unexpected are the same parameters, without and with a wrapper's prefix: one table of them is enough. */
export function isOnlyPrefixed({ findings, missing, unexpected }: CheckpointReport): boolean {
  return missing.length > 0 && missing.length === unexpected.length && findings.some(({ rule }) => rule === 'wrapper-prefix');
}

/** `missing-parameters` → `missing parameters`. */
export function causeName(cause: string): string {
  return cause.replaceAll('-', ' ');
}

/** What the loaders do; those of which the same is to be said stand together. */
export function loaderGroups(checkpoint: CheckpointReport): CheckpointReport['loaders'] {
  const same = new Map<string, CheckpointReport['loaders'][number]>();
  for (const { loader, outcome } of checkpoint.loaders) {
    const key = backticked(outcome);
    same.set(key, { loader: [same.get(key)?.loader ?? [], loader].flat().join(', '), outcome });
  }
  return [...same.values()];
}
