import type { GitHub } from './client.ts';
import { isSameKey, LONGEST_BODY, readMarker, renderMarker, type Marker, type Stamp } from './marker.ts';
import { isFixed, isStillOpen, itemDigest, subjectOf, type ReviewItem, type Standing } from './review-plan.ts';
import { fixedSince } from './review-threads.ts';
import { byAuthor } from './viewer.ts';

/** A review of ours, as a past run left it. */
export interface PastReview {
  readonly id: number;
  /** `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`, … */
  readonly state: string;
  readonly body: string;
  readonly marker: Marker;
}

/** All reviews with that key that we made, on every page. */
export async function pastReviews(github: GitHub, pullRequest: number, stamp: Stamp): Promise<readonly PastReview[]> {
  const { owner, repo } = github;
  const all = await github.paginate(github.rest.pulls.listReviews, { owner, repo, pull_number: pullRequest, per_page: 100 });
  const marked = all.flatMap(({ id, state, body, user }) => {
    const marker = readMarker(body);
    return marker?.kind === 'review' && isSameKey(marker, stamp) ? [{ id, state, body, marker, author: user?.login }] : [];
  });
  return marked.length === 0 ? [] : await byAuthor(github, marked);
}

/** Digests of what the bodies of past reviews say. */
export function heldBy(reviews: readonly PastReview[]): ReadonlySet<string> {
  return new Set(reviews.flatMap(({ marker }) => marker.holds ?? []));
}

/**
 * Whether changes have been asked for because of all that the check fails for now. A person who dismissed a review has
 * accepted what it said, and nothing else; one that only comments, as on one's own pull request, is not repeated either.
 */
export function isAskedFor(items: readonly ReviewItem[], reviews: readonly PastReview[]): boolean {
  const asking = reviews.filter(({ marker }) => marker.blocks !== undefined);
  const covers = ({ state, marker }: PastReview, digest: string): boolean =>
    marker.blocks?.some((blocked) => (state === 'DISMISSED' ? blocked === digest : subjectOf(blocked) === subjectOf(digest))) ?? false;
  return asking.length > 0 && items.filter(({ blocks }) => blocks).every((item) => asking.some((review) => covers(review, itemDigest(item))));
}

/**
 * Takes back what no longer holds: the request for changes once the check passes (unless what it was made for could not
 * be judged this time), and what a body said once all of it is in order. The body says so, and is no longer counted.
 */
export async function takeBack(github: GitHub, { pullRequest, stamp, standing, failing }: { readonly pullRequest: number; readonly stamp: Stamp; readonly standing: Standing; readonly failing: boolean }, reviews: readonly PastReview[]): Promise<{ fixed: number; dismissed: number }> {
  const { owner, repo } = github;
  const counts = { fixed: 0, dismissed: 0 };
  for (const review of reviews) {
    const { blocks, holds = [], ...marker } = review.marker;
    const places = marker.places ?? null;
    const passes = !failing && !(blocks ?? []).some((digest) => isStillOpen(digest, standing, places));
    const isMended = holds.length > 0 && holds.every((digest) => isFixed(digest, standing, places));
    const left = { ...(passes || blocks === undefined ? {} : { blocks }), holds: isMended ? [] : holds };
    if (isMended || (passes && blocks !== undefined)) {
      const isDone = left.blocks === undefined && left.holds.length === 0;
      const [, ...text] = review.body.split('\n');
      const body = [renderMarker({ ...marker, ...left }), ...(isDone ? [passes ? passesSince(stamp) : fixedSince(stamp.head), ''] : []), ...text].join('\n');
      await github.rest.pulls.updateReview({ owner, repo, pull_number: pullRequest, review_id: review.id, body: body.slice(0, LONGEST_BODY) });
      counts.fixed += isMended ? 1 : 0;
    }
    if (passes && review.state === 'CHANGES_REQUESTED') {
      await github.rest.pulls.dismissReview({ owner, repo, pull_number: pullRequest, review_id: review.id, message: `Headcheck passes as of ${stamp.head.slice(0, 7)}.` });
      counts.dismissed += 1;
    }
  }
  return counts;
}

function passesSince({ head }: Stamp): string {
  return `**Passes** as of ${head.slice(0, 7)}.`;
}
