import type { PullFacts, PullTarget } from '../publish/review-command.ts';
import type { Report } from '../report/report.ts';
import { CONFIG_PATH } from '../settings/config-path.ts';
import type { Settings } from '../settings.ts';
import { warn } from './complain.ts';
import { githubOf } from './environment.ts';
import type { Host, Parts } from './host.ts';

export interface GateOptions {
  readonly onlyRegressions?: boolean;
  readonly baseline?: string;
  readonly config?: string;
}

/** The pull request that a report is about. */
export interface Reviewed {
  readonly target: PullTarget;
  readonly number: number | null;
  readonly pull: PullFacts;
  readonly head: string;
}

/** The report as the gate sees it, where the options ask for one. What the gate needs is loaded only then. */
export async function gateReport(report: Report, settings: Settings, { onlyRegressions = false, baseline, config }: GateOptions, reviewed: Reviewed | null, host: Host, parts: Parts): Promise<Report> {
  if (!onlyRegressions && baseline === undefined) return report;
  const { gated } = await parts.gate();
  const { serverUrl, repository } = reviewed?.target ?? githubOf(host);
  const github = reviewed === null ? null : await connected(reviewed.target, settings, host);
  const check = await parts.check();
  return await gated(report, settings, {
    head: reviewed?.head ?? '', change: reviewed === null ? null : { base: reviewed.pull.base, baseRef: reviewed.pull.baseRef, pullRequest: reviewed.number }, release: null,
    onlyRegressions, baseline: baseline ?? null, configPath: config ?? CONFIG_PATH, repository: { serverUrl, repository: repository ?? '' },
  }, { check: (asked) => check(asked, {}), rules: await parts.rules(), github });
}

async function connected({ apiUrl, serverUrl, repository, token }: PullTarget, { proxy }: Settings, host: Host) {
  const { connect } = await import('../publish/client.ts');
  return await connect({ apiUrl, serverUrl, repository, token }, { proxy, onWait: (message) => warn(message, host) });
}
