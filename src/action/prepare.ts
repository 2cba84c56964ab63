import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { HeadcheckError, UsageError } from '../errors.ts';
import type { GitHub } from '../publish/client.ts';
import { findReferences, type FoundReference } from '../publish/find-references.ts';
import { textAt } from '../publish/repository-files.ts';
import { INSIDE_HINT, isNoPlaceOfCommit } from '../reference/outside.ts';
import { prose, type Report } from '../report/report.ts';
import { confined } from '../settings/confine.ts';
import { CONFIG_PATH, parseConfigFile, type ConfigFile } from '../settings/config-file.ts';
import { parseSettings } from '../settings/inputs.ts';
import type { Settings } from '../settings.ts';
import { readOwnFile } from '../source/own-file.ts';
import type { SlashCommand } from './command.ts';
import type { Environment } from './environment.ts';
import type { Inputs } from './inputs.ts';
import type { Subject } from './subject.ts';

export interface Prepared {
  readonly settings: Settings;
  /** The commit at which local references are to be read, where none is checked out; null for the workspace. */
  readonly commit: string | null;
  /** About the config file and the search, to be shown with the report. */
  readonly notices: Report['notices'];
}

export interface Setting {
  readonly environment: Environment;
  readonly inputs: Inputs;
  readonly subject: Subject;
  /** What a person asked for in a comment; null where the event did. */
  readonly command: SlashCommand | null;
  readonly github: GitHub | null;
  readonly rules: readonly { readonly id: string }[];
  /** An ISO date. */
  readonly today: string;
}

/**
 * Makes the settings of the check: from the inputs, else from what the change refers to; with the config file of the
 * commit that the workflow trusts.
 */
export async function prepare(setting: Setting): Promise<Prepared> {
  const { environment, inputs, subject, command, github } = setting;
  if (command !== null) refuseOutside(command);
  const { config, notices: ofConfig } = await readConfig(setting);
  const named = command !== null && command.references.length > 0 ? command.references : inputs.checkpoint;
  const isNamed = named.length > 0 && (typeof named !== 'string' || named.trim() !== '');
  const found = isNamed ? null : await findReferences(github, subject, config, environment.hubEndpoint, subject.hasCheckout ? environment.workspace : null);
  const settings = settingsOf(setting, config, named, found?.references ?? null);
  const notices = [...ofConfig, ...(found?.notices ?? [])];
  // What the workflow's author names is theirs to provide; what a stranger's change names is read from GitHub.
  const isAuthors = isNamed && command === null;
  return { settings, notices, commit: subject.hasCheckout || isAuthors ? null : subject.head };
}

/** What a comment names is read at the head of the pull request, never from the runner's disk. */
function refuseOutside({ references, base }: SlashCommand): void {
  for (const written of [...references, ...(base === null ? [] : [base])]) {
    if (isNoPlaceOfCommit(written)) throw new UsageError(`/headcheck does not read "${written}", which lies outside of the repository.`, INSIDE_HINT);
  }
}

function settingsOf({ environment, inputs, command, today }: Setting, config: ConfigFile | null, named: string | readonly string[], found: readonly FoundReference[] | null): Settings {
  const settings = parseSettings({
    checkpoints: named, base: command?.base ?? inputs.base, class: command?.class ?? inputs.class, failOn: inputs.failOn,
    hubEndpoint: environment.hubEndpoint, hubToken: inputs.hubToken || environment.hubToken,
    directory: environment.workspace, proxy: environment.proxy, noProxy: environment.noProxy.join(','), today,
  }, config, found);
  const { apiUrl, serverUrl, repository } = environment;
  return { ...settings, github: { apiUrl, serverUrl, repository, token: inputs.githubToken }, followLinks: false };
}

interface Config {
  readonly config: ConfigFile | null;
  readonly notices: Report['notices'];
}

/**
 * Null where there is none; a file that was named and is absent is an error. One that could not be had is told of: what
 * it lists, waives and demands is not known, so the check cannot be whole.
 */
async function readConfig(setting: Setting): Promise<Config> {
  const { inputs, rules, today } = setting;
  const path = inputs.config || CONFIG_PATH;
  let text: string | null;
  try {
    text = await configText(setting, path);
  } catch (error) {
    if (!(error instanceof HeadcheckError)) throw error;
    const message = [...prose`The config file ${path} could not be read: ${error.message}`, ` ${error.hint}`];
    return { config: null, notices: [{ severity: 'error', message, location: null, obstacle: 'moment' }] };
  }
  if (text !== null) {
    const parsed = parseConfigFile(text, path, { rules: rules.map(({ id }) => id), today });
    const config = isProposed(setting.subject) ? confined(parsed, setting.environment.workspace) : parsed;
    return { config, notices: config.notices };
  }
  if (path === CONFIG_PATH) return { config: null, notices: [] };
  throw new UsageError(`There is no config file ${path}.`, 'Check out the repository before this step, or correct the input `config`.');
}

/** Whether the config file is that of a change which nobody may have looked at yet. */
function isProposed({ ownsConfig, change }: Subject): boolean {
  return ownsConfig && change !== null;
}

/**
 * The checkout's own file. Without a checkout GitHub is asked: for that of the base where the head is not trusted,
 * because who writes the waivers decides what passes.
 */
async function configText({ environment, subject, github }: Setting, path: string): Promise<string | null> {
  if (subject.ownsConfig) {
    const file = isAbsolute(path) ? path : join(environment.workspace, path);
    if (existsSync(file)) return isProposed(subject) ? await readOwnFile(file, environment.workspace) : await readFile(file, 'utf8');
    // What was checked out has none; what was not cannot be looked up.
    if (github === null) return null;
  }
  if (github === null) throw new UsageError('There is no token for GitHub.', 'Leave the input github-token at its default.');
  return await textAt(github, subject.ownsConfig ? subject.head : (subject.change?.base ?? subject.head), path);
}
