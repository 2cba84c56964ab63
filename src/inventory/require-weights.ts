import { MalformedError, NotFoundError, UnreachableError } from '../errors.ts';
import type { SourceFile } from '../source/source.ts';
import type { Checkpoint } from './checkpoint.ts';
import { isSavedName } from './selection.ts';
import { shardedState } from './sharded-state.ts';
import { weightFile } from './weight-files.ts';

/** Folders that the message names; who has more of them knows where they are. */
const FOLDERS_NAMED = 3;

/**
 * Refuses a place without weights, where each parameter would be told as missing though nothing was ever saved there,
 * and a file that neither its name nor its content says to be of weights.
 * @throws NotFoundError saying what lies there, and where weights do; MalformedError for such a file
 */
export function requireWeights(checkpoint: Checkpoint, reference: string): Checkpoint {
  if (checkpoint.format !== 'none') return requireSome(checkpoint, reference);
  const { files } = checkpoint;
  const state = files.find((file) => !file.path.includes('/') && weightFile(file)?.role === 'training-state');
  const below = [...new Set(files.filter((file) => file.path.includes('/') && weightFile(file) !== null).map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)))].sort();
  if (files.length === 0) throw new NotFoundError(`${reference} is empty.`, 'Name the directory or file that holds the checkpoint.');
  const isSaved = (file: SourceFile): boolean => {
    const weights = weightFile(file);
    return weights !== null && isSavedName(weights);
  };
  const sharded = files.some(isSaved) ? null : shardedState(files);
  if (sharded !== null) throw new NotFoundError(`${reference} holds no weights that a loader takes: ${sharded.by} left them in \`${sharded.at}\`, parted over its ranks.`, `Put them together first: \`${sharded.command}\``);
  const root = reference.replace(/\/+$/, '');
  const named = below.slice(0, FOLDERS_NAMED).map((folder) => `\`${root}/${folder.replace(/\/$/, '')}\``).join(', ');
  const more = below.length > FOLDERS_NAMED ? ` and ${below.length - FOLDERS_NAMED} more` : '';
  const hint = below.length === 0 ? 'Name the directory or file that holds the checkpoint.' : `Name the directory that does: weights lie in ${named}${more}.`;
  throw new NotFoundError(state === undefined ? `${reference} holds no weights.` : `${reference} holds no weights, only \`${state.path}\`, ${stateOf(state.path)}.`, hint);
}

/** What a file of a training run holds, by its name. */
function stateOf(path: string): string {
  const what = /^(optimizer|scheduler|scaler)/.exec(path)?.[1];
  return what === undefined ? 'state of the training run' : `the ${what}'s state`;
}

/** A file under the name of weights that holds none is broken; `note.txt` was never meant to be a checkpoint. */
function requireSome(checkpoint: Checkpoint, reference: string): Checkpoint {
  const [file, second] = checkpoint.files;
  const [problem] = checkpoint.problems;
  if (file === undefined || second !== undefined || checkpoint.parts.some(({ state }) => state === 'read') || weightFile(file) !== null) return checkpoint;
  const what = problem?.kind === 'other-content' ? ` It is ${problem.what}.` : problem?.kind === 'empty-file' ? ' It is empty (0 bytes).' : '';
  if (what === '' && problem?.kind !== 'malformed-header') return checkpoint;
  throw new MalformedError(`${reference} holds no weights.${what}`, 'Name a directory, a file of weights (.safetensors, .bin, .gguf) or a snapshot (.headcheck.json).');
}

/** How files break the rules of PyTorch's format that were never written as weights. A cut-off archive is no such file. */
const NEVER_WEIGHTS: ReadonlySet<string> = new Set(['not-torch', 'pickle-absent']);

/**
 * Whether all there is is one PyTorch file of a name of nobody's, and it turns out to hold no state dict: PyTorch saves
 * any object under these endings. What is cut off, not here, or not to be had may hold one.
 */
export function holdsNoModel({ format, parts, problems, tensors }: Checkpoint): boolean {
  const [part, second] = parts;
  const file = part === undefined || second !== undefined ? null : weightFile({ path: part.path, size: 0, sha256: null });
  if (format !== 'torch' || file === null || file.shard !== null || isSavedName(file)) return false;
  const isNone = problems.every((problem) => problem.kind === 'other-content' || problem.kind === 'unsafe-pickle' || problem.kind === 'header-warning' || (problem.kind === 'malformed-header' && NEVER_WEIGHTS.has(problem.violation)) || problem.path !== file.file.path);
  // Parameters of modules have dotted names; those of a single layer these two. A batch of data has neither.
  return isNone && !tensors.columns.names.some((name) => name.includes('.') || name === 'weight' || name === 'bias');
}

/**
 * Refuses a base of which a part can't be read: what it lacks would be told as more than the base has, of a checkpoint
 * that is in order.
 * @throws UnreachableError where trying again may help, else NotFoundError or MalformedError
 */
export function requireWhole(base: Checkpoint, reference: string): Checkpoint {
  const lacking = base.parts.find(({ state }) => state !== 'read');
  if (lacking === undefined) return base;
  const problem = base.problems.find(({ path }) => path === lacking.path);
  const hint = 'Name a base whose weights are all there, or a snapshot of it.';
  switch (problem?.kind) {
    case 'unreachable': throw new UnreachableError(`${lacking.path} of ${reference} could not be read: ${problem.message}`, problem.hint);
    case undefined: throw new NotFoundError(`${reference} lacks ${lacking.path}.`, hint);
    case 'pointer': throw new NotFoundError(`${lacking.path} of ${reference} is a Git LFS pointer; the weights are not here.`, `${hint} \`git lfs pull\` fetches what pointers stand for.`);
    case 'malformed-header': throw new MalformedError(`${lacking.path} of ${reference} is broken: ${problem.message}`, hint);
    default: throw new MalformedError(`${lacking.path} of ${reference} holds no weights that can be read.`, hint);
  }
}
