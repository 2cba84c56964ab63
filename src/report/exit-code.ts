import type { Finding, Notice, Report } from './report.ts';

/** At which findings the call fails. `never` still reports. */
export type FailOn = 'error' | 'warning' | 'never';

/**
 * What each exit code says: the only place where it is written. The help prints it; tests hold the README and the pages
 * to it.
 */
export const EXIT_CODES = {
  0: 'all was checked, and nothing is at or above `fail-on`',
  1: 'all was checked, and something is at or above `fail-on`',
  2: 'something could not be checked: a checkpoint, a base or a class that was named, the config file, or a change or release that GitHub does not show',
} as const;

/**
 * The exit code of a call, the only place where it is decided.
 *
 * 2 wins over 1, and `fail-on: never` does not hide it. A gate may take 1 for the whole answer: every checkpoint was
 * looked at, with the bases and the waivers that were asked for. Where a config file could not be followed or a base not
 * read, findings may be there that it would have waived, or be lacking, so the answer is not that; what was found is
 * reported all the same. Either stops a release.
 *
 * @returns a warning about the call counts as one of a finding does; `unknown` does not fail: the evidence decides nothing
 */
export function exitCode(report: Report, failOn: FailOn): keyof typeof EXIT_CODES {
  if (report.checkpoints.some(couldNotBeChecked) || report.notices.some(isObstacle)) return 2;
  if (failOn === 'never') return 0;
  const counts = (severity: string): boolean => severity === 'error' || (failOn === 'warning' && severity === 'warning');
  const fails = report.checkpoints.some(({ findings }) => findings.some((finding) => finding.waived === null && counts(finding.severity)));
  return fails || report.notices.some((notice) => counts(notice.severity)) ? 1 : 0;
}

/** Whether what was asked for could not be done: a note tells what was passed over by choice, as a file of data is. */
export function isObstacle({ obstacle, severity }: Notice): boolean {
  return obstacle !== undefined && severity !== 'note';
}

/** An unreadable checkpoint with an error finding (a truncated file) was checked, and is broken; one without could not be had. */
function couldNotBeChecked({ verdict, findings, waived = null }: { readonly verdict: string; readonly findings: readonly Finding[]; readonly waived?: Finding['waived'] }): boolean {
  return verdict === 'unreadable' && waived === null && !findings.some((finding) => finding.severity === 'error');
}
