import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AccessError, NotFoundError, UsageError } from '../errors.ts';
import type { ConfigFile } from '../settings/config-file.ts';
import { CONFIG_PATH } from '../settings/config-path.ts';
import { dayOf } from './environment.ts';
import type { Host, Parts } from './host.ts';

/**
 * Reads the config file: the one that was named, or the usual one where it exists.
 * @param isProposed whether it may be that of a change which nobody has looked at yet
 * @throws NotFoundError where a file that was named can't be read; AccessError where a change has put a link there
 */
export async function readConfig(named: string | undefined, isProposed: boolean, host: Host, parts: Parts): Promise<ConfigFile | null> {
  const path = named ?? CONFIG_PATH;
  let text: string;
  try {
    const file = resolve(host.directory, path);
    text = isProposed ? await (await import('../source/own-file.ts')).readOwnFile(file, host.directory) : await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof AccessError) throw cause;
    if (named === undefined && isAbsence(cause)) return null;
    throw new NotFoundError(`The config file ${path} can't be read.`, 'Check the path given to --config; it is relative to the current directory.', { cause });
  }
  const { parseConfigFile } = await import('../settings/config-file.ts');
  const rules = (await parts.rules()).map(({ id }) => id);
  const config = parseConfigFile(text, path, { rules, today: dayOf(host.now) });
  return isProposed ? (await import('../settings/confine.ts')).confined(config, host.directory) : config;
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
