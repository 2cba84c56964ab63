import { UsageError } from '../errors.ts';
import type { Report } from '../report/report.ts';
import type { GitHubAccess } from '../source/context.ts';
import { parseSettings } from '../settings/inputs.ts';
import type { Found } from '../publish/find-references.ts';
import type { ConfigFile } from '../settings/config-file.ts';
import type { Settings } from '../settings.ts';
import { githubOf, inputsOf } from './environment.ts';
import { readConfig } from './files.ts';
import type { Host, Parts } from './host.ts';
import { watched } from './progress.ts';

/** The options that every command which checks has. */
export interface CheckOptions {
  readonly base?: string;
  readonly class?: string;
  readonly config?: string;
  readonly failOn?: string;
  /** The GitHub that the command was told of, where it is not the environment's. */
  readonly github?: GitHubAccess;
  /** Whether the config file may be that of a change which nobody has looked at yet: then it names nothing outside of the repository. */
  readonly isProposed?: boolean;
}

/** Looks for references elsewhere than in the arguments, besides what the config file lists. */
export type Find = (config: ConfigFile | null) => Promise<Found>;

/** Arguments, variables and the config file as settings, with what is to be said of the config file. */
export async function settingsOf(references: readonly string[], options: CheckOptions, host: Host, parts: Parts, find: Find | null = null): Promise<{ settings: Settings; notices: Report['notices'] }> {
  if (options.class?.trim() === '') throw new UsageError('--class takes the name of a class: found an empty text.', 'Name the class, as in --class BertForSequenceClassification, or leave the option out.');
  const config = await readConfig(options.config, options.isProposed ?? false, host, parts);
  const inputs = { ...inputsOf(host), checkpoints: references, base: options.base, class: options.class, failOn: options.failOn };
  // A person at a terminal may follow their own links; the runner of a stranger's pull request may not.
  const found = find === null ? null : await find(config);
  const settings = { ...parseSettings(inputs, config, found?.references ?? null), github: options.github ?? githubOf(host), followLinks: !host.env.CI };
  return { settings, notices: [...(config?.notices ?? []), ...(found?.notices ?? [])] };
}

/**
 * Checks, with a line of progress where somebody watches.
 * @throws UsageError where nothing was named to check
 */
export async function runCheck(references: readonly string[], options: CheckOptions, host: Host, parts: Parts, find: Find | null = null): Promise<{ report: Report; settings: Settings }> {
  const { settings, notices } = await settingsOf(references, options, host, parts, find);
  // A config file that lists none, or none that can be understood, has its notices to show.
  // A pull request that refers to none is in order; its comment may have to say that something is repaired.
  if (settings.targets.length === 0 && notices.length === 0 && find === null) {
    throw new UsageError('No checkpoint was named.', 'Name one, as in: headcheck check ./out/checkpoint --base hf://org/base-model');
  }
  const check = await parts.check();
  const report = await watched(host, async (watch) => await check(settings, watch));
  return { report: { ...report, notices: [...notices, ...report.notices] }, settings };
}
