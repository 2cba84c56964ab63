import { readFile } from 'node:fs/promises';
import { info, setFailed, setSecret } from '@actions/core';
import { HeadcheckError, MalformedError } from '../errors.ts';
import { gated } from '../gate.ts';
import { checkAtCommit } from '../gate/at-commit.ts';
import { connect, type GitHub } from '../publish/client.ts';
import { logGuarded } from '../publish/log.ts';
import { CONFIG_PATH } from '../settings/config-path.ts';
import type { Call, Tools } from './call.ts';
import { isAside, isCommand, mayCommand, parseCommand, react, type SlashCommand } from './command.ts';
import { deliver } from './deliver.ts';
import { readEnvironment, type Environment } from './environment.ts';
import { readEvent, type Event } from './event.ts';
import { postForeignReport } from './foreign.ts';
import { readInputs, type Inputs } from './inputs.ts';
import { nothingDone } from './outputs.ts';
import { prepare } from './prepare.ts';
import { subjectOf } from './subject.ts';

/**
 * One run of the action, from the runner's variables to the exit code: 0 it passes, 1 findings at or above `fail-on`,
 * 2 it could not check. Never throws: what goes wrong is said in the log.
 */
export async function runAction(variables: Readonly<Record<string, string | undefined>>, tools: Tools): Promise<number> {
  try {
    const environment = readEnvironment(variables);
    const given = readInputs();
    const inputs = { ...given, githubToken: given.githubToken ?? environment.githubToken };
    for (const secret of [inputs.hubToken, inputs.githubToken ?? '', environment.hubToken ?? '']) if (secret !== '') setSecret(secret);
    const event = readEvent(environment.eventName, await payloadAt(environment.eventPath));
    if (event.kind === 'ignored') return nothing(event.why);
    const github = await connected(environment, inputs, tools.patience);
    return await handle(event, { ...tools, environment, inputs, github });
  } catch (error) {
    return failed(error);
  }
}

async function handle(event: Exclude<Event, { kind: 'ignored' }>, call: Call): Promise<number> {
  if (event.kind === 'workflow-run') return await postForeignReport(event, call);
  if (event.kind !== 'comment') return await checked(event, call, null);
  return await commanded(event, call);
}

/** Somebody may have asked for a check: obeyed where they may, and answered with a reaction. */
async function commanded(event: Extract<Event, { kind: 'comment' }>, call: Call): Promise<number> {
  const { github } = call;
  if (!isCommand(event.body)) return nothing('the comment is no command');
  if (github === null || !(await mayCommand(github, event.author))) return nothing('only people who can write to the repository may ask for a check');
  try {
    const command = parseCommand(event.body);
    await react(github, event.commentId, 'eyes');
    const code = await checked(event, isAside(command) ? { ...call, inputs: aside(call.inputs) } : call, command);
    await react(github, event.commentId, code === 0 ? '+1' : '-1');
    return code;
  } catch (error) {
    await react(github, event.commentId, 'confused');
    throw error;
  }
}

/**
 * How the answer to a question beside the pull request is posted: in a comment of its own. It says nothing about what
 * the pull request makes, so it mends no finding there, lifts no block and is no check of the commit.
 */
function aside(inputs: Inputs): Inputs {
  return { ...inputs, key: `/headcheck ${inputs.key}`, review: 'off', checkRun: null };
}

async function checked(event: Exclude<Event, { kind: 'ignored' | 'workflow-run' }>, call: Call, command: SlashCommand | null): Promise<number> {
  const { environment, inputs, github } = call;
  const subject = await subjectOf(event, { pullRequest: inputs.pullRequest, sha: environment.sha }, github);
  const { settings, notices, commit } = await prepare({ ...call, subject, command });
  const found = commit === null ? await call.check(settings) : await checkAtCommit(call.check, settings, commit, environment);
  const gate = { ...subject, onlyRegressions: inputs.onlyRegressions, baseline: inputs.baseline, configPath: inputs.config || CONFIG_PATH, repository: environment };
  const report = await gated({ ...found, notices: [...notices, ...found.notices] }, settings, gate, call);
  return await deliver(subject.head === '' ? report : { ...report, commit: subject.head }, settings.failOn, subject, call);
}

async function payloadAt(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new MalformedError(`The event's payload at ${path} cannot be read.`, 'Run this as a step of a GitHub workflow.', { cause });
  }
}

/** Null without a token: then everything that needs none is done all the same. */
async function connected({ apiUrl, serverUrl, repository, proxy, noProxy }: Environment, { githubToken: token }: Inputs, patience = 1): Promise<GitHub | null> {
  if (token === null) return null;
  return await connect({ apiUrl, serverUrl, repository, token }, { proxy: proxy === null ? null : { url: proxy, except: noProxy }, onWait: logGuarded, toolkit: () => import('@actions/github/lib/utils'), patience });
}

function nothing(why: string): number {
  info(`Nothing to do: ${why}.`);
  nothingDone();
  return 0;
}

/** The message of an error may quote a server or a file; the error command keeps it on one line of its own. */
function failed(error: unknown): number {
  if (error instanceof HeadcheckError) setFailed(`${error.message}\n${error.hint}`);
  else setFailed(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 2;
}
