import { posix } from 'node:path';
import { formatRepositoryReference } from '../reference/github.ts';
import type { Report } from '../report/report.ts';
import type { Settings, Target } from '../settings.ts';
import type { Environment } from './environment.ts';

/** Whether a reference names a place in the repository. */
export function isLocal(reference: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:\/\//i.test(reference) && !posix.isAbsolute(reference);
}

/**
 * Checks what the settings name as it stands at a commit, read from GitHub without a checkout: nothing of a
 * stranger's change comes to lie on the runner. In the report the references are as they were written.
 */
export async function checkAtCommit(check: (settings: Settings) => Promise<Report>, settings: Settings, commit: string, environment: Environment): Promise<Report> {
  const there = (reference: string): string => {
    const path = posix.normalize(reference.replaceAll('\\', '/')).replace(/\/$/, '');
    return isLocal(reference) ? formatRepositoryReference(environment.serverUrl, environment.repository, commit, path === '.' ? null : path) : reference;
  };
  const targets = settings.targets.map((target): Target => ({ ...target, reference: there(target.reference), base: target.base === null ? null : there(target.base) }));
  const report = await check({ ...settings, targets });
  // One report a target, in the same order.
  const checkpoints = report.checkpoints.map((checkpoint, i) => ({ ...checkpoint, reference: settings.targets[i]?.reference ?? checkpoint.reference }));
  return { ...report, checkpoints };
}
