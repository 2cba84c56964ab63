import { markdown, type Signpost } from '../report/markdown.ts';
import { exitCode, isObstacle, type FailOn } from '../report/exit-code.ts';
import { active, isUnread, mainFinding } from '../report/view.ts';
import { plain, type CheckpointReport, type Report } from '../report/report.ts';
import { HeadcheckError } from '../errors.ts';
import type { GitHub } from './client.ts';
import { pullRequestFiles } from './changed-files.ts';
import type { Stamp } from './marker.ts';
import { positionOf, type Position } from './overtaken.ts';
import { placeOf } from './place.ts';
import { publishReview, type ReviewOutcome } from './review.ts';
import type { DiffFile, ReviewItem, Standing } from './review-plan.ts';
import { publishSticky, type StickyOutcome } from './sticky-comment.ts';

/**
 * When to comment. `findings`: once there is something to say, and from then on always, so that what was fixed
 * is shown as fixed. `change`: the same, but an existing comment is rewritten only when it would say something else.
 */
export const COMMENT_MODES = ['always', 'findings', 'change', 'never'] as const;
export type CommentMode = (typeof COMMENT_MODES)[number];

/** Whether to review on the lines, and whether a failing review blocks the merge. */
export const REVIEW_MODES = ['comment', 'request-changes', 'off'] as const;
export type ReviewMode = (typeof REVIEW_MODES)[number];

export interface PullRequestPost {
  readonly pullRequest: number;
  readonly stamp: Stamp;
  readonly report: Report;
  readonly failOn: FailOn;
  readonly comment: CommentMode;
  readonly review: ReviewMode;
  /** Where the whole report is, for what does not fit; null where nowhere. */
  readonly wholeReport: Signpost | null;
}

export interface PullRequestOutcome {
  readonly comment: StickyOutcome;
  readonly review: ReviewOutcome | null;
}

/** A comment on a line is for the gist; the sticky comment has the whole. */
const LONGEST_INLINE = 12_000;

/** Posts a report to a pull request: the sticky comment for the whole, the review for the lines that made the references. */
export async function publishToPullRequest(github: GitHub, post: PullRequestPost): Promise<PullRequestOutcome> {
  let asked: Promise<Position> | null = null;
  const position = (): Promise<Position> => (asked ??= positionOf(github, post.pullRequest, post.stamp.head));
  const comment = await postComment(github, post, position);
  // Where nothing may be posted, no review may either, and a run that is superseded should stay silent.
  const hopeless = comment.kind === 'refused' || comment.kind === 'locked' || comment.kind === 'superseded' || comment.kind === 'overtaken';
  const review = post.review === 'off' || hopeless ? null : await postReview(github, post, comment, position);
  return { comment, review };
}

async function postComment(github: GitHub, { pullRequest, stamp, report, failOn, comment, wholeReport }: PullRequestPost, position: () => Promise<Position>): Promise<StickyOutcome> {
  if (comment === 'never') return { kind: 'not-wanted' };
  return await publishSticky(github, {
    pullRequest, stamp, position,
    body: (limit) => markdown(report, { limit, wholeReport }),
    create: comment === 'always' || hasSomethingToSay(report) || exitCode(report, failOn) !== 0,
    substance: comment === 'change' ? substanceOf(report) : null,
  });
}

async function postReview(github: GitHub, post: PullRequestPost, comment: StickyOutcome, position: () => Promise<Position>): Promise<ReviewOutcome> {
  const standing = standingOf(post);
  const files = standing.items.length > 0 ? await filesOf(github, post.pullRequest) : [];
  return await publishReview(github, {
    pullRequest: post.pullRequest, stamp: post.stamp, standing, files,
    opening: openingOf(standing.items.length, 'url' in comment ? comment.url : null),
    requestChanges: post.review === 'request-changes',
    failing: exitCode(post.report, post.failOn) !== 0,
    wholeIsElsewhere: 'url' in comment,
    position,
    // A comment that was written is known to be the newest.
    isVouchedFor: comment.kind === 'created' || comment.kind === 'updated',
  });
}

/** None where GitHub does not list them: then nothing has a place in the diff, and is said without one. */
async function filesOf(github: GitHub, pullRequest: number): Promise<readonly DiffFile[]> {
  try {
    return await pullRequestFiles(github, pullRequest);
  } catch (error) {
    if (error instanceof HeadcheckError) return [];
    throw error;
  }
}

/** How the checkpoints stand. */
function standingOf({ report, failOn }: PullRequestPost): Standing {
  // Judged without the base that was asked for, or not at all.
  const baseless = new Set(report.notices.flatMap(({ about }) => (about === undefined ? [] : [about.reference])));
  const isUndecided = (checkpoint: CheckpointReport): boolean => isUnjudged(checkpoint) || baseless.has(checkpoint.reference);
  const subjects = (checkpoints: readonly CheckpointReport[]): readonly string[] => checkpoints.map(({ reference }) => reference);
  const asking = report.checkpoints.filter(asksForAction);
  return {
    items: asking.map((checkpoint) => itemOf(report, checkpoint, isUndecided(checkpoint), failOn)),
    undecided: [...baseless, ...subjects(report.checkpoints.filter(isUnjudged))],
    inOrder: subjects(report.checkpoints.filter((checkpoint) => !isUndecided(checkpoint) && !asking.includes(checkpoint))),
    // Where references could not be looked for, or the config file not be read, some may not have been seen.
    sawAll: report.notices.every((notice) => !isObstacle(notice) || notice.about !== undefined),
    skipped: report.notices.flatMap(({ obstacle, location }) => (obstacle === 'search' && location !== null ? [location.path] : [])),
  };
}

/** Whether nothing is known of it: a checkpoint that is cut off is not to be read either, but that is known. */
function isUnjudged({ verdict, findings }: CheckpointReport): boolean {
  return verdict === 'unknown' || (verdict === 'unreadable' && !findings.some(({ severity }) => severity === 'error'));
}

function itemOf(report: Report, checkpoint: CheckpointReport, isProvisional: boolean, failOn: FailOn): ReviewItem {
  const finding = mainFinding(checkpoint);
  const place = checkpoint.origin ?? (finding === null ? null : placeOf(checkpoint, finding));
  // The line that it is on need not be named on it.
  const alone = { ...report, verdict: checkpoint.verdict, checkpoints: [{ ...checkpoint, origin: null }], notices: [] };
  return {
    subject: checkpoint.reference, path: place?.path ?? '', line: place?.line ?? null, body: markdown(alone, { limit: LONGEST_INLINE }),
    says: JSON.stringify(saidOf(checkpoint)), isProvisional, blocks: exitCode(alone, failOn) === 1,
  };
}

/** Our own words and numbers only: nothing of the report's text stands here. */
function openingOf(count: number, url: string | null): string {
  const what = count === 0 ? 'The check does not pass' : count === 1 ? 'One checkpoint needs attention' : `${count} checkpoints need attention`;
  return url === null ? `${what}.` : `${what}; [the whole report](${url}).`;
}

/** Whether somebody has to act: not where all that is wrong is accepted, or stands on the base branch already. */
function asksForAction(checkpoint: CheckpointReport): boolean {
  return isUnread(checkpoint) || active(checkpoint, 'error').length + active(checkpoint, 'warning').length > 0;
}

/** Whether a comment is worth making where there is none yet. */
export function hasSomethingToSay(report: Report): boolean {
  return report.notices.some(({ severity }) => severity === 'error') || report.checkpoints.some((checkpoint) => asksForAction(checkpoint) || checkpoint.verdict === 'unknown');
}

/** What a reader would call a change of what a comment about this report says. */
function substanceOf(report: Report): string {
  const notices = report.notices.map(({ severity, message, location, obstacle }) => [severity, timeless(plain(message)), location?.path, obstacle]);
  const reasons = ({ reason, findings }: CheckpointReport): unknown => [reason === null ? null : timeless(plain(reason)), findings.map(({ waived }) => waived && timeless(waived.reason))];
  return JSON.stringify([notices, report.checkpoints.map((checkpoint) => [checkpoint.reference, saidOf(checkpoint), reasons(checkpoint)])]);
}

/** A sentence without commits and lines, which move though nothing that it says has changed. */
function timeless(text: string): string {
  return text.replace(/\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b/g, '').replace(/( on \S+ at )[0-9a-f]{7}\b/g, '$1').replace(/\bline \d+/g, 'line');
}

/**
 * What is said of a checkpoint, without what differs from push to push although nothing has changed: the line that names
 * it, the commit of the base branch in the reason why a finding is forgiven, and the version that found it.
 */
function saidOf({ verdict, waived, missing, findings }: CheckpointReport): unknown {
  return [verdict, waived !== undefined, missing.map(({ name }) => name), findings.map(({ rule, severity, parameters, location, waived }) => [rule, severity, parameters, location?.path, waived !== null, waived?.until])];
}
