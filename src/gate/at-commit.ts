import { posix } from 'node:path';
import { UsageError } from '../errors.ts';
import { formatRepositoryReference } from '../reference/github.ts';
import { INSIDE_HINT, isNoPlaceOfCommit } from '../reference/outside.ts';
import { failedReport, overallVerdict } from '../report/assemble.ts';
import { prose, type CheckpointReport, type Finding, type Notice, type Prose, type Report } from '../report/report.ts';
import type { Settings, Target } from '../settings.ts';

/** Whether a reference names a place in the repository. */
export function isLocal(reference: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:\/\//i.test(reference) && !posix.isAbsolute(reference);
}

/** Where the repository is. */
export interface Repository {
  readonly serverUrl: string;
  /** `owner/name` */
  readonly repository: string;
}

/**
 * Checks what the settings name as it stands at a commit, read from GitHub without a checkout: nothing of a
 * stranger's change comes to lie on the runner. In the report the references are as they were written.
 */
export async function checkAtCommit(check: (settings: Settings) => Promise<Report>, settings: Settings, commit: string, { serverUrl, repository }: Repository): Promise<Report> {
  const written = new Map<string, string>();
  const inOrder = new Map<string, string[]>();
  const there = (reference: string): string => {
    if (!isLocal(reference)) return reference;
    const path = posix.normalize(reference.replaceAll('\\', '/')).replace(/\/$/, '');
    const formatted = formatRepositoryReference(serverUrl, repository, commit, path === '.' ? null : path);
    written.set(formatted, reference);
    return formatted;
  };
  const say = (text: string): string => [...written].sort(([a], [b]) => b.length - a.length).reduce((said, [formatted, reference]) => said.replaceAll(formatted, reference), text);
  const { within, refused, notices: ofBases } = withoutOutside(settings.targets);
  const targets = within.map((target): Target => ({ ...target, reference: there(target.reference), base: target.base === null ? null : there(target.base) }));
  const report = await check({ ...settings, targets });
  // The reports are in the order of the targets: two ways to write one path stay two.
  targets.forEach(({ reference }, i) => { inOrder.set(reference, [...(inOrder.get(reference) ?? []), within[i]?.reference ?? reference]); });
  const checkpoints = report.checkpoints.map((checkpoint) => ({ ...spoken(checkpoint, say), reference: inOrder.get(checkpoint.reference)?.shift() ?? checkpoint.reference }));
  const notices = report.notices.map(({ about, message, ...notice }) => ({ ...notice, message: proseBy(message, say), ...(about === undefined ? {} : { about: { reference: say(about.reference), base: about.base === null ? null : say(about.base) } }) }));
  const all = [...checkpoints, ...refused];
  return { ...report, verdict: refused.length === 0 ? report.verdict : overallVerdict(all), checkpoints: all, notices: [...ofBases, ...notices] };
}

/** The targets that a commit can have, with the bases that it can have. Above its root there is nothing of it: an address made of such a path would lead to another repository. */
function withoutOutside(targets: readonly Target[]): { readonly within: readonly Target[]; readonly refused: readonly CheckpointReport[]; readonly notices: readonly Notice[] } {
  const isOutside = (reference: string): boolean => isLocal(reference) && isNoPlaceOfCommit(reference);
  const error = (reference: string): UsageError => new UsageError(`"${reference}" lies outside of the repository.`, INSIDE_HINT);
  const notices: Notice[] = [];
  const within = targets.filter(({ reference }) => !isOutside(reference)).map((target) => {
    const { reference, base, origin } = target;
    if (base === null || !isOutside(base)) return target;
    notices.push({ severity: 'error', message: prose`The base ${base} could not be read: it lies outside of the repository. ${[INSIDE_HINT]}`, location: origin, obstacle: 'state', about: { reference, base } });
    return { ...target, base: null };
  });
  return { within, notices, refused: targets.filter(({ reference }) => isOutside(reference)).map((target) => failedReport(target, error(target.reference))) };
}

type Say = (text: string) => string;

/** Its base and its sentences with other names for places. */
function spoken(checkpoint: CheckpointReport, say: Say): CheckpointReport {
  const { base, reason, findings, skipped } = checkpoint;
  return {
    ...checkpoint,
    base: base === null ? null : { ...base, reference: say(base.reference) },
    reason: reason === null ? null : proseBy(reason, say),
    findings: findings.map((finding) => findingBy(finding, say)),
    skipped: skipped.map(({ rule, reason: why }) => ({ rule, reason: say(why) })),
  };
}

function findingBy(finding: Finding, say: Say): Finding {
  const { title, message, cause, fix } = finding;
  return {
    ...finding, title: proseBy(title, say), message: proseBy(message, say), cause: cause === null ? null : proseBy(cause, say),
    fix: fix === null ? null : { steps: proseBy(fix.steps, say), code: fix.code === null ? null : { ...fix.code, text: say(fix.code.text) } },
  };
}

function proseBy(text: Prose, say: Say): Prose {
  return text.map((part) => (typeof part === 'string' ? say(part) : { ...part, code: say(part.code) }));
}
