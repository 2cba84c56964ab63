import { explained, isRefusal, statusOf, type GitHub } from './client.ts';
import { digestOf } from './digest.ts';
import { isLocked } from './locked.ts';
import { compareStamps, isSameKey, LONGEST_BODY, readMarker, renderMarker, type Marker, type Stamp } from './marker.ts';
import { isNewer, type Position } from './overtaken.ts';
import { byAuthor } from './viewer.ts';

export interface StickyComment {
  readonly pullRequest: number;
  readonly stamp: Stamp;
  /** Renders the comment within so many UTF-16 units. */
  readonly body: (limit: number) => string;
  /** Whether to post where there is no comment yet; an existing one is always brought up to date. */
  readonly create: boolean;
  /** What the comment says, without what differs from run to run: a comment about the same is left alone. Null to always update. */
  readonly substance: string | null;
  /** Where the commit that was checked stands by now. Asked where no marker of the same commit vouches for a write. */
  readonly position: () => Promise<Position>;
}

export type StickyOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged'; readonly url: string }
  /** A newer run has posted already. */
  | { readonly kind: 'superseded'; readonly url: string }
  /** A newer commit was pushed, of which a newer run speaks. */
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'not-wanted' }
  /** Nobody but people with write access may post there. */
  | { readonly kind: 'locked' }
  /** The token may not write, as for a fork's pull request. */
  | { readonly kind: 'refused' };

interface Comment { readonly id: number; readonly url: string; readonly marker: Marker }

/** After a write the comments are read again, because another run may have written meanwhile; this often at most. */
const MOST_ROUNDS = 4;

/**
 * Brings the one comment with this key on a pull request up to date: found among all pages by marker and author,
 * updated in place, never stacked. An older run never overwrites what a newer one said; of two runs that race, one
 * comment remains, that of the newer run.
 * @throws AccessError, NotFoundError or UnreachableError where GitHub fails otherwise than by refusing to write
 */
export async function publishSticky(github: GitHub, sticky: StickyComment): Promise<StickyOutcome> {
  try {
    return await settle(github, sticky);
  } catch (error) {
    if (await isLocked(github, sticky.pullRequest, error)) return { kind: 'locked' };
    if (isRefusal(error)) return { kind: 'refused' };
    throw explained(error, `comment on pull request #${sticky.pullRequest}`);
  }
}

async function settle(github: GitHub, sticky: StickyComment): Promise<StickyOutcome> {
  const { marker, body } = rendered(sticky);
  let wrote: 'created' | 'updated' | null = null;
  for (let round = 0; ; round++) {
    const [newest, ...others] = await own(github, sticky);
    const newer = newest && (await isNewer(newest.marker, marker, sticky.position));
    const same = newest && (sameRun(newest.marker, marker) || sticky.substance !== null) && newest.marker.digest === marker.digest;
    if (newest && (newer || same)) {
      // Whoever raced sees the same list and keeps the same comment, so that exactly one remains.
      for (const other of others) await remove(github, other);
      return { kind: newer ? 'superseded' : (wrote ?? 'unchanged'), url: newest.url };
    }
    if (!newest && !sticky.create) return { kind: 'not-wanted' };
    // A newer run may have found nothing to say, or nothing to change: the comments cannot tell. Nor does a clock tell
    // which of two commits is newer.
    const isVouchedFor = newest?.marker.head === marker.head && sticky.substance === null;
    if (wrote === null && !isVouchedFor && (await sticky.position()) === 'overtaken') return { kind: 'overtaken' };
    if (newest && round >= MOST_ROUNDS) return { kind: wrote ?? 'unchanged', url: newest.url };
    if (round >= MOST_ROUNDS) throw new Error('GitHub does not show the comment that it took');
    if (newest) await update(github, newest, body);
    else await create(github, sticky, body);
    wrote = newest && wrote !== 'created' ? 'updated' : 'created';
  }
}

function rendered({ stamp, body, substance }: StickyComment): { marker: Marker; body: string } {
  // The digest is as long for every text: the room that the marker takes is known before the text is.
  const blank: Marker = { ...stamp, kind: 'comment', digest: digestOf('') };
  const text = body(LONGEST_BODY - renderMarker(blank).length - 1);
  const marker = { ...blank, digest: digestOf(substance ?? text) };
  return { marker, body: `${renderMarker(marker)}\n${text}` };
}

function sameRun(a: Stamp, b: Stamp): boolean {
  return compareStamps(a, b) === 0 && a.head === b.head;
}

/** Our own comments with this key, that of the newest run first; of equal ones the oldest first. */
async function own(github: GitHub, { pullRequest, stamp }: StickyComment): Promise<readonly Comment[]> {
  const { owner, repo } = github;
  const all = await github.paginate(github.rest.issues.listComments, { owner, repo, issue_number: pullRequest, per_page: 100 });
  const marked = all.flatMap(({ id, html_url: url, body = '', user }) => {
    const marker = readMarker(body);
    return marker?.kind === 'comment' && isSameKey(marker, stamp) ? [{ id, url: addressOf(github, pullRequest, id, url), marker, author: user?.login }] : [];
  });
  // Who we are is asked only where it decides something: not on the first run.
  const found = marked.length === 0 ? [] : await byAuthor(github, marked);
  return found.sort((a, b) => compareStamps(b.marker, a.marker) || a.id - b.id);
}

/** Letters, digits and what else such an address is made of: nothing that Markdown, a terminal or a runner would take for its own. */
const ADDRESS = /^https?:\/\/[\w.:-]+\/[\w.~/-]+#[\w-]+$/;

/** The address that GitHub gives the comment; where it is none that can be pasted anywhere, the one that it must have. */
function addressOf({ serverUrl, owner, repo }: GitHub, pullRequest: number, id: number, url: string): string {
  return ADDRESS.test(url) ? url : `${serverUrl}/${owner}/${repo}/pull/${pullRequest}#issuecomment-${id}`;
}

async function create(github: GitHub, { pullRequest }: StickyComment, body: string): Promise<void> {
  const { owner, repo } = github;
  try {
    // Not retried as it is: GitHub may have stored it although the answer was lost. The caller lists again first.
    await github.rest.issues.createComment({ owner, repo, issue_number: pullRequest, body, request: { retries: 0 } });
  } catch (error) {
    if ((statusOf(error) ?? 0) < 500) throw error;
  }
}

async function update(github: GitHub, { id }: Comment, body: string): Promise<void> {
  const { owner, repo } = github;
  try {
    await github.rest.issues.updateComment({ owner, repo, comment_id: id, body });
  } catch (error) {
    // Deleted meanwhile, by a person or by a run that raced: the next round sees what is left.
    if (statusOf(error) !== 404) throw error;
  }
}

async function remove(github: GitHub, { id }: Comment): Promise<void> {
  const { owner, repo } = github;
  try {
    await github.rest.issues.deleteComment({ owner, repo, comment_id: id });
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}
