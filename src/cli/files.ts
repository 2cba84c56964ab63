import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { NotFoundError, UsageError } from '../errors.ts';
import type { ConfigFile } from '../settings/config-file.ts';
import { CONFIG_PATH } from '../settings/config-path.ts';
import { dayOf } from './environment.ts';
import type { Host, Parts } from './host.ts';

/**
 * Reads the config file: the one that was named, or the usual one where it exists.
 * @throws NotFoundError where a file that was named can't be read
 */
export async function readConfig(named: string | undefined, host: Host, parts: Parts): Promise<ConfigFile | null> {
  const path = named ?? CONFIG_PATH;
  let text: string;
  try {
    text = await readFile(resolve(host.directory, path), 'utf8');
  } catch (cause) {
    if (named === undefined && isAbsence(cause)) return null;
    throw new NotFoundError(`The config file ${path} can't be read.`, 'Check the path given to --config; it is relative to the current directory.', { cause });
  }
  const { parseConfigFile } = await import('../settings/config-file.ts');
  const rules = (await parts.rules()).map(({ id }) => id);
  return parseConfigFile(text, path, { rules, today: dayOf(host.now) });
}

/**
 * Reads a file that the user named.
 * @throws NotFoundError where it can't be read
 */
export async function readText(path: string, host: Host, hint: string): Promise<string> {
  try {
    return await readFile(resolve(host.directory, path), 'utf8');
  } catch (cause) {
    throw new NotFoundError(`The file ${path} can't be read.`, hint, { cause });
  }
}

/**
 * Writes a file that the user named.
 * @throws UsageError where it can't be written
 */
export async function writeText(path: string, text: string, host: Host): Promise<void> {
  try {
    await writeFile(resolve(host.directory, path), text);
  } catch (cause) {
    throw new UsageError(`The file ${path} can't be written.`, 'Check that its directory exists and may be written to.', { cause });
  }
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
