import { referenceKey } from '../reference/key.ts';
import { plain } from './report.ts';
import type { CheckpointReport, Finding, Notice, Report } from './report.ts';
import { NOT_NEW } from './view.ts';

/** What a checkpoint is compared with: how the same one stands on the base branch, or how its baseline does. */
export interface Baseline {
  /** Said beside each finding that is forgiven: `on main at 1234567`. */
  readonly where: string;
  /** The report on the base branch's checkpoint; null where it has none, so that everything is new. */
  readonly of: (checkpoint: CheckpointReport) => CheckpointReport | null;
  /** What was to be said of the config file and its bases there. */
  readonly notices: readonly Notice[];
}

/**
 * The same report, in which what the baseline already has is shown and does not count. A finding counts as known only
 * where the baseline's checkpoint has one of the same rule that names all of its parameters: what is lost in addition is new.
 * A baseline that could not be had has no findings, so it forgives none; one that is cut off forgives just that. That a
 * checkpoint or a base cannot be had is no news where the very same could not be had there for what stands there; for a
 * server or a token it is never forgiven, else an outage would let everything pass.
 */
export function onlyRegressions(report: Report, baseline: Baseline): Report {
  const checkpoints = report.checkpoints.map((checkpoint) => {
    const before = baseline.of(checkpoint);
    if (before === null) return checkpoint;
    const findings = checkpoint.findings.map((finding) => forgiven(finding, before.findings, baseline.where));
    const isKnown = checkpoint.obstacle === 'state' && before.obstacle === 'state' && referenceKey(before.reference) === referenceKey(checkpoint.reference);
    return { ...checkpoint, findings, ...(isKnown ? { waived: notNew(baseline.where) } : {}) };
  });
  return { ...report, checkpoints, notices: report.notices.map((notice) => forgivenNotice(notice, baseline)) };
}

function notNew(where: string): NonNullable<Finding['waived']> {
  return { reason: `${NOT_NEW}${where} too`, until: null };
}

/** One that is the same there is still shown, as a note. */
function forgivenNotice(notice: Notice, { notices, where }: Baseline): Notice {
  const { obstacle = 'state', ...rest } = notice;
  if (obstacle !== 'state' || !notices.some((old) => isSameNotice(old, notice))) return notice;
  return { ...rest, severity: 'note', message: [...notice.message, ` (${notNew(where).reason})`] };
}

/** Lines move, and a base is read from another place there, so that other words are said of it. */
function isSameNotice(old: Notice, now: Notice): boolean {
  if ((old.obstacle ?? 'state') !== 'state' || old.severity !== now.severity) return false;
  if (old.about !== undefined || now.about !== undefined) return old.about?.base === now.about?.base && referenceKey(old.about?.reference ?? '') === referenceKey(now.about?.reference ?? '');
  return old.location?.path === now.location?.path && now.location !== null && plain(old.message) === plain(now.message);
}

function forgiven(finding: Finding, before: readonly Finding[], where: string): Finding {
  if (finding.waived !== null || finding.severity === 'note') return finding;
  const known = before.some((old) => old.rule === finding.rule && isAsSevere(old, finding) && includesAll(old.parameters, finding.parameters) && isOfSameFile(old, finding));
  return known ? { ...finding, waived: notNew(where) } : finding;
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
