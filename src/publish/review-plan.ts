import { isCommentable } from '../discovery/diff.ts';
import { digestOf } from './digest.ts';
import type { PastComment } from './review-threads.ts';

/** Something to say about one place of the pull request. */
export interface ReviewItem {
  /** What it is about, the same from push to push: the reference, say. */
  readonly subject: string;
  readonly path: string;
  readonly line: number | null;
  readonly body: string;
}

export interface DiffFile {
  readonly path: string;
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
  /** Past comments that say something else than now, or stand elsewhere. */
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
 * stands on its line, nor where people talk below it.
 */
export function planReview(items: readonly ReviewItem[], past: readonly PastComment[], files: readonly DiffFile[]): ReviewPlan {
  const live = past.filter((comment) => !comment.minimized && !comment.markedFixed);
  const keeps = (item: ReviewItem, comment: PastComment): boolean =>
    comment.marker.digest === itemDigest(item) && comment.path === item.path && (!comment.outdated || comment.answered || comment.resolved);
  const fresh = items.filter((item) => !live.some((comment) => keeps(item, comment)));
  const gone = live.filter((comment) => !items.some((item) => keeps(item, comment)));
  const subjects = new Set(items.map((item) => subjectDigest(item)));
  const isFixed = ({ marker }: PastComment): boolean => !subjects.has(marker.digest.slice(0, marker.digest.length / 2));
  return { ...placed(fresh, files), outdated: gone.filter((comment) => !isFixed(comment)), fixed: gone.filter(isFixed) };
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

/** Half of it says what the comment is about, half what it says. */
export function itemDigest(item: ReviewItem): string {
  return subjectDigest(item) + digestOf(item.body);
}

function subjectDigest({ subject }: ReviewItem): string {
  return digestOf(subject);
}
