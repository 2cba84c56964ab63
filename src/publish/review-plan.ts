import { isCommentable } from '../discovery/diff.ts';
import { digestOf } from './digest.ts';
import { MOST_DIGESTS } from './marker.ts';
import type { PastComment } from './review-threads.ts';

/** Something to say about one place of the pull request. */
export interface ReviewItem {
  /** What it is about, the same from push to push: the reference, say. */
  readonly subject: string;
  readonly path: string;
  readonly line: number | null;
  readonly body: string;
  /** What it says, without what differs from push to push (lines, commits, versions): the same is not said again. */
  readonly says: string;
  /** Whether it is no judgement: what an earlier run did judge still holds. */
  readonly isProvisional: boolean;
  /** Whether this is what the check fails for. */
  readonly blocks: boolean;
}

/** How everything stands that a run was to look at. */
export interface Standing {
  readonly items: readonly ReviewItem[];
  /** Subjects that could not be judged, whether or not there is an item about them. */
  readonly undecided: readonly string[];
  /** Subjects of which nothing is to be said. */
  readonly inOrder: readonly string[];
  /** Whether the run saw all that there is: what is named nowhere is gone then, and otherwise may only have been out of sight. */
  readonly sawAll: boolean;
  /** Files that were not looked into: what stood there may stand there still. */
  readonly skipped: readonly string[];
}

export interface DiffFile {
  readonly path: string;
  /** Where a renamed file was before. */
  readonly previousPath?: string | null;
  /** Null where GitHub shows no diff of it: too large, or binary. */
  readonly patch: string | null;
}

export interface ReviewPlan {
  /** New comments on a line of the diff. */
  readonly inline: readonly ReviewItem[];
  /** New comments on a file of the diff, where its line is not shown. */
  readonly onFile: readonly ReviewItem[];
  /** What has no place in the diff, or no room: for the review's body. */
  readonly inBody: readonly ReviewItem[];
  /** How many more there are than a body answers for. */
  readonly left: number;
  /** Past comments that say something else than now, stand elsewhere, or say what another one says. */
  readonly outdated: readonly PastComment[];
  /** Past comments about what is in order now. */
  readonly fixed: readonly PastComment[];
}

/** More inline comments drown a diff, and GitHub begins to fail. */
export const MOST_INLINE = 30;
/** Each comment on a file is a request and a notification of its own. */
export const MOST_ON_FILE = 5;

/**
 * Sets what is to be said beside what past runs said. An unchanged comment is not repeated: neither where it still
 * stands on its line, nor where people talk below it, resolved it or hid it. What could not be judged this time
 * leaves standing what was said of it before.
 * @param held digests of what the body of a past review says
 */
export function planReview(standing: Standing, past: readonly PastComment[], files: readonly DiffFile[], held: ReadonlySet<string> = new Set()): ReviewPlan {
  const { items, undecided } = standing;
  // Where two runs raced, there are two comments for one item: the one that people talk about stays, else the first.
  const live = past.filter(isLive).sort((a, b) => Number(b.answered) - Number(a.answered) || a.id - b.id);
  const kept = new Set<PastComment>();
  const keeps = keeper(files);
  const isSaid = (item: ReviewItem): boolean => {
    const comment = live.find((one) => !kept.has(one) && keeps(item, one)) ?? (item.isProvisional ? live.find((one) => isJudgement(one.marker.digest) && isAbout(one, item.subject)) : undefined);
    if (comment) kept.add(comment);
    return comment !== undefined || held.has(itemDigest(item));
  };
  const fresh = new Set(items.filter((item) => !isSaid(item)));
  // What is said already takes its room: what was one too many is not brought bit by bit.
  const { inline, onFile, inBody } = placed(items, files);
  const unsaid = (some: readonly ReviewItem[]): ReviewItem[] => some.filter((item) => fresh.has(item));
  const open = new Set(undecided.map(digestOf));
  const gone = live.filter((comment) => !kept.has(comment) && !(isJudgement(comment.marker.digest) && open.has(subjectOf(comment.marker.digest))));
  const fixed = gone.filter(({ marker, path }) => isFixed(marker.digest, standing, [digestOf(path)]));
  const current = new Set([...items.map(({ subject }) => subject), ...undecided].map(digestOf));
  return { inline: unsaid(inline), onFile: unsaid(onFile), inBody: unsaid(inBody.slice(0, MOST_DIGESTS)), left: Math.max(0, inBody.length - MOST_DIGESTS), fixed, outdated: gone.filter(({ marker }) => current.has(subjectOf(marker.digest))) };
}

/**
 * Whether what a past run said is in order now, as far as this run can tell.
 * @param places digests of the paths where it may have stood; null where they are not known
 */
export function isFixed(digest: string, standing: Standing, places: readonly string[] | null): boolean {
  const stand = standOf(digest, standing);
  return stand === 'in order' || (stand === 'unseen' && isGone(standing, places));
}

/** Whether a judgement of a past run is about something that this run could not judge, or may not have seen. */
export function isStillOpen(digest: string, standing: Standing, places: readonly string[] | null): boolean {
  const stand = standOf(digest, standing);
  return (stand === 'undecided' && isJudgement(digest)) || (stand === 'unseen' && !isGone(standing, places));
}

function standOf(digest: string, { items, undecided, inOrder }: Standing): 'undecided' | 'said' | 'in order' | 'unseen' {
  const isAmong = (subjects: readonly string[]): boolean => subjects.some((one) => digestOf(one) === subjectOf(digest));
  if (isAmong(undecided)) return 'undecided';
  if (isAmong(items.map(({ subject }) => subject))) return 'said';
  return isAmong(inOrder) ? 'in order' : 'unseen';
}

/** Whether what is named nowhere any more is gone: not where the place may only have been out of sight. */
function isGone({ sawAll, skipped }: Standing, places: readonly string[] | null): boolean {
  return sawAll && (places === null ? skipped.length === 0 : !skipped.some((path) => places.includes(digestOf(path))));
}

function isLive({ markedFixed, minimized, hidden }: PastComment): boolean {
  return !markedFixed && (!minimized || hidden);
}

/** Tells whether a past comment says the same in the same file, also where that has another name now. */
function keeper(files: readonly DiffFile[]): (item: ReviewItem, comment: PastComment) => boolean {
  const before = new Map(files.map(({ path, previousPath }) => [path, previousPath]));
  return (item, { marker, path, outdated, answered, hidden }) => {
    if (marker.digest !== itemDigest(item)) return false;
    // What people have answered is about the checkpoint: it is answered too where GitHub does not tell what became of the
    // file, as of one that the pull request itself adds and renames.
    if (answered || hidden) return path === item.path || !before.has(path);
    return !outdated && (path === item.path || path === before.get(item.path));
  };
}

function isAbout({ marker }: PastComment, subject: string): boolean {
  return subjectOf(marker.digest) === digestOf(subject);
}

function placed(items: readonly ReviewItem[], files: readonly DiffFile[]): Pick<ReviewPlan, 'inline' | 'onFile' | 'inBody'> {
  const patches = new Map(files.map((file) => [file.path, file.patch]));
  const onLine = items.filter(({ path, line }) => line !== null && isCommentable(patches.get(path), line));
  const elsewhere = items.filter((item) => !onLine.includes(item));
  const inFile = elsewhere.filter(({ path }) => patches.has(path));
  const inline = onLine.slice(0, MOST_INLINE);
  const onFile = inFile.slice(0, MOST_ON_FILE);
  return { inline, onFile, inBody: items.filter((item) => !inline.includes(item) && !onFile.includes(item)) };
}

/** What begins the second half of a digest where it stands for no judgement; no hash does. */
const PROVISIONAL = 'u';

/** Half of it says what the comment is about, half what it says. */
export function itemDigest({ subject, says, isProvisional }: ReviewItem): string {
  const what = digestOf(says);
  return digestOf(subject) + (isProvisional ? PROVISIONAL + what.slice(1) : what);
}

export function subjectOf(digest: string): string {
  return digest.slice(0, digest.length / 2);
}

function isJudgement(digest: string): boolean {
  return digest[digest.length / 2] !== PROVISIONAL;
}
