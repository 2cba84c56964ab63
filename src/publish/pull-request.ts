import { markdown } from '../report/markdown.ts';
import { exitCode, type FailOn } from '../report/exit-code.ts';
import { active, isUnread, mainFinding } from '../report/view.ts';
import type { CheckpointReport, Prose, Report } from '../report/report.ts';
import type { GitHub } from './client.ts';
import { pullRequestFiles } from './changed-files.ts';
import type { Stamp } from './marker.ts';
import { placeOf } from './place.ts';
import { publishReview, type ReviewOutcome } from './review.ts';
import type { ReviewItem } from './review-plan.ts';
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
  readonly wholeReport: Prose | null;
}

export interface PullRequestOutcome {
  readonly comment: StickyOutcome;
  readonly review: ReviewOutcome | null;
}

/** A comment on a line is for the gist; the sticky comment has the whole. */
const LONGEST_INLINE = 12_000;

/** Posts a report to a pull request: the sticky comment for the whole, the review for the lines that made the references. */
export async function publishToPullRequest(github: GitHub, post: PullRequestPost): Promise<PullRequestOutcome> {
  const comment = await postComment(github, post);
  // A token that may not comment may not review either, and a run that is superseded should stay silent.
  const hopeless = comment.kind === 'refused' || comment.kind === 'superseded';
  const review = post.review === 'off' || hopeless || sawTooLittle(post.report) ? null : await postReview(github, post, comment);
  return { comment, review };
}

/** What was not looked for may be as broken as before: a review would mark it as fixed, and take back its block. */
function sawTooLittle(report: Report): boolean {
  return report.notices.some(({ obstacle }) => obstacle === 'search');
}

async function postComment(github: GitHub, { pullRequest, stamp, report, comment, wholeReport }: PullRequestPost): Promise<StickyOutcome> {
  if (comment === 'never') return { kind: 'not-wanted' };
  return await publishSticky(github, {
    pullRequest, stamp,
    body: (limit) => markdown(report, { limit, wholeReport }),
    create: comment === 'always' || hasSomethingToSay(report),
    substance: comment === 'change' ? substanceOf(report) : null,
  });
}

async function postReview(github: GitHub, post: PullRequestPost, comment: StickyOutcome): Promise<ReviewOutcome> {
  const items = post.report.checkpoints.filter(asksForAction).map((checkpoint) => itemOf(post.report, checkpoint));
  const files = items.length > 0 ? await pullRequestFiles(github, post.pullRequest) : [];
  return await publishReview(github, {
    pullRequest: post.pullRequest, stamp: post.stamp, items, files,
    opening: openingOf(post.report, 'url' in comment ? comment.url : null),
    requestChanges: post.review === 'request-changes',
    failing: exitCode(post.report, post.failOn) !== 0,
    wholeIsElsewhere: 'url' in comment,
  });
}

function itemOf(report: Report, checkpoint: CheckpointReport): ReviewItem {
  const finding = mainFinding(checkpoint);
  const place = checkpoint.origin ?? (finding === null ? null : placeOf(checkpoint, finding));
  const body = markdown({ ...report, verdict: checkpoint.verdict, checkpoints: [checkpoint], notices: [] }, { limit: LONGEST_INLINE });
  return { subject: checkpoint.reference, path: place?.path ?? '', line: place?.line ?? null, body };
}

/** Our own words and numbers only: nothing of the report's text stands here. */
function openingOf(report: Report, url: string | null): string {
  const count = report.checkpoints.filter(asksForAction).length;
  const what = count === 1 ? 'One checkpoint needs attention' : `${count} checkpoints need attention`;
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

/** What a comment about this report says, without what differs from run to run. */
function substanceOf(report: Report): string {
  return JSON.stringify([report.notices, report.checkpoints.map(({ reference, verdict, findings }) => [reference, verdict, findings.map(({ rule, severity, parameters, waived }) => [rule, severity, parameters, waived])])]);
}
