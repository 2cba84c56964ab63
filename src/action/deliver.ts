import { info, warning } from '@actions/core';
import { HeadcheckError } from '../errors.ts';
import { annotationsOf, publishAnnotations } from '../publish/annotations.ts';
import { publishCheckRun } from '../publish/check-run.ts';
import { logGuarded } from '../publish/log.ts';
import { publishToPullRequest } from '../publish/pull-request.ts';
import { publishSummary } from '../publish/summary.ts';
import { visible } from '../report/untrusted.ts';
import { exitCode, type FailOn } from '../report/exit-code.ts';
import { markdown, type Signpost } from '../report/markdown.ts';
import { prose, type Report } from '../report/report.ts';
import { terminal } from '../report/terminal.ts';
import { runLink, type Environment } from './environment.ts';
import { writeReports } from './files.ts';
import type { Inputs } from './inputs.ts';
import { setOutputs } from './outputs.ts';
import type { Call } from './call.ts';
import type { Subject } from './subject.ts';

/** Puts the report everywhere that people look, as far as the token allows, and says how the step ends. */
export async function deliver(report: Report, failOn: FailOn, subject: Subject, call: Call): Promise<number> {
  const { environment } = call;
  logGuarded(terminal(report, { colour: false }));
  publishAnnotations(annotationsOf(report));
  const written = await writeReports(report, failOn, call);
  await publishSummary(environment.summary, (limit) => markdown(report, { limit, wholeReport: prose`in the file ${written.report}, which is among the run's artifacts if the workflow uploads the output ${'report'}` }));
  const url = await attempt(() => comment(report, failOn, subject, call), null);
  await attempt(() => checkRun(report, failOn, subject, call), undefined);
  setOutputs(report, written, url);
  return exitCode(report, failOn);
}

async function comment(report: Report, failOn: FailOn, subject: Subject, { github, environment, inputs, now }: Call): Promise<string | null> {
  if (github === null || subject.pullRequest === null) return null;
  const outcome = await publishToPullRequest(github, {
    pullRequest: subject.pullRequest, report, failOn, comment: inputs.comment,
    // The commit that a merge queue tries is none of the pull request's, so no review can stand on it.
    review: subject.change?.pullRequest == null ? 'off' : inputs.review,
    stamp: { key: inputs.key, head: subject.head, run: environment.runId, attempt: environment.runAttempt, started: now },
    wholeReport: wholeReport(environment, inputs),
  });
  if (outcome.comment.kind === 'refused' || outcome.review?.kind === 'refused') {
    info('This token may not write to the pull request, as is usual for forks; the job summary has the report.');
  }
  if (outcome.comment.kind === 'locked' || outcome.review?.kind === 'locked') info('The conversation of the pull request is locked, so nothing can be posted there; the job summary has the report.');
  if (outcome.comment.kind === 'overtaken') info('A newer commit was pushed meanwhile, so nothing was posted; its own run will.');
  if (outcome.comment.kind === 'superseded') info('A newer run has commented already; its comment stays.');
  return 'url' in outcome.comment ? outcome.comment.url : null;
}

async function checkRun(report: Report, failOn: FailOn, { head }: Subject, { github, environment, inputs }: Call): Promise<void> {
  if (github === null || inputs.checkRun === null) return;
  const url = await publishCheckRun(github, { name: inputs.checkRun, head, report, failOn, wholeReport: wholeReport(environment, inputs) });
  if (url === null) info('This token may not make check runs (checks: write).');
}

/** Posting may fail; the verdict stands all the same. */
async function attempt<T>(post: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await post();
  } catch (error) {
    if (!(error instanceof HeadcheckError)) throw error;
    warning(visible(`${error.message} ${error.hint}`, 1_000), { title: 'Headcheck' });
    return otherwise;
  }
}

/**
 * Where a comment sends those who miss something. The summary has more room, but may be cut as well; the JSON report never
 * is, but goes with the runner unless the workflow uploads it, which nothing here can see.
 */
function wholeReport(environment: Environment, { report }: Inputs): Signpost {
  const file = report === null ? [] : prose` (${report})`;
  return ['in the summary of ', runLink(environment, environment.runId), ', and as JSON', ...file, ...prose` among its artifacts if the workflow uploads the output ${'report'}`];
}
