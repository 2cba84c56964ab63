import { INSIDE_HINT, liesOutside } from '../reference/outside.ts';
import { prose } from '../report/report.ts';
import { reportError } from './notices.ts';
import type { ConfigFile } from './config-file.ts';
import type { Notice } from './notices.ts';

/**
 * The config file without what lies outside of the repository: who proposes a change writes it, and what is read is told
 * in a comment. A checkpoint that only has its base there is checked without it. Each is an error, with its line.
 * @param directory the repository's, absolute
 */
export function confined(config: ConfigFile, directory: string): ConfigFile {
  const list: Notice[] = [...config.notices];
  const refuse = (reference: string, line: number | null): void => {
    reportError({ path: config.path, list }, line, prose`${reference} lies outside of the repository, so it is not read. ${[INSIDE_HINT]}`);
  };
  const checkpoints = config.checkpoints.flatMap((target) => {
    const { reference, base, origin } = target;
    if (liesOutside(reference, directory)) {
      refuse(reference, origin?.line ?? null);
      return [];
    }
    if (base === null || !liesOutside(base, directory)) return [target];
    refuse(base, origin?.line ?? null);
    return [{ ...target, base: null }];
  });
  return { ...config, checkpoints, notices: list };
}
