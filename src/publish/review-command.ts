import type { FailOn } from '../report/exit-code.ts';
import type { Report } from '../report/report.ts';
import type { ConfigFile } from '../settings/config-file.ts';
import { connect, explained } from './client.ts';
import type { ConnectOptions, GitHub } from './client.ts';
import { findReferences } from './find-references.ts';
import type { Found } from './find-references.ts';
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

/** Where references are looked for, from any CI. */
export type FindRequest = Pick<ReviewRequest, 'repository' | 'pullRequest' | 'token' | 'apiUrl' | 'serverUrl' | 'proxy' | 'onWait'> & {
  readonly config: ConfigFile | null;
  readonly hubEndpoint: string | null;
};

/**
 * Finds what a pull request refers to on the lines that it changes, in its body, and what the config file lists.
 * @throws UsageError, AccessError, NotFoundError or UnreachableError
 */
export async function findForReview({ repository, pullRequest, token, apiUrl, serverUrl, proxy, onWait, config, hubEndpoint }: FindRequest): Promise<Found> {
  const github = await connect({ apiUrl, serverUrl, token, repository }, { proxy, onWait });
  const { head, base, body } = await read(github, pullRequest);
  return await findReferences(github, { head: head.sha, change: { pullRequest, base: base.sha }, body, release: null }, config, hubEndpoint);
}

/**
 * Posts a report to a pull request.
 * @returns what was done, in a sentence
 * @throws UsageError, AccessError, NotFoundError or UnreachableError
 */
export async function reviewPullRequest(request: ReviewRequest): Promise<string> {
  const { report, pullRequest, key, run, attempt, comment, review, failOn, apiUrl, serverUrl, token, repository, proxy, onWait } = request;
  const github = await connect({ apiUrl, serverUrl, token, repository }, { proxy, onWait });
  const head = (await read(github, pullRequest)).head.sha;
  const outcome = await publishToPullRequest(github, { pullRequest, stamp: { key, head, run, attempt }, report, failOn, comment, review, wholeReport: null });
  return sentence(outcome, pullRequest);
}

async function read(github: GitHub, pullRequest: number) {
  try {
    const { data } = await github.rest.pulls.get({ owner: github.owner, repo: github.repo, pull_number: pullRequest });
    return data;
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
