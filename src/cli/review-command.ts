import { MalformedError, UsageError } from '../errors.ts';
import { exitCode } from '../report/exit-code.ts';
import type { PullTarget, ReviewRequest } from '../publish/review-command.ts';
import { prose } from '../report/report.ts';
import type { Report } from '../report/report.ts';
import { parseSettings } from '../settings/inputs.ts';
import type { Settings } from '../settings.ts';
import { warn } from './complain.ts';
import { githubOf, inputsOf, runOf } from './environment.ts';
import { readText } from './files.ts';
import { gateReport, type GateOptions, type Reviewed } from './gate-report.ts';
import type { Host, Parts } from './host.ts';
import { runCheck, settingsOf } from './run-check.ts';
import type { CheckOptions, Find } from './run-check.ts';
import { reportFiles, writeReports } from './write-reports.ts';

export interface ReviewCommandOptions extends CheckOptions, GateOptions {
  readonly repo?: string;
  readonly pullRequest: string;
  readonly token?: string;
  readonly apiUrl?: string;
  readonly serverUrl?: string;
  readonly report?: string;
  readonly key: string;
  readonly comment: ReviewRequest['comment'];
  readonly review: ReviewRequest['review'];
  readonly checkRun?: string;
  readonly head?: string;
  readonly output?: readonly string[];
}

/** `headcheck review`: checks, or takes a report that is there already, and posts it to a pull request. */
export async function reviewCommand(references: readonly string[], options: ReviewCommandOptions, host: Host, parts: Parts): Promise<number> {
  const target = targetOf(options, host);
  const files = reportFiles(options.output);
  const reviewed = await reviewedOf(target, options, host, parts);
  const { report: found, settings } = options.report === undefined
    ? await runCheck(references, { ...options, github: target }, host, parts, references.length > 0 || reviewed === null ? null : finder(reviewed, host, parts))
    : await fromFile(options.report, options, host, parts);
  const report = await gateReport(found, settings, options, reviewed, host, parts);
  await writeReports(report, files, host, parts);
  const review = await parts.review();
  const done = await review({
    ...target,
    ...runOf(host),
    report,
    head: reviewed?.head ?? options.head ?? null,
    key: options.key,
    comment: options.comment,
    review: options.review,
    checkRun: options.checkRun ?? null,
    failOn: settings.failOn,
    wholeReport: options.output?.[0] === undefined ? null : prose`in ${options.output[0]}, which the job wrote`,
    proxy: settings.proxy,
    onWait: (message) => warn(message, host),
  });
  host.stdout.write(`${done}\n`);
  return exitCode(report, settings.failOn);
}

/** What is reviewed, pinned before anything is checked; null for a report that is there already and is to be posted as it is. */
async function reviewedOf(target: PullTarget, options: ReviewCommandOptions, host: Host, parts: Parts): Promise<Reviewed | null> {
  if (options.report !== undefined && options.onlyRegressions !== true && options.baseline === undefined) return null;
  const { proxy } = parseSettings(inputsOf(host), null);
  const readPull = await parts.pull();
  const pull = await readPull({ ...target, proxy, onWait: (message) => warn(message, host) });
  const head = options.head ?? pull.head;
  return { target, number: head === pull.head ? target.pullRequest : null, pull, head };
}

/** Without references in the arguments, those that the pull request itself makes are checked. */
function finder({ target, pull, head }: Reviewed, host: Host, parts: Parts): Find {
  return async (config) => {
    const { proxy, hub } = parseSettings(inputsOf(host), null);
    const find = await parts.find();
    return await find({ ...target, pull, head, config, hubEndpoint: hub.endpoint, directory: host.directory, proxy, onWait: (message) => warn(message, host) });
  };
}

/**
 * Where to post, known before anything is checked.
 * @throws UsageError
 */
function targetOf(options: ReviewCommandOptions, host: Host): PullTarget {
  const github = githubOf(host);
  const repository = options.repo ?? github.repository;
  const token = options.token ?? github.token;
  const pullRequest = Number(options.pullRequest);
  if (repository === null || !/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new UsageError('No repository was named.', 'Name it as --repo owner/name.');
  if (!Number.isSafeInteger(pullRequest) || pullRequest < 1) throw new UsageError(`${options.pullRequest} is no number of a pull request.`, 'Give it as --pull-request 123.');
  if (token === null) throw new UsageError('Posting to GitHub needs a token.', 'Set GITHUB_TOKEN to one that may write pull requests, or give --token.');
  if (options.head !== undefined && !/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(options.head)) throw new UsageError(`${options.head} is no whole SHA of a commit.`, 'Give all 40 of its digits: git rev-parse HEAD');
  return { repository, pullRequest, token, apiUrl: address('API', '--api-url', options.apiUrl ?? github.apiUrl), serverUrl: address('server', '--server-url', options.serverUrl ?? github.serverUrl) };
}

/** @throws UsageError */
function address(what: string, option: string, text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError(`"${text}" is no address of GitHub's ${what}.`, `Give it as ${option} https://… or leave it out for github.com.`);
}

/** A report that an earlier step wrote. It is treated as anybody's. */
async function fromFile(path: string, options: CheckOptions, host: Host, parts: Parts): Promise<{ report: Report; settings: Settings }> {
  const hint = 'Write it with: headcheck check … --output report.json';
  const { parseJsonV1 } = await import('../report/json-v1-parse.ts');
  const { helpUrlOf } = await import('../diagnosis/rule.ts');
  let value: unknown;
  try {
    value = JSON.parse(await readText(path, host, hint));
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new MalformedError(`The file ${path} is not JSON.`, hint, { cause });
    throw cause;
  }
  const { settings } = await settingsOf([], options, host, parts);
  return { report: parseJsonV1(value, helpUrlOf), settings };
}
