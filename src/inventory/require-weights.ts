import { NotFoundError } from '../errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { weightFile } from './weight-files.ts';

/** Folders that the message names; who has more of them knows where they are. */
const FOLDERS_NAMED = 3;

/**
 * Refuses a place without weights, where each parameter would be told as missing though nothing was ever saved there.
 * @throws NotFoundError saying what lies there, and where weights do
 */
export function requireWeights(checkpoint: Checkpoint, reference: string): Checkpoint {
  if (checkpoint.format !== 'none') return checkpoint;
  const { files } = checkpoint;
  const below = [...new Set(files.filter((file) => weightFile(file) !== null).map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)))].sort();
  if (files.length === 0) throw new NotFoundError(`${reference} is empty.`, 'Name the directory or file that holds the checkpoint.');
  const named = below.slice(0, FOLDERS_NAMED).join(', ');
  const more = below.length > FOLDERS_NAMED ? ` and ${below.length - FOLDERS_NAMED} more` : '';
  const hint = below.length === 0 ? 'Name the directory or file that holds the checkpoint.' : `Name the directory that does: weights lie in ${named}${more}.`;
  throw new NotFoundError(`${reference} holds no weights.`, hint);
}
