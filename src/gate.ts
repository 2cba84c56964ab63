import { checkAtCommit, isLocal, type Repository } from './gate/at-commit.ts';
import { lookBefore } from './gate/before.ts';
import { asMoved } from './gate/moves.ts';
import type { GitHub } from './publish/client.ts';
import { referenceKey } from './reference/key.ts';
import { onlyRegressions } from './report/regressions.ts';
import { prose, type CheckpointReport, type Notice, type Report } from './report/report.ts';
import type { Settings, Target } from './settings.ts';

/** What a report is held against. */
export interface Gate {
  /** The commit that was checked, and what a merge would change; null where nothing is proposed. */
  readonly head: string;
  readonly change: { readonly base: string; readonly baseRef: string; readonly pullRequest: number | null } | null;
  /** The tag of the release that is made; null for none. */
  readonly release: string | null;
  /** Whether what the base branch, or the baseline, has already does not count. */
  readonly onlyRegressions: boolean;
  /** A reference to compare every checkpoint with, instead of the base branch; null for none. */
  readonly baseline: string | null;
  /** Of the config file, in the repository. */
  readonly configPath: string;
  readonly repository: Repository;
}

export interface GateTools {
  readonly check: (settings: Settings) => Promise<Report>;
  readonly rules: readonly { readonly id: string }[];
  readonly github: GitHub | null;
}

/** The report, as the gate sees it: what the base branch has already does not count, and at a release nothing may be undecided. */
export async function gated(report: Report, settings: Settings, gate: Gate, tools: GateTools): Promise<Report> {
  const strict = gate.release === null ? report : atRelease(report);
  if (!gate.onlyRegressions && gate.baseline === null) return strict;
  if (gate.baseline !== null) return strict.checkpoints.length === 0 ? strict : await againstOne(gate.baseline, strict, settings, gate, tools);
  if (strict.checkpoints.length + strict.notices.length === 0) return strict;
  const { change } = gate;
  if (change === null || tools.github === null) return withNotices(strict, [warning('There is no base branch here to compare with, so every finding counts. Name a `baseline`, or leave out `only-regressions`.')]);
  return await againstBase(strict, settings, { ...gate, change }, { ...tools, github: tools.github });
}

/** At a release everything that is named must be complete: one that is undecided is no pass. */
function atRelease(report: Report): Report {
  const undecided = report.checkpoints.filter(({ verdict }) => verdict === 'unknown');
  return withNotices(report, undecided.map(({ reference, origin }): Notice => ({
    severity: 'error', location: origin,
    message: prose`${reference} is released, but whether it is complete is not known. Name its base, or the class that it is released as: in the inputs ${'base'} and ${'class'} or the config file.`,
  })));
}

/** Every checkpoint against one that the user named: a committed snapshot (of the base branch: a change must not bring its own), the last release. */
async function againstOne(baseline: string, report: Report, settings: Settings, { change, repository }: Gate, { check }: GateTools): Promise<Report> {
  const target = asEntry(baseline, settings.targets[0]);
  const asked = { ...settings, targets: [target] };
  const [before] = (change === null ? await check(asked) : await checkAtCommit(check, asked, change.base, repository)).checkpoints;
  if (before !== undefined && before.obstacle === undefined) return onlyRegressions(report, { where: `in the baseline ${baseline}`, of: () => before, notices: [] });
  const message = prose`The baseline ${baseline} could not be read, so every finding counts: ${before?.reason ?? 'nothing stands there'}`;
  return withNotices(report, [{ severity: 'warning', message, location: null }]);
}

/** Every checkpoint against what stands in its place on the base branch. */
async function againstBase(report: Report, settings: Settings, gate: Gate & { readonly change: NonNullable<Gate['change']> }, { check, rules, github }: GateTools & { readonly github: GitHub }): Promise<Report> {
  const { change, head, configPath, repository } = gate;
  const before = await lookBefore(github, report, { change: { ...change, head }, configPath, rules, today: settings.today, hubEndpoint: settings.hub.endpoint });
  const listed = before.config?.checkpoints ?? [];
  /** What stands now where this stood: the same, or what the change moves it to. */
  const successor = new Map([...before.references].filter(([now]) => isLocal(now)).map(([now, old]) => [old, now]));
  const targets = [...new Set(before.references.values())].map((reference): Target => {
    const entry = entryOf(listed, reference) ?? entryOf(settings.targets, reference) ?? entryOf(settings.targets, successor.get(reference) ?? reference);
    return asEntry(reference, entry);
  });
  const old = targets.length === 0 ? null : await checkAtCommit(check, { ...settings, targets }, change.base, repository);
  const byReference = new Map(old?.checkpoints.map((checkpoint) => [checkpoint.reference, checkpoint]));
  const of = (checkpoint: CheckpointReport): CheckpointReport | null => {
    const old = byReference.get(before.references.get(checkpoint.reference) ?? '');
    return old === undefined ? null : asMoved(old, checkpoint.reference, before.moves);
  };
  // A base that the call names is the call's to correct; one that the base branch's config file names stands there too.
  const ofBases = (old?.notices ?? []).flatMap((notice) => {
    const { about } = notice;
    if (about === undefined || entryOf(listed, about.reference)?.base !== about.base) return [];
    return [{ ...notice, about: { ...about, reference: successor.get(about.reference) ?? about.reference } }];
  });
  const forgiven = onlyRegressions(report, { where: `on ${change.baseRef} at ${change.base.slice(0, 7)}`, of, notices: [...(before.config?.notices ?? []), ...ofBases] });
  return withNotices(forgiven, before.notices);
}

/** What is compared with, judged by the base and the class of an entry. */
function asEntry(reference: string, entry: Target | undefined): Target {
  return { reference, base: entry?.base ?? null, ...(entry?.class === undefined ? {} : { class: entry.class }), waivers: [], origin: null };
}

function entryOf(targets: readonly Target[], reference: string): Target | undefined {
  return targets.find((target) => referenceKey(target.reference) === referenceKey(reference));
}

function withNotices(report: Report, notices: readonly Notice[]): Report {
  return { ...report, notices: [...report.notices, ...notices] };
}

function warning(message: string): Notice {
  return { severity: 'warning', message: [message], location: null };
}
