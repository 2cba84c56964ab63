import type { CheckpointReport, Finding, Report } from './report.ts';

/** What a checkpoint is compared with: how the same one stands on the base branch, or how its baseline does. */
export interface Baseline {
  /** Said beside each finding that is forgiven: `on main at 1234567`. */
  readonly where: string;
  /** The report on the base branch's checkpoint; null where it has none, so that everything is new. */
  readonly of: (checkpoint: CheckpointReport) => CheckpointReport | null;
}

/**
 * The same report, in which what the baseline already has is shown and does not count. A finding counts as known only
 * where the baseline's checkpoint has one of the same rule that names all of its parameters: what is lost in addition is new.
 * A baseline that could not be had has no findings, so it forgives nothing; one that is cut off forgives just that.
 */
export function onlyRegressions(report: Report, baseline: Baseline): Report {
  const checkpoints = report.checkpoints.map((checkpoint) => {
    const before = baseline.of(checkpoint);
    if (before === null) return checkpoint;
    const findings = checkpoint.findings.map((finding) => forgiven(finding, before.findings, baseline.where));
    return { ...checkpoint, findings };
  });
  return { ...report, checkpoints };
}

function forgiven(finding: Finding, before: readonly Finding[], where: string): Finding {
  if (finding.waived !== null || finding.severity === 'note') return finding;
  const known = before.some((old) => old.rule === finding.rule && isAsSevere(old, finding) && includesAll(old.parameters, finding.parameters) && isOfSameFile(old, finding));
  return known ? { ...finding, waived: { reason: `not new: it is so ${where} too`, until: null } } : finding;
}

/** A finding that names no parameters is about a file: another one that is cut off, or left over, is new. */
function isOfSameFile(old: Finding, now: Finding): boolean {
  return now.parameters.length > 0 || old.location?.path === now.location?.path;
}

/** A warning that has become an error is new. */
function isAsSevere(old: Finding, now: Finding): boolean {
  return old.severity === now.severity || old.severity === 'error';
}

function includesAll(old: readonly string[], now: readonly string[]): boolean {
  const known = new Set(old);
  return now.every((name) => known.has(name));
}
