import { explained, isRefusal, statusOf, type GitHub } from './client.ts';
import { digestOf } from './digest.ts';
import { compareStamps, isSameKey, LONGEST_BODY, readMarker, renderMarker, type Marker, type Stamp } from './marker.ts';
import { itemDigest, planReview, type DiffFile, type ReviewItem, type ReviewPlan } from './review-plan.ts';
import { markFixed, minimize, pastComments } from './review-threads.ts';
import { byAuthor } from './viewer.ts';

export interface Review {
  readonly pullRequest: number;
  readonly stamp: Stamp;
  readonly items: readonly ReviewItem[];
  /** What the pull request changes. */
  readonly files: readonly DiffFile[];
  /** One sentence that opens the review: Markdown. */
  readonly opening: string;
  /** Whether to ask for changes while `failing`, and take that back once it is not. */
  readonly requestChanges: boolean;
  readonly failing: boolean;
  /** Whether another comment says the whole, so that what has no place in the diff need not be said here. */
  readonly wholeIsElsewhere: boolean;
}

export interface ReviewOutcome {
  readonly kind: 'posted' | 'unchanged' | 'superseded' | 'refused';
  readonly posted: number;
  readonly fixed: number;
  readonly dismissed: number;
}

interface PastReview { readonly id: number; readonly state: string; readonly marker: Marker }

const nothing = { posted: 0, fixed: 0, dismissed: 0 };

/**
 * Reviews a pull request on the lines that made the references. What a past run said and still holds is not said
 * again; what no longer holds is marked as fixed or minimised, unless somebody answered.
 * @throws AccessError, NotFoundError or UnreachableError where GitHub fails otherwise than by refusing to write
 */
export async function publishReview(github: GitHub, review: Review): Promise<ReviewOutcome> {
  try {
    const [reviews, past] = await Promise.all([pastReviews(github, review), pastComments(github, review.pullRequest, review.stamp)]);
    const posted = [...reviews.map(({ marker }) => marker), ...past.map(({ marker }) => marker)];
    if (posted.some((marker) => compareStamps(marker, review.stamp) > 0)) return { kind: 'superseded', ...nothing };
    return await carryOut(github, review, planReview(review.items, past, review.files), reviews);
  } catch (error) {
    if (isRefusal(error)) return { kind: 'refused', ...nothing };
    throw explained(error, `review pull request #${review.pullRequest}`);
  }
}

async function carryOut(github: GitHub, review: Review, plan: ReviewPlan, reviews: readonly PastReview[]): Promise<ReviewOutcome> {
  const dismissed = review.failing ? 0 : await dismissAll(github, review, reviews);
  const posted = await post(github, review, plan, reviews);
  for (const comment of plan.fixed) {
    await markFixed(github, comment, review.stamp.head);
    if (!comment.answered) await minimize(github, comment, 'RESOLVED');
  }
  for (const comment of plan.outdated) if (!comment.answered) await minimize(github, comment, 'OUTDATED');
  const changed = posted + plan.fixed.length + dismissed > 0;
  return { kind: changed ? 'posted' : 'unchanged', posted, fixed: plan.fixed.length, dismissed };
}

/** @returns how many things were said that were not said before */
async function post(github: GitHub, review: Review, plan: ReviewPlan, reviews: readonly PastReview[]): Promise<number> {
  const inBody = review.wholeIsElsewhere ? [] : plan.inBody;
  const blocks = review.requestChanges && review.failing;
  const blocked = reviews.some(({ state }) => state === 'CHANGES_REQUESTED');
  const digest = digestOf([blocks, ...inBody.map(itemDigest)].join(' '));
  const saidBefore = inBody.length > 0 && reviews.some(({ marker }) => marker.digest === digest);
  const bodyIsNew = inBody.length > 0 && !saidBefore;
  let count = 0;
  if (plan.inline.length > 0 || bodyIsNew || (blocks && !blocked)) {
    await createReview(github, review, digest, plan.inline, saidBefore ? [] : inBody, blocks);
    count += plan.inline.length + (saidBefore ? 0 : inBody.length) + (blocks && !blocked ? 1 : 0);
  }
  for (const item of plan.onFile) {
    await commentOnFile(github, review, item);
    count += 1;
  }
  return count;
}

async function createReview(github: GitHub, review: Review, digest: string, inline: readonly ReviewItem[], inBody: readonly ReviewItem[], blocks: boolean): Promise<void> {
  const { owner, repo } = github;
  const send = (comments: readonly ReviewItem[], rest: readonly ReviewItem[], event: 'COMMENT' | 'REQUEST_CHANGES') => github.rest.pulls.createReview({
    // Lines are those of the commit that was checked; a review without any stands on the pull request as it is.
    owner, repo, pull_number: review.pullRequest, ...(comments.length > 0 ? { commit_id: review.stamp.head } : {}), event,
    body: bodyOf(review, digest, rest),
    comments: comments.map((item) => ({ path: item.path, line: item.line ?? 1, side: 'RIGHT', body: itemBody(review, item) })),
    // A lost answer must not lead to a second review; the next run repairs what is missing.
    request: { retries: 0 },
  });
  try {
    await send(inline, inBody, blocks ? 'REQUEST_CHANGES' : 'COMMENT');
  } catch (error) {
    if (statusOf(error) !== 422) throw error;
    // Either changes cannot be asked for (one's own pull request), or a push has moved the lines meanwhile.
    if (blocks && /your own/i.test(String(error))) await send(inline, inBody, 'COMMENT');
    else await send([], [...inline, ...inBody], blocks ? 'REQUEST_CHANGES' : 'COMMENT');
  }
}

function bodyOf(review: Review, digest: string, rest: readonly ReviewItem[]): string {
  const marker = renderMarker({ ...review.stamp, kind: 'review', digest });
  const parts = [`${marker}\n${review.opening}`];
  let length = parts.join('').length;
  for (const [at, item] of rest.entries()) {
    // Room is kept for the sentence that says what was left out.
    if (length + item.body.length + 200 > LONGEST_BODY) {
      parts.push(`${rest.length - at} more do not fit here.`);
      break;
    }
    parts.push(item.body);
    length += item.body.length + 2;
  }
  return parts.join('\n\n');
}

function itemBody(review: Review, item: ReviewItem): string {
  return `${renderMarker({ ...review.stamp, kind: 'finding', digest: itemDigest(item) })}\n${item.body}`;
}

async function commentOnFile(github: GitHub, review: Review, item: ReviewItem): Promise<void> {
  const { owner, repo } = github;
  await github.rest.pulls.createReviewComment({
    owner, repo, pull_number: review.pullRequest, commit_id: review.stamp.head, path: item.path, subject_type: 'file', body: itemBody(review, item), request: { retries: 0 },
  });
}

async function dismissAll(github: GitHub, { pullRequest, stamp }: Review, reviews: readonly PastReview[]): Promise<number> {
  const { owner, repo } = github;
  const blocking = reviews.filter(({ state }) => state === 'CHANGES_REQUESTED');
  for (const { id } of blocking) {
    await github.rest.pulls.dismissReview({ owner, repo, pull_number: pullRequest, review_id: id, message: `Headcheck passes as of ${stamp.head.slice(0, 7)}.` });
  }
  return blocking.length;
}

async function pastReviews(github: GitHub, { pullRequest, stamp }: Review): Promise<readonly PastReview[]> {
  const { owner, repo } = github;
  const all = await github.paginate(github.rest.pulls.listReviews, { owner, repo, pull_number: pullRequest, per_page: 100 });
  const marked = all.flatMap(({ id, state, body, user }) => {
    const marker = readMarker(body);
    return marker?.kind === 'review' && isSameKey(marker, stamp) ? [{ id, state, marker, author: user?.login }] : [];
  });
  return marked.length === 0 ? [] : await byAuthor(github, marked);
}
