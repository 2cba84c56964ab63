import { posix } from 'node:path';
import type { Finding } from '../diagnosis/finding.ts';
import type { CheckpointReport } from '../report/report.ts';

/** A place in the repository. `line` is null for the file as a whole. */
export interface Place {
  readonly path: string;
  readonly line: number | null;
}

/**
 * Where in the repository a finding is to be shown: the line that made the reference, or, for a checkpoint that
 * lies in the repository itself, the file concerned. Null where neither is known, as for a Hub repo that a person named.
 */
export function placeOf(checkpoint: CheckpointReport, finding: Finding): Place | null {
  if (checkpoint.origin !== null) return checkpoint.origin;
  const path = insideRepository(checkpoint.reference);
  if (path === null) return null;
  if (finding.location === null) return { path, line: null };
  // A reference to a single file is itself the file that the finding names.
  const file = posix.basename(path) === finding.location.path ? path : posix.join(path, finding.location.path);
  return { path: insideRepository(file) ?? path, line: finding.location.line };
}

/** A reference as a path below the repository's root; null where it is none. */
function insideRepository(reference: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(reference) || reference.startsWith('/')) return null;
  const path = posix.normalize(reference.replaceAll('\\', '/'));
  return path.startsWith('..') || path === '.' ? null : path.replace(/\/$/, '');
}
