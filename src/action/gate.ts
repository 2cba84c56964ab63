import { discover } from '../discovery/discover.ts';
import { changedFiles, reversed } from '../publish/changes.ts';
import { textAt } from '../publish/repository-files.ts';
import { referenceKey } from '../reference/key.ts';
import { onlyRegressions } from '../report/regressions.ts';
import { prose, type CheckpointReport, type Report } from '../report/report.ts';
import { CONFIG_PATH, parseConfigFile } from '../settings/config-file.ts';
import type { Settings, Target } from '../settings.ts';
import { checkAtCommit, isLocal } from './at-commit.ts';
import type { Call } from './call.ts';
import type { Subject } from './subject.ts';

/** The report, as the gate sees it: what the base branch has already does not count, and at a release nothing may be undecided. */
export async function gated(report: Report, settings: Settings, subject: Subject, call: Call): Promise<Report> {
  const strict = subject.release === null ? report : atRelease(report);
  if (!call.inputs.onlyRegressions || strict.checkpoints.length === 0) return strict;
  if (call.inputs.baseline !== null) return await againstOne(call.inputs.baseline, strict, settings, subject, call);
  if (subject.change === null || call.github === null) return withNotice(strict, 'There is no base branch here to compare with, so every finding counts. Name a `baseline`, or leave out `only-regressions`.');
  return await againstBase(strict, settings, subject, call);
}

/** At a release everything that is named must be complete: one that is undecided is no pass. */
function atRelease(report: Report): Report {
  const undecided = report.checkpoints.filter(({ verdict }) => verdict === 'unknown');
  const notices = undecided.map(({ reference, origin }) => ({
    severity: 'error' as const, location: origin,
    message: prose`${reference} is released, but whether it is complete is not known. Name its base: in the input ${'base'} or the config file.`,
  }));
  return { ...report, notices: [...report.notices, ...notices] };
}

/** Every checkpoint against one that the user named: a committed snapshot (of the base branch: a change must not bring its own), the last release. */
async function againstOne(baseline: string, report: Report, settings: Settings, subject: Subject, { check, environment }: Call): Promise<Report> {
  const target: Target = { reference: baseline, base: settings.targets[0]?.base ?? null, waivers: [], origin: null };
  const asked = { ...settings, targets: [target] };
  const before = subject.change === null ? await check(asked) : await checkAtCommit(check, asked, subject.change.base, environment);
  return onlyRegressions(report, { where: `in the baseline ${baseline}`, of: () => before.checkpoints[0] ?? null });
}

/** Every checkpoint against what stands in its place on the base branch. */
async function againstBase(report: Report, settings: Settings, subject: Subject, call: Call): Promise<Report> {
  const { change } = subject;
  if (change === null) return report;
  const before = await referencesBefore(report, subject, call);
  const targets = [...new Set(before.values())].map((reference): Target => ({ reference, base: targetOf(settings, reference)?.base ?? null, waivers: [], origin: null }));
  if (targets.length === 0) return report;
  const old = await checkAtCommit(call.check, { ...settings, targets }, change.base, call.environment);
  const byReference = new Map(old.checkpoints.map((checkpoint) => [checkpoint.reference, checkpoint]));
  const of = (checkpoint: CheckpointReport): CheckpointReport | null => byReference.get(before.get(checkpoint.reference) ?? '') ?? null;
  return onlyRegressions(report, { where: `on ${change.baseRef} at ${change.base.slice(0, 7)}`, of });
}

/**
 * What stood in the place of each reference: the same path; the same reference, where the base's config file lists it
 * too; or, for one that a changed line makes, the one that this line made before. What has no predecessor is new.
 */
async function referencesBefore(report: Report, subject: Subject, call: Call): Promise<ReadonlyMap<string, string>> {
  const { github, inputs, rules, today } = call;
  const before = new Map<string, string>();
  if (github === null || subject.change === null) return before;
  const path = inputs.config || CONFIG_PATH;
  const config = await textAt(github, subject.change.base, path);
  const listed = config === null ? [] : parseConfigFile(config, path, { rules: rules.map(({ id }) => id), today }).checkpoints.map(({ reference }) => referenceKey(reference));
  const removed = await removedReferences(subject, call);
  for (const { reference, origin } of report.checkpoints) {
    const there = removed.filter((old) => old.origin?.path === origin?.path);
    const [only] = there;
    if (isLocal(reference) || listed.includes(referenceKey(reference))) before.set(reference, reference);
    else if (only && there.length === 1) before.set(reference, only.reference);
  }
  return before;
}

async function removedReferences(subject: Subject, { github, environment }: Call): Promise<Awaited<ReturnType<typeof discover>>['references']> {
  if (github === null || subject.change === null) return [];
  const files = await changedFiles(github, { ...subject.change, head: subject.head });
  const { references } = await discover({ files: reversed(files ?? []), body: null, config: [], ...(environment.hubEndpoint === null ? {} : { hubEndpoint: environment.hubEndpoint }) });
  return references;
}

function targetOf({ targets }: Settings, reference: string): Target | undefined {
  return targets.find((target) => referenceKey(target.reference) === referenceKey(reference));
}

function withNotice(report: Report, message: string): Report {
  return { ...report, notices: [...report.notices, { severity: 'warning', message: [message], location: null }] };
}
