import { counted } from '../diagnosis/numbers.ts';
import type { FailOn } from '../report/exit-code.ts';
import type { Signpost } from '../report/markdown.ts';
import type { Report } from '../report/report.ts';
import type { ConfigFile } from '../settings/config-file.ts';
import { publishCheckRun } from './check-run.ts';
import { connect, explained } from './client.ts';
import type { ConnectOptions, GitHub } from './client.ts';
import { findReferences } from './find-references.ts';
import type { Found } from './find-references.ts';
import { publishToPullRequest } from './pull-request.ts';
import type { CommentMode, PullRequestOutcome, ReviewMode } from './pull-request.ts';

/** A pull request, and how its GitHub is reached. */
export interface PullTarget {
  /** `owner/name` */
  readonly repository: string;
  readonly pullRequest: number;
  readonly token: string;
  readonly apiUrl: string;
  readonly serverUrl: string;
}

/** How it is reached: by which proxy, and who is told of waits. */
type Reach = Pick<ConnectOptions, 'proxy'> & { readonly onWait: (message: string) => void };

/** What `headcheck review` asks for: a report on a pull request, from any CI. */
export interface ReviewRequest extends PullTarget, Reach {
  readonly report: Report;
  /** The commit that was checked, on which comments are pinned. */
  readonly head: string;
  /** The name of a check run to make as well; null for none. */
  readonly checkRun: string | null;
  /** Tells several comments on one pull request apart. */
  readonly key: string;
  /** Which run this is; greater is newer, and an older one never overwrites what a newer one posted. */
  readonly run: number;
  readonly attempt: number;
  /** When the check began, in milliseconds since 1970. */
  readonly started: number;
  readonly comment: CommentMode;
  readonly review: ReviewMode;
  readonly failOn: FailOn;
  /** Where the whole report is, for what does not fit a comment; nowhere by default. */
  readonly wholeReport?: Signpost | null;
}

/** What a pull request proposes, at one moment. */
export interface PullFacts {
  readonly head: string;
  readonly base: string;
  readonly baseRef: string;
  readonly body: string | null;
}

/** Where references are looked for, from any CI. */
export interface FindRequest extends PullTarget, Reach {
  readonly pull: PullFacts;
  /** The commit that is checked. */
  readonly head: string;
  readonly config: ConfigFile | null;
  readonly hubEndpoint: string | null;
  /** Where the repository may be checked out. */
  readonly directory: string;
}

/**
 * Reads what a pull request proposes, before anything is checked: what is posted is said of that commit.
 * @throws UsageError, AccessError, NotFoundError or UnreachableError
 */
export async function readPull({ pullRequest, proxy, onWait, ...access }: PullTarget & Reach): Promise<PullFacts> {
  return await read(await connect(access, { proxy, onWait }), pullRequest);
}

/**
 * Finds what a pull request refers to on the lines that it changes, in its body, and what the config file lists. Where
 * another commit than its head is checked, GitHub compares the commits instead of listing the pull request's files.
 * @throws UsageError, AccessError, NotFoundError or UnreachableError
 */
export async function findForReview({ pullRequest, proxy, onWait, pull, head, config, hubEndpoint, directory, ...access }: FindRequest): Promise<Found> {
  const github = await connect(access, { proxy, onWait });
  const change = { pullRequest: head === pull.head ? pullRequest : null, base: pull.base };
  return await findReferences(github, { head, change, body: pull.body, release: null }, config, hubEndpoint, directory);
}

/**
 * Posts a report to a pull request.
 * @returns what was done, in a sentence
 * @throws UsageError, AccessError, NotFoundError or UnreachableError
 */
export async function reviewPullRequest(request: ReviewRequest): Promise<string> {
  const { report, pullRequest, head, key, run, attempt, started, comment, review, failOn, wholeReport = null, apiUrl, serverUrl, token, repository, proxy, onWait, checkRun } = request;
  const github = await connect({ apiUrl, serverUrl, token, repository }, { proxy, onWait });
  const outcome = await publishToPullRequest(github, { pullRequest, stamp: { key, head, run, attempt, started }, report, failOn, comment, review, wholeReport });
  const isMade = checkRun === null || (await publishCheckRun(github, { name: checkRun, head, report, failOn, wholeReport })) !== null;
  return `${sentence(outcome, pullRequest)}${isMade ? '' : ' The token may not make check runs, which only those of GitHub apps may.'}`;
}

async function read(github: GitHub, pullRequest: number): Promise<PullFacts> {
  try {
    const { data: { head, base, body } } = await github.rest.pulls.get({ owner: github.owner, repo: github.repo, pull_number: pullRequest });
    return { head: head.sha, base: base.sha, baseRef: base.ref, body };
  } catch (error) {
    throw explained(error, `read pull request #${pullRequest}`);
  }
}

/** What was done, in a sentence. */
export function sentence({ comment, review }: PullRequestOutcome, pullRequest: number): string {
  const said = {
    created: 'Commented', updated: 'Updated the comment', unchanged: 'The comment says it already', superseded: 'A newer run has commented already', overtaken: 'A newer commit was pushed meanwhile, so nothing was posted',
    'not-wanted': `Nothing to say on pull request #${pullRequest}`, refused: `The token may not comment on pull request #${pullRequest}`, locked: `The conversation of pull request #${pullRequest} is locked, so nothing was posted`,
  }[comment.kind];
  const { posted, asked, fixed, dismissed } = review ?? { posted: 0, asked: false, fixed: 0, dismissed: 0 };
  const done = [
    ...(posted > 0 ? [`reviewed on ${counted(posted, 'place')}`] : []),
    ...(asked ? ['asked for changes'] : []),
    ...(fixed > 0 ? [`marked ${counted(fixed, 'finding')} as fixed`] : []),
    ...(dismissed > 0 ? ['took back the request for changes'] : []),
    ...(review?.kind === 'refused' ? ['may not review'] : []),
    ...(review?.kind === 'locked' ? ['a locked conversation takes no review'] : []),
  ];
  return `${[`${said}${'url' in comment ? `: ${comment.url}` : ''}`, ...done].join('; ')}.`;
}
