import { posix } from 'node:path';
import { checkpointOf, isWeights } from '../discovery/checkpoint-files.ts';
import type { ChangedFile } from '../discovery/discover.ts';
import { folderOf } from '../discovery/files.ts';
import type { CheckpointReport } from '../report/report.ts';
import { isLocal } from './at-commit.ts';

/** Files that the change moves, by the path that each had before. */
export type Moves = ReadonlyMap<string, string>;

export function movesOf(files: readonly ChangedFile[]): Moves {
  return new Map(files.flatMap(({ path, status, previousPath }) => (status === 'renamed' && previousPath != null ? [[previousPath, path] as const] : [])));
}

/**
 * Where the checkpoint that now stands at a path of the repository was before; null where the change moves none there.
 * It goes by the weights: a config that comes from elsewhere brings no checkpoint with it.
 * @param pathsBefore every path of the base's commit; null where that is not known. What has weights there was there.
 */
export function movedFrom(reference: string, moves: Moves, pathsBefore: ReadonlySet<string> | null): string | null {
  const root = rootOf(reference);
  if (moves.size === 0) return null;
  if (pathsBefore !== null && [...pathsBefore].some((path) => isWeights(path) && belongsTo(path, root))) return null;
  for (const [before, now] of moves) {
    if (now === root) return before;
    if (!isWeights(now) || !belongsTo(now, root)) continue;
    const inner = posix.relative(root, now);
    if (before === inner) return '.';
    if (before.endsWith(`/${inner}`)) return before.slice(0, -inner.length - 1);
    // The file goes by another name as well.
    if (isWeights(before) && checkpointOf(now) === root) return checkpointOf(before);
  }
  return null;
}

/** What was found of the checkpoint before, as it reads now: under its new name, of its files by their new names. */
export function asMoved(before: CheckpointReport, reference: string, moves: Moves): CheckpointReport {
  if (!isLocal(before.reference) || !isLocal(reference)) return before;
  const [folderBefore, folder] = [before.reference, reference].map(folderOfCheckpoint);
  const nameNow = (path: string): string => {
    const now = moves.get(posix.join(folderBefore ?? '.', path));
    const name = now === undefined ? path : posix.relative(folder ?? '.', now);
    return name.startsWith('../') ? path : name;
  };
  const findings = before.findings.map((finding) => (finding.location === null ? finding : { ...finding, location: { ...finding.location, path: nameNow(finding.location.path) } }));
  return { ...before, reference, findings };
}

function folderOfCheckpoint(reference: string): string {
  const root = rootOf(reference);
  return isWeights(root) ? folderOf(root) : root;
}

function rootOf(reference: string): string {
  return posix.normalize(reference.replaceAll('\\', '/')).replace(/\/$/, '');
}

/** Whether a file of weights is of the checkpoint at `root`: lies there, or below it, as the parts of a pipeline do. */
function belongsTo(path: string, root: string): boolean {
  return path === root || checkpointOf(path) === root || (root !== '.' && path.startsWith(`${root}/`));
}
