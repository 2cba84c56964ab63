import { explained, isRefusal, statusOf, type GitHub } from './client.ts';
import { digestOf } from './digest.ts';
import { isLocked } from './locked.ts';
import { LONGEST_BODY, renderMarker, type Stamp } from './marker.ts';
import { isNewer, type Position } from './overtaken.ts';
import { heldBy, isAskedFor, pastReviews, takeBack, type PastReview } from './past-reviews.ts';
import { itemDigest, planReview, type DiffFile, type ReviewItem, type ReviewPlan, type Standing } from './review-plan.ts';
import { markFixed, minimize, pastComments } from './review-threads.ts';

export interface Review {
  readonly pullRequest: number;
  readonly stamp: Stamp;
  readonly standing: Standing;
  /** What the pull request changes. */
  readonly files: readonly DiffFile[];
  /** One sentence that opens the review: Markdown. */
  readonly opening: string;
  /** Whether to ask for changes while `failing`, and take that back once it is not. */
  readonly requestChanges: boolean;
  readonly failing: boolean;
  /** Whether another comment says the whole, so that what has no place in the diff need not be said here. */
  readonly wholeIsElsewhere: boolean;
  /** Where the commit that was checked stands by now. Asked only where there is something to post or to take back. */
  readonly position: () => Promise<Position>;
  /** Whether it is known already that the commit has not been overtaken. */
  readonly isVouchedFor: boolean;
}

export interface ReviewOutcome {
  readonly kind: 'posted' | 'unchanged' | 'superseded' | 'refused' | 'locked';
  /** How many things were said that were not said before. */
  readonly posted: number;
  /** Whether changes were asked for that were not asked for before. */
  readonly asked: boolean;
  readonly fixed: number;
  readonly dismissed: number;
}

const nothing = { posted: 0, asked: false, fixed: 0, dismissed: 0 };

/**
 * Reviews a pull request on the lines that made the references. What a past run said and still holds is not said
 * again; what no longer holds is marked as fixed or minimised, unless somebody answered.
 * @throws AccessError, NotFoundError or UnreachableError where GitHub fails otherwise than by refusing to write
 */
export async function publishReview(github: GitHub, review: Review): Promise<ReviewOutcome> {
  try {
    const [reviews, past] = await Promise.all([pastReviews(github, review.pullRequest, review.stamp), pastComments(github, review.pullRequest, review.stamp)]);
    const posted = [...reviews.map(({ marker }) => marker), ...past.map(({ marker }) => marker)];
    for (const marker of posted) if (await isNewer(marker, review.stamp, review.position)) return { kind: 'superseded', ...nothing };
    const isQuiet = posted.length + review.standing.items.length === 0 && !review.failing;
    if (!isQuiet && !review.isVouchedFor && (await review.position()) === 'overtaken') return { kind: 'superseded', ...nothing };
    return await carryOut(github, review, planReview(review.standing, past, review.files, heldBy(reviews)), reviews);
  } catch (error) {
    if (await isLocked(github, review.pullRequest, error)) return { kind: 'locked', ...nothing };
    if (isRefusal(error)) return { kind: 'refused', ...nothing };
    throw explained(error, `review pull request #${review.pullRequest}`);
  }
}

async function carryOut(github: GitHub, review: Review, plan: ReviewPlan, reviews: readonly PastReview[]): Promise<ReviewOutcome> {
  const said = await post(github, review, plan, reviews);
  for (const comment of plan.fixed) {
    await markFixed(github, comment, review.stamp.head);
    if (!comment.answered) await minimize(github, comment, 'RESOLVED');
  }
  for (const comment of plan.outdated) if (!comment.answered) await minimize(github, comment, 'OUTDATED');
  const { fixed, dismissed } = await takeBack(github, review, reviews);
  const done = { ...said, fixed: plan.fixed.length + fixed, dismissed };
  return { kind: done.asked || done.posted + done.fixed + done.dismissed > 0 ? 'posted' : 'unchanged', ...done };
}

/** Says what was not said before. */
async function post(github: GitHub, review: Review, plan: ReviewPlan, reviews: readonly PastReview[]): Promise<Pick<ReviewOutcome, 'posted' | 'asked'>> {
  // Before the review, whose body takes what GitHub will not have on a file.
  const refused: ReviewItem[] = [];
  for (const item of plan.onFile) if (!(await commentOnFile(github, review, item))) refused.push(item);
  const inBody = review.wholeIsElsewhere ? refused : [...plan.inBody, ...refused];
  const blocks = review.requestChanges && review.failing;
  const asked = blocks && !isAskedFor(review.standing.items, reviews);
  if (plan.inline.length > 0 || inBody.length > 0 || asked) await createReview(github, review, plan.inline, inBody, { blocks, left: review.wholeIsElsewhere ? 0 : plan.left });
  return { posted: plan.onFile.length - refused.length + plan.inline.length + inBody.length, asked };
}

async function createReview(github: GitHub, review: Review, inline: readonly ReviewItem[], inBody: readonly ReviewItem[], { blocks, left }: { readonly blocks: boolean; readonly left: number }): Promise<void> {
  const { owner, repo } = github;
  const send = (comments: readonly ReviewItem[], rest: readonly ReviewItem[], event: 'COMMENT' | 'REQUEST_CHANGES') => github.rest.pulls.createReview({
    // Lines are those of the commit that was checked; a review without any stands on the pull request as it is.
    owner, repo, pull_number: review.pullRequest, ...(comments.length > 0 ? { commit_id: review.stamp.head } : {}), event,
    body: bodyOf(review, rest, blocks, left),
    comments: comments.map((item) => ({ path: item.path, line: item.line ?? 1, side: 'RIGHT', body: itemBody(review, item) })),
    // A lost answer must not lead to a second review; the next run repairs what is missing.
    request: { retries: 0 },
  });
  let [comments, rest, event]: [readonly ReviewItem[], readonly ReviewItem[], 'COMMENT' | 'REQUEST_CHANGES'] = [inline, inBody, blocks ? 'REQUEST_CHANGES' : 'COMMENT'];
  for (;;) {
    try {
      await send(comments, rest, event);
      return;
    } catch (error) {
      const isOwn = event === 'REQUEST_CHANGES' && /your own/i.test(String(error));
      if (statusOf(error) !== 422 || (!isOwn && comments.length === 0)) throw error;
      // Either changes cannot be asked for (one's own pull request), or a push has moved the lines meanwhile.
      if (isOwn) event = 'COMMENT';
      else [comments, rest] = [[], [...comments, ...rest]];
    }
  }
}

function bodyOf({ stamp, opening, standing }: Review, rest: readonly ReviewItem[], asksForChanges: boolean, left: number): string {
  const holds = rest.map(itemDigest);
  const blocking = standing.items.filter((item) => item.blocks);
  const places = [...new Set([...rest, ...(asksForChanges ? blocking : [])].map(({ path }) => digestOf(path)))];
  const marker = renderMarker({ ...stamp, kind: 'review', digest: digestOf(holds.join(' ')), holds, places, ...(asksForChanges ? { blocks: blocking.map(itemDigest) } : {}) });
  const parts = [`${marker}\n${opening}`];
  let length = parts.join('').length;
  // Room is kept for the sentence that says what was left out.
  const fitting = rest.findIndex((item) => (length += item.body.length + 2) + 200 > LONGEST_BODY);
  const shown = fitting < 0 ? rest : rest.slice(0, fitting);
  parts.push(...shown.map(({ body }) => body));
  if (rest.length - shown.length + left > 0) parts.push(`${rest.length - shown.length + left} more do not fit here.`);
  return parts.join('\n\n');
}

function itemBody(review: Review, item: ReviewItem): string {
  return `${renderMarker({ ...review.stamp, kind: 'finding', digest: itemDigest(item) })}\n${item.body}`;
}

/** @returns false where GitHub takes no comment on that file */
async function commentOnFile(github: GitHub, review: Review, item: ReviewItem): Promise<boolean> {
  const { owner, repo } = github;
  try {
    await github.rest.pulls.createReviewComment({
      owner, repo, pull_number: review.pullRequest, commit_id: review.stamp.head, path: item.path, subject_type: 'file', body: itemBody(review, item), request: { retries: 0 },
    });
    return true;
  } catch (error) {
    // As after a push that takes the file out again, or on a server too old to know of them.
    if (statusOf(error) !== 422) throw error;
    return false;
  }
}
