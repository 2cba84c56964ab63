import { info, warning } from '@actions/core';
import { helpUrlOf } from '../diagnosis/rule.ts';
import { AccessError, MalformedError, NotFoundError, UsageError } from '../errors.ts';
import type { GitHub } from '../publish/client.ts';
import { pullRequestsByHead, type OpenPull } from '../publish/find-pull-request.ts';
import { readForeignReport } from '../publish/foreign-report.ts';
import { publishToPullRequest, type PullRequestOutcome } from '../publish/pull-request.ts';
import { sentence } from '../publish/review-command.ts';
import { textAt } from '../publish/repository-files.ts';
import { publishSummary } from '../publish/summary.ts';
import type { FailOn } from '../report/exit-code.ts';
import { markdown, type Signpost } from '../report/markdown.ts';
import { prose, type Report } from '../report/report.ts';
import { CONFIG_PATH, parseConfigFile } from '../settings/config-file.ts';
import { parseSettings } from '../settings/inputs.ts';
import { createSourceContext, openSource } from '../source/open.ts';
import { runLink } from './environment.ts';
import type { Event } from './event.ts';
import { nothingDone, setOutputs } from './outputs.ts';
import type { Call } from './call.ts';

type RunEvent = Extract<Event, { kind: 'workflow-run' }>;

/**
 * The second step for forks: takes the report that a run without a token to write has left, as text by strangers, and
 * posts it to the pull request whose head that run had. The number of the pull request is GitHub's word, never the report's.
 * @returns 0: the first workflow is the gate, this one only speaks for it
 * @throws AccessError where the token may not do that
 */
export async function postForeignReport(event: RunEvent, call: Call): Promise<number> {
  const { github } = call;
  if (github === null) throw new UsageError('Posting another workflow\'s report needs a token.', 'Leave the input github-token at its default, with pull-requests: write and actions: read.');
  if (call.inputs.checkRun !== null) warning('The input check-run has no effect on workflow_run, as a fork may have changed what the report says. Require the job of the first workflow instead.', { title: 'Headcheck' });
  const report = await reportOf(event, call);
  if (report === null) return quiet('the other run left no report');
  if (report.commit !== undefined && report.commit !== event.head) throw new MalformedError(`The report of the other workflow was made for ${report.commit.slice(0, 7)}, and its run for ${event.head.slice(0, 7)}.`, 'Upload the report of the same run.');
  await publishSummary(call.environment.summary, (limit) => markdown(report, { limit, wholeReport: wholeReport(event, call) }));
  const pulls = await pullRequestsByHead(github, { sha: event.head, label: event.headLabel });
  if (pulls.length === 0) return quiet('no open pull request has that commit as its head any more');
  let url: string | null = null;
  for (const pull of pulls) {
    const outcome = await post(github, pull, report, event, call);
    // A step that has nothing else to do has failed then.
    if (outcome.comment.kind === 'refused' || outcome.review?.kind === 'refused') throw new AccessError(`The token may not write to pull request #${pull.number}.`, 'Give the job the permission pull-requests: write.');
    info(`The report of run ${event.runId} on pull request #${pull.number}: ${sentence(outcome, pull.number)}`);
    if ('url' in outcome.comment) url = outcome.comment.url;
  }
  setOutputs(report, null, url);
  return 0;
}

async function reportOf(event: RunEvent, { inputs, environment }: Call): Promise<Report | null> {
  const { apiUrl, serverUrl, repository, proxy, noProxy } = environment;
  const context = createSourceContext({
    directory: environment.workspace, hub: { endpoint: 'https://huggingface.co', token: null }, proxy: proxy === null ? null : { url: proxy, except: noProxy },
    github: { apiUrl, serverUrl, repository, token: inputs.githubToken },
  });
  try {
    const source = await openSource({ kind: 'artifact', text: `artifact://${inputs.artifact}`, repository, runId: event.runId, name: inputs.artifact }, context);
    return await readForeignReport(source, helpUrlOf);
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    if (error instanceof AccessError) throw new AccessError(error.message, 'Give the job the permission actions: read.', { cause: error });
    throw error;
  } finally {
    await context.close();
  }
}

/** Where the whole is, for what does not fit. */
function wholeReport(event: RunEvent, { inputs, environment }: Call): Signpost {
  return [...prose`in the artifact ${inputs.artifact} of `, runLink(environment, event.runId)];
}

async function post(github: GitHub, pull: OpenPull, report: Report, event: RunEvent, call: Call): Promise<PullRequestOutcome> {
  const { inputs } = call;
  return await publishToPullRequest(github, {
    pullRequest: pull.number, report, failOn: await gateOf(github, pull, call), comment: inputs.comment, review: inputs.review,
    // The run that checked, not the one that posts: a newer check's report must win, whichever is posted first.
    stamp: { key: inputs.key, head: event.head, run: event.runId, attempt: event.attempt, ...(event.started === null ? {} : { started: event.started }) },
    wholeReport: wholeReport(event, call),
  });
}

/** What the check fails for, which decides whether changes are asked for: by the input, or the base branch's config file. Neither the report nor the fork has a say. */
async function gateOf(github: GitHub, { base }: OpenPull, { inputs, environment, rules, today }: Call): Promise<FailOn> {
  const path = inputs.config || CONFIG_PATH;
  const text = inputs.failOn === '' ? await textAt(github, base, path) : null;
  const config = text === null ? null : parseConfigFile(text, path, { rules: rules.map(({ id }) => id), today });
  return parseSettings({ failOn: inputs.failOn, directory: environment.workspace, today }, config).failOn;
}

function quiet(why: string): number {
  info(`Nothing to post: ${why}.`);
  nothingDone();
  return 0;
}
