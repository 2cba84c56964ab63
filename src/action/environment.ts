import { tmpdir } from 'node:os';
import * as v from 'valibot';
import { UsageError } from '../errors.ts';

/** What the runner says about the job, from the variables that it sets. */
export interface Environment {
  readonly apiUrl: string;
  readonly serverUrl: string;
  /** `owner/name` */
  readonly repository: string;
  readonly eventName: string;
  /** File with the event's payload. */
  readonly eventPath: string;
  /** `refs/heads/main`, `refs/tags/v1`, `refs/pull/7/merge`, … */
  readonly ref: string;
  readonly sha: string;
  readonly runId: number;
  readonly runAttempt: number;
  /** The checkout, if there is one. */
  readonly workspace: string;
  /** A folder that the runner empties after the job. */
  readonly temp: string;
  /** The file that becomes the job summary. */
  readonly summary: string | null;
  readonly proxy: string | null;
  /** Hosts that go without it. */
  readonly noProxy: readonly string[];
  readonly hubEndpoint: string | null;
  readonly hubToken: string | null;
  /** For where the input is left out and the step's `env` has it. */
  readonly githubToken: string | null;
}

const text = v.pipe(v.string(), v.nonEmpty());
const count = v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number), v.safeInteger());
const Variables = v.object({
  GITHUB_API_URL: v.optional(text, 'https://api.github.com'),
  GITHUB_SERVER_URL: v.optional(text, 'https://github.com'),
  GITHUB_REPOSITORY: v.pipe(text, v.regex(/^(?!\.{1,2}\/)[\w.-]+\/(?!\.{1,2}$)[\w.-]+$/)),
  GITHUB_EVENT_NAME: text,
  GITHUB_EVENT_PATH: text,
  GITHUB_REF: v.optional(v.string(), ''),
  GITHUB_SHA: v.optional(v.string(), ''),
  GITHUB_RUN_ID: v.optional(count, '0'),
  GITHUB_RUN_ATTEMPT: v.optional(count, '1'),
  // Some runners that are compatible with GitHub's leave these out.
  GITHUB_WORKSPACE: v.optional(text, () => process.cwd()),
  RUNNER_TEMP: v.optional(text, () => tmpdir()),
});

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the runner's variables: the only place that does.
 * @throws UsageError naming the variable that is absent or wrong, as where this is run outside of a workflow
 */
export function readEnvironment(variables: Variables): Environment {
  // A runner sets some variables to nothing where it has nothing to say.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = v.safeParse(Variables, given);
  if (!parsed.success) {
    throw new UsageError(`The variable ${v.getDotPath(parsed.issues[0]) ?? 'of the runner'} is absent or wrong.`, 'Run this as a step of a GitHub workflow; elsewhere use the command line.');
  }
  const { output } = parsed;
  const first = (...names: readonly string[]): string | null => names.map((name) => given[name]).find((value) => value !== undefined) ?? null;
  return {
    apiUrl: output.GITHUB_API_URL, serverUrl: output.GITHUB_SERVER_URL, repository: output.GITHUB_REPOSITORY,
    eventName: output.GITHUB_EVENT_NAME, eventPath: output.GITHUB_EVENT_PATH, ref: output.GITHUB_REF, sha: output.GITHUB_SHA,
    runId: output.GITHUB_RUN_ID, runAttempt: output.GITHUB_RUN_ATTEMPT, workspace: output.GITHUB_WORKSPACE, temp: output.RUNNER_TEMP,
    summary: first('GITHUB_STEP_SUMMARY'), proxy: first('HTTPS_PROXY', 'https_proxy'), noProxy: (first('NO_PROXY', 'no_proxy') ?? '').split(/[\s,]+/).filter((host) => host !== ''),
    hubEndpoint: first('HF_ENDPOINT'), hubToken: first('HF_TOKEN'), githubToken: first('GITHUB_TOKEN'),
  };
}

/** A run of the repository's workflows, to be pointed to in a comment. */
export function runLink({ serverUrl, repository }: Environment, id: number): { readonly text: string; readonly url: string } {
  return { text: `run ${id}`, url: `${serverUrl}/${repository}/actions/runs/${id}` };
}
