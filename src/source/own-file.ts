import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { AccessError } from '../errors.ts';
import { isWithin } from './directory.ts';

/**
 * Reads a text of the repository that a stranger may have put there. What is wrong with it will be quoted, so it must
 * not be another file under its name: of the machine, or of git, which may keep a token.
 * @param path absolute. One that does not lie below `root` is the caller's to answer for, and read as it is
 * @param root absolute
 * @throws AccessError where it is a link to such a file; what reading throws
 */
export async function readOwnFile(path: string, root: string): Promise<string> {
  if (!isWithin(path, root)) return await readFile(path, 'utf8');
  const [real, realRoot] = await Promise.all([realpath(path), realpath(root)]);
  if (!isWithin(real, realRoot) || isWithin(real, join(realRoot, '.git'))) {
    throw new AccessError(`${path.slice(root.length).replace(/^[\\/]+/, '')} is a link that leads out of the repository.`, 'Put the file itself there.');
  }
  return await readFile(real, 'utf8');
}
