import type { FailOn } from '../report/exit-code.ts';
import type { Report } from '../report/report.ts';
import { connect, explained } from './client.ts';
import type { ConnectOptions, GitHub } from './client.ts';
import { publishToPullRequest } from './pull-request.ts';
import type { CommentMode, PullRequestOutcome, ReviewMode } from './pull-request.ts';

/** What `headcheck review` asks for: a report on a pull request, from any CI. */
export interface ReviewRequest {
  readonly report: Report;
  /** `owner/name` */
  readonly repository: string;
  readonly pullRequest: number;
  readonly token: string;
  readonly apiUrl: string;
  readonly serverUrl: string;
  /** Tells several comments on one pull request apart. */
  readonly key: string;
  /** Which run this is; greater is newer, and an older one never overwrites what a newer one posted. */
  readonly run: number;
  readonly attempt: number;
  readonly comment: CommentMode;
  readonly review: ReviewMode;
  readonly failOn: FailOn;
  readonly proxy: ConnectOptions['proxy'];
  readonly onWait: (message: string) => void;
}

/**
 * Posts a report to a pull request.
 * @returns what was done, in a sentence
 * @throws UsageError, AccessError, NotFoundError or UnreachableError
 */
export async function reviewPullRequest(request: ReviewRequest): Promise<string> {
  const { report, pullRequest, key, run, attempt, comment, review, failOn, apiUrl, serverUrl, token, repository, proxy, onWait } = request;
  const github = await connect({ apiUrl, serverUrl, token, repository }, { proxy, onWait });
  const head = await headOf(github, pullRequest);
  const outcome = await publishToPullRequest(github, { pullRequest, stamp: { key, head, run, attempt }, report, failOn, comment, review, wholeReport: null });
  return sentence(outcome, pullRequest);
}

async function headOf(github: GitHub, pullRequest: number): Promise<string> {
  try {
    const { data } = await github.rest.pulls.get({ owner: github.owner, repo: github.repo, pull_number: pullRequest });
    return data.head.sha;
  } catch (error) {
    throw explained(error, `read pull request #${pullRequest}`);
  }
}

function sentence({ comment, review }: PullRequestOutcome, pullRequest: number): string {
  const said = {
    created: 'Commented', updated: 'Updated the comment', unchanged: 'The comment says it already', superseded: 'A newer run has commented already',
    'not-wanted': `Nothing to say on pull request #${pullRequest}`, refused: `The token may not comment on pull request #${pullRequest}`,
  }[comment.kind];
  const reviewed = review !== null && review.kind === 'posted' ? `; reviewed on ${review.posted} ${review.posted === 1 ? 'place' : 'places'}` : '';
  return `${said}${'url' in comment ? `: ${comment.url}` : ''}${reviewed}.`;
}
