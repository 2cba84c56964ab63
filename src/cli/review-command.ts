import { MalformedError, UsageError } from '../errors.ts';
import { exitCode } from '../report/exit-code.ts';
import type { PullTarget, ReviewRequest } from '../publish/review-command.ts';
import { plain, prose } from '../report/report.ts';
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
  const taken = options.report === undefined ? null : await fromFile(options.report, options, host, parts);
  const { head, reviewed } = await pinned(target, taken === null ? null : commitOf(taken.report, options), options, host, parts);
  const { report: found, settings } = taken ?? await runCheck(references, { ...options, github: target, isProposed: true }, host, parts, references.length > 0 || reviewed === null ? null : finder(reviewed, host, parts));
  const report = { ...(await gateReport(found, settings, options, reviewed, host, parts)), commit: head };
  await writeReports(report, files, host, parts);
  const review = await parts.review();
  const done = await review({
    ...target,
    ...runOf(host),
    report,
    head,
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

/**
 * The commit that a report was made for: the head may have moved on since.
 * @throws UsageError where nobody says, or two say otherwise
 */
function commitOf({ commit }: Report, { head }: ReviewCommandOptions): string {
  if (commit !== undefined && head !== undefined && commit !== head) throw new UsageError(`The report was made for ${commit.slice(0, 7)}, not for ${head.slice(0, 7)}.`, 'Leave out --head, or check that commit.');
  const known = head ?? commit;
  if (known === undefined) throw new UsageError('The report does not say which commit it was made for.', 'Give it as --head: the commit of the pull request that the check looked at.');
  return known;
}

/**
 * What is reviewed, pinned before anything is checked. The pull request itself is not read for a report that is there
 * already and is to be posted as it is.
 * @param commit what such a report was made for; null where the check is still to come
 */
async function pinned(target: PullTarget, commit: string | null, options: ReviewCommandOptions, host: Host, parts: Parts): Promise<{ head: string; reviewed: Reviewed | null }> {
  if (commit !== null && options.onlyRegressions !== true && options.baseline === undefined) return { head: commit, reviewed: null };
  const { proxy } = parseSettings(inputsOf(host), null);
  const readPull = await parts.pull();
  const pull = await readPull({ ...target, proxy, onWait: (message) => warn(message, host) });
  const head = commit ?? options.head ?? pull.head;
  return { head, reviewed: { target, number: head === pull.head ? target.pullRequest : null, pull, head } };
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
  const report = parseJsonV1(value, helpUrlOf);
  const { settings, notices } = await settingsOf([], { ...options, isProposed: true }, host, parts);
  // The config file is the gate's here; where the check had the same one, the report has said it.
  const said = new Set(report.notices.map(({ message }) => plain(message)));
  return { report: { ...report, notices: [...report.notices, ...notices.filter(({ message }) => !said.has(plain(message)))] }, settings };
}
