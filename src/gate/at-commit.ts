import { posix } from 'node:path';
import { formatRepositoryReference } from '../reference/github.ts';
import type { Report } from '../report/report.ts';
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
  const asWritten = (reference: string): string => written.get(reference) ?? reference;
  const targets = settings.targets.map((target): Target => ({ ...target, reference: there(target.reference), base: target.base === null ? null : there(target.base) }));
  const report = await check({ ...settings, targets });
  // The reports are in the order of the targets: two ways to write one path stay two.
  targets.forEach(({ reference }, i) => { inOrder.set(reference, [...(inOrder.get(reference) ?? []), settings.targets[i]?.reference ?? reference]); });
  const checkpoints = report.checkpoints.map((checkpoint) => ({ ...checkpoint, reference: inOrder.get(checkpoint.reference)?.shift() ?? checkpoint.reference }));
  const notices = report.notices.map((notice) => (notice.about === undefined ? notice : { ...notice, about: { reference: asWritten(notice.about.reference), base: asWritten(notice.about.base) } }));
  return { ...report, checkpoints, notices };
}
