import type { GitHub } from './client.ts';
import { isSameKey, LONGEST_BODY, MOST_DIGESTS, readMarker, renderMarker, type Marker, type Stamp } from './marker.ts';
import { isFixed, isStillOpen, itemDigest, subjectOf, type ReviewItem, type Standing } from './review-plan.ts';
import { fixedSince, minimize } from './review-threads.ts';
import { byAuthor } from './viewer.ts';

/** A review of ours, as a past run left it. */
export interface PastReview {
  readonly id: number;
  /** GraphQL's id, for minimising. */
  readonly nodeId: string;
  /** `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`, … */
  readonly state: string;
  readonly body: string;
  readonly marker: Marker;
}

/** All reviews with that key that we made, on every page. */
export async function pastReviews(github: GitHub, pullRequest: number, stamp: Stamp): Promise<readonly PastReview[]> {
  const { owner, repo } = github;
  const all = await github.paginate(github.rest.pulls.listReviews, { owner, repo, pull_number: pullRequest, per_page: 100 });
  const marked = all.flatMap(({ id, node_id: nodeId, state, body, user }) => {
    const marker = readMarker(body);
    return marker?.kind === 'review' && isSameKey(marker, stamp) ? [{ id, nodeId, state, body, marker, author: user?.login }] : [];
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
  return asking.length > 0 && items.filter(({ blocks }) => blocks).slice(0, MOST_DIGESTS).every((item) => asking.some((review) => covers(review, itemDigest(item))));
}

interface Round { readonly pullRequest: number; readonly stamp: Stamp; readonly standing: Standing; readonly failing: boolean }

/**
 * Takes back what no longer holds: the request for changes once the check passes (unless what it was made for could not
 * be judged this time), and what a body said once all of it is in order. The body says so, and is no longer counted.
 * One of which nothing holds any more, because something else is said now, is folded away.
 */
export async function takeBack(github: GitHub, round: Round, reviews: readonly PastReview[]): Promise<{ fixed: number; dismissed: number }> {
  const { owner, repo } = github;
  const { pullRequest, stamp, standing, failing } = round;
  const counts = { fixed: 0, dismissed: 0 };
  for (const review of reviews) {
    const { blocks, holds = [], ...marker } = review.marker;
    const places = marker.places ?? null;
    const passes = !failing && !(blocks ?? []).some((digest) => isStillOpen(digest, standing, places));
    const isMended = holds.length > 0 && holds.every((digest) => isFixed(digest, standing, places));
    const isOutdated = !isMended && holds.length > 0 && !holds.some((digest) => stillHolds(digest, standing, places));
    const left = { ...(passes || blocks === undefined ? {} : { blocks }), holds: isMended || isOutdated ? [] : holds };
    if (isMended || isOutdated || (passes && blocks !== undefined)) {
      const isDone = left.blocks === undefined && left.holds.length === 0 && !isOutdated;
      const [, ...text] = review.body.split('\n');
      const body = [renderMarker({ ...marker, ...left }), ...(isDone ? [passes ? passesSince(stamp) : fixedSince(stamp.head), ''] : []), ...text].join('\n');
      await github.rest.pulls.updateReview({ owner, repo, pull_number: pullRequest, review_id: review.id, body: body.slice(0, LONGEST_BODY) });
      counts.fixed += isMended ? 1 : 0;
    }
    // One that still blocks has to stay in sight.
    if (isOutdated && left.blocks === undefined) await minimize(github, review, 'OUTDATED');
    if (passes && review.state === 'CHANGES_REQUESTED') {
      await github.rest.pulls.dismissReview({ owner, repo, pull_number: pullRequest, review_id: review.id, message: `Headcheck passes as of ${stamp.head.slice(0, 7)}.` });
      counts.dismissed += 1;
    }
  }
  return counts;
}

/** Whether what a body said is said now too, or may be so still. */
function stillHolds(digest: string, standing: Standing, places: readonly string[] | null): boolean {
  return standing.items.some((item) => itemDigest(item) === digest) || isStillOpen(digest, standing, places);
}

function passesSince({ head }: Stamp): string {
  return `**Passes** as of ${head.slice(0, 7)}.`;
}
