import { isAbsolute, posix, relative, sep } from 'node:path';
import { UsageError } from '../errors.ts';
import { parseReference } from './parse.ts';

/** What to do about a place that a stranger may not have read. */
export const INSIDE_HINT = 'Name a path in the repository, from its root, or what is on the Hub: hf://org/name. Only the call itself (the inputs checkpoint and base) may name other places of this machine.';

/**
 * Whether a reference names a place of this machine that does not lie in a directory. Nothing is looked at: links are
 * for who reads.
 * @param directory absolute
 */
export function liesOutside(written: string, directory: string): boolean {
  const path = pathOf(written, directory);
  if (path === null) return false;
  const inner = relative(directory, path);
  return inner === '..' || inner.startsWith(`..${sep}`) || isAbsolute(inner);
}

/** Whether it names a place that no commit has, whichever directory that is checked out in. */
export function isNoPlaceOfCommit(written: string): boolean {
  const text = written.trim();
  if (/^file:/i.test(text) || posix.isAbsolute(text) || isAbsolute(text)) return true;
  return !/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && /^\.\.(?:\/|$)/.test(posix.normalize(text.replaceAll('\\', '/')));
}

function pathOf(written: string, directory: string): string | null {
  try {
    const reference = parseReference(written, { directory, hubEndpoint: 'https://huggingface.co' });
    return reference.kind === 'path' || reference.kind === 'snapshot' ? reference.path : null;
  } catch (error) {
    // Who opens it says what is wrong with it.
    if (error instanceof UsageError) return null;
    throw error;
  }
}
