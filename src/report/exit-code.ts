import type { Finding, Report } from './report.ts';

/** At which findings the call fails. `never` still reports. */
export type FailOn = 'error' | 'warning' | 'never';

/**
 * The exit code of a call, the only place where it is decided.
 * @returns 2 where a checkpoint could not be checked at all, else 1 where a finding that nobody waived (or a notice
 *   about the config file) is at or above `failOn`, else 0. `unknown` does not fail: the evidence decides nothing.
 */
export function exitCode(report: Report, failOn: FailOn): 0 | 1 | 2 {
  if (report.checkpoints.some(couldNotBeChecked)) return 2;
  if (failOn === 'never') return 0;
  const counts = (severity: string): boolean => severity === 'error' || (failOn === 'warning' && severity === 'warning');
  const fails = report.checkpoints.some(({ findings }) => findings.some((finding) => finding.waived === null && counts(finding.severity)));
  return fails || report.notices.some((notice) => counts(notice.severity)) ? 1 : 0;
}

/** An unreadable checkpoint with an error finding (a truncated file) was checked, and is broken; one without could not be had. */
function couldNotBeChecked(checkpoint: { readonly verdict: string; readonly findings: readonly Finding[] }): boolean {
  return checkpoint.verdict === 'unreadable' && !checkpoint.findings.some((finding) => finding.severity === 'error');
}
