import { MalformedError, UsageError } from '../errors.ts';
import { exitCode } from '../report/exit-code.ts';
import type { ReviewRequest } from '../publish/review-command.ts';
import type { Report } from '../report/report.ts';
import { parseSettings } from '../settings/inputs.ts';
import type { Settings } from '../settings.ts';
import { warn } from './complain.ts';
import { githubOf, inputsOf, runOf } from './environment.ts';
import { readText } from './files.ts';
import type { Host, Parts } from './host.ts';
import { runCheck, settingsOf } from './run-check.ts';
import type { CheckOptions, Find } from './run-check.ts';

export interface ReviewCommandOptions extends CheckOptions {
  readonly repo?: string;
  readonly pullRequest: string;
  readonly token?: string;
  readonly apiUrl?: string;
  readonly serverUrl?: string;
  readonly report?: string;
  readonly key: string;
  readonly comment: ReviewRequest['comment'];
  readonly review: ReviewRequest['review'];
}

/** `headcheck review`: checks, or takes a report that is there already, and posts it to a pull request. */
export async function reviewCommand(references: readonly string[], options: ReviewCommandOptions, host: Host, parts: Parts): Promise<number> {
  const target = targetOf(options, host);
  const { report, settings } = options.report === undefined ? await runCheck(references, { ...options, github: target }, host, parts, references.length > 0 ? null : finder(target, host, parts)) : await fromFile(options.report, options, host, parts);
  const review = await parts.review();
  const done = await review({
    ...target,
    ...runOf(host),
    report,
    key: options.key,
    comment: options.comment,
    review: options.review,
    failOn: settings.failOn,
    proxy: settings.proxy,
    onWait: (message) => warn(message, host),
  });
  host.stdout.write(`${done}\n`);
  return exitCode(report, settings.failOn);
}

/** Without references in the arguments, those that the pull request itself makes are checked. */
function finder(target: Pick<ReviewRequest, 'repository' | 'pullRequest' | 'token' | 'apiUrl' | 'serverUrl'>, host: Host, parts: Parts): Find {
  return async (config) => {
    const { proxy, hub } = parseSettings(inputsOf(host), null);
    const find = await parts.find();
    return await find({ ...target, config, hubEndpoint: hub.endpoint, proxy, onWait: (message) => warn(message, host) });
  };
}

/**
 * Where to post, known before anything is checked.
 * @throws UsageError
 */
function targetOf(options: ReviewCommandOptions, host: Host): Pick<ReviewRequest, 'repository' | 'pullRequest' | 'token' | 'apiUrl' | 'serverUrl'> {
  const github = githubOf(host);
  const repository = options.repo ?? github.repository;
  const token = options.token ?? github.token;
  const pullRequest = Number(options.pullRequest);
  if (repository === null || !/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new UsageError('No repository was named.', 'Name it as --repo owner/name.');
  if (!Number.isSafeInteger(pullRequest) || pullRequest < 1) throw new UsageError(`${options.pullRequest} is no number of a pull request.`, 'Give it as --pull-request 123.');
  if (token === null) throw new UsageError('Posting to GitHub needs a token.', 'Set GITHUB_TOKEN to one that may write pull requests, or give --token.');
  return { repository, pullRequest, token, apiUrl: options.apiUrl ?? github.apiUrl, serverUrl: options.serverUrl ?? github.serverUrl };
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
