import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FakeGitHub } from './github/fake-github.ts';

export interface Ended {
  readonly code: number | null;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface Step {
  readonly event: string;
  readonly payload: unknown;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly runId?: number;
}

/** What a process that runs several steps is sent for each; it answers with `{ code, log }`. */
export interface StepMessage { readonly env: Readonly<Record<string, string>> }

/** Defaults of `action.yml` that the runner fills in. */
const DEFAULTS = { config: '.github/headcheck.yml', 'only-regressions': 'false', comment: 'findings', review: 'comment', key: 'default', artifact: 'headcheck-report' };

/**
 * A GitHub runner as far as an action sees it: a workspace, the event's payload, the files for outputs and the summary,
 * and nothing else in the environment.
 */
export class Runner {
  readonly workspace: string;
  readonly #root: string;
  readonly #fake: FakeGitHub;
  #steps = 0;

  private constructor(root: string, fake: FakeGitHub) {
    this.#root = root;
    this.#fake = fake;
    this.workspace = join(root, 'workspace');
  }

  static async start(fake: FakeGitHub): Promise<Runner> {
    const runner = new Runner(await mkdtemp(join(tmpdir(), 'headcheck-runner-')), fake);
    await mkdir(runner.workspace);
    return runner;
  }

  async close(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }

  /** Runs a step of a job in a process of its own. `script` is the bundle that node is given. */
  async step(script: string, step: Step): Promise<Ended> {
    return await this.#run(step, async (env) => {
      const child = spawn(process.execPath, [resolve(script)], { cwd: this.workspace, env });
      let log = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { log += chunk.toString('utf8'); });
      const [code]: unknown[] = await once(child, 'close');
      return { code: typeof code === 'number' ? code : null, log };
    });
  }

  /** Runs a step in a process that stays for further ones. */
  async stepIn(worker: ChildProcess, step: Step): Promise<Ended> {
    return await this.#run(step, async (env) => {
      worker.send({ env });
      const [answer]: { code: number; log: string }[] = await once(worker, 'message');
      if (!answer) throw new Error('the worker did not answer');
      return answer;
    });
  }

  async #run({ event, payload, inputs = {}, variables = {}, runId = 100 }: Step, execute: (env: Record<string, string>) => Promise<{ code: number | null; log: string }>): Promise<Ended> {
    const folder = join(this.#root, `step-${++this.#steps}`);
    await mkdir(join(folder, 'temp'), { recursive: true });
    const [eventPath, output, summary] = [join(folder, 'event.json'), join(folder, 'output'), join(folder, 'summary')];
    await Promise.all([writeFile(eventPath, JSON.stringify(payload)), writeFile(output, ''), writeFile(summary, '')]);
    const { owner, name } = this.#fake.state;
    const given = Object.entries({ ...DEFAULTS, ...inputs }).map(([key, value]) => [`INPUT_${key.toUpperCase()}`, value]);
    const ended = await execute({
      PATH: process.env['PATH'] ?? '', GITHUB_ACTIONS: 'true', CI: 'true', GITHUB_API_URL: this.#fake.api, GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: `${owner}/${name}`,
      GITHUB_EVENT_NAME: event, GITHUB_EVENT_PATH: eventPath, GITHUB_REF: 'refs/heads/main', GITHUB_SHA: 'd'.repeat(40), GITHUB_RUN_ID: String(runId), GITHUB_RUN_ATTEMPT: '1',
      GITHUB_WORKSPACE: this.workspace, RUNNER_TEMP: join(folder, 'temp'), GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary,
      ...Object.fromEntries(given), ...variables,
    });
    return { ...ended, outputs: parseOutputs(await readFile(output, 'utf8')), summary: await readFile(summary, 'utf8') };
  }
}

/** A process for `stepIn`. */
export function startWorker(script: string): ChildProcess {
  return fork(resolve(script), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

/** The runner's file format: `name<<delimiter`, lines, `delimiter`. */
function parseOutputs(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/^([\w-]+)<<(\S+)\r?\n([^]*?)\r?\n?^\2$/gm)].map(([, name, , value]) => [name, value]));
}
