/**
 * The invisible first line of everything that Headcheck posts. By it a later run finds what an earlier one posted,
 * and knows whether that one was newer.
 */
export interface Stamp {
  /** Tells apart several comments on one pull request, as of a matrix. */
  readonly key: string;
  /** The commit that was checked. */
  readonly head: string;
  /** The workflow run; greater is newer. */
  readonly run: number;
  /** The attempt of that run; greater is newer. */
  readonly attempt: number;
  /**
   * When the check began, in milliseconds since 1970: an old run that is run again is newer than the runs made meanwhile,
   * which its numbers do not tell. Absent from what earlier versions posted.
   */
  readonly started?: number;
}

export interface Marker extends Stamp {
  /** What was posted: the whole, a review, or one finding on a line. */
  readonly kind: 'comment' | 'review' | 'finding';
  /** A hash of what the post says, so that the same is not posted twice. */
  readonly digest: string;
  /** Of a review that asks for changes: the digests of what it asks them for. Left out where it asks for none, or no longer. */
  readonly blocks?: readonly string[];
  /** Of a review: the digests of what its body says, as no place in the diff could. */
  readonly holds?: readonly string[];
  /** Of a review: digests of the paths where what it blocks and holds was named. */
  readonly places?: readonly string[];
}

/** GitHub refuses a longer body, marker included. In UTF-16 units. */
export const LONGEST_BODY = 65_536;

/** As many as a review answers for: more would not leave room for what it says. */
export const MOST_DIGESTS = 300;

/** The key is for people to choose, and ends up in a comment; longer says no more. */
export const LONGEST_KEY = 100;

/** An HTML comment: GitHub shows nothing of it. Values are percent-encoded, so none can end it. */
export function renderMarker(marker: Marker): string {
  const { kind, key, head, run, attempt, started, digest, blocks, holds = [], places = [] } = marker;
  const lists = { ...(blocks === undefined ? {} : { blocks: listed(blocks) }), ...(holds.length === 0 ? {} : { holds: listed(holds) }), ...(places.length === 0 ? {} : { places: listed(places) }) };
  const values = Object.entries({ key: normalKey(key), head, run, attempt, ...(started === undefined ? {} : { started }), digest, ...lists }).map(([name, value]) => `${name}=${encode(String(value))}`);
  return `<!-- headcheck:${kind} ${values.join(' ')} -->`;
}

/** The marker that a body starts with, or null. Only the start counts: anything further down may be quoted. */
export function readMarker(body: string): Marker | null {
  const found = /^<!-- headcheck:(comment|review|finding) ([^\n>]*) -->/.exec(body);
  const kind = found?.[1];
  if (!found || (kind !== 'comment' && kind !== 'review' && kind !== 'finding')) return null;
  const values = new Map((found[2] ?? '').split(' ').map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), decode(pair.slice(at + 1))];
  }));
  const [run, attempt, started] = [Number(values.get('run')), Number(values.get('attempt')), Number(values.get('started') ?? NaN)];
  const [key, head, digest] = [values.get('key'), values.get('head'), values.get('digest')];
  if (key === undefined || head === undefined || digest === undefined || !Number.isSafeInteger(run) || !Number.isSafeInteger(attempt)) return null;
  const lists = (['blocks', 'holds', 'places'] as const).flatMap((name) => {
    const list = values.get(name);
    return list === undefined ? [] : [[name, unlisted(list)] as const];
  });
  return { kind, key, head, run, attempt, ...(Number.isSafeInteger(started) ? { started } : {}), digest, ...Object.fromEntries(lists) };
}

function listed(digests: readonly string[]): string {
  return digests.slice(0, MOST_DIGESTS).join('.');
}

function unlisted(text: string): readonly string[] {
  return text.split('.').filter((digest) => digest !== '');
}

/** Whether a post is of the comment or review that the stamp belongs to. */
export function isSameKey(marker: Marker, stamp: Stamp): boolean {
  return marker.key === normalKey(stamp.key);
}

/** The form in which a key is stored: short, and of whole characters. */
function normalKey(key: string): string {
  return key.slice(0, LONGEST_KEY).replace(/\p{Cs}/gu, '\ufffd');
}

/**
 * Negative where the check of `a` began before that of `b`, positive where it began after it, 0 where it is the same.
 * Where one of them does not say when, their numbers decide; attempts of one run follow each other whatever the clocks say.
 */
export function compareStamps(a: Stamp, b: Stamp): number {
  const began = a.started === undefined || b.started === undefined ? 0 : a.started - b.started;
  return a.run === b.run ? compareRuns(a, b) || began : began || compareRuns(a, b);
}

/** As `compareStamps`, by when the runs were made: being run again makes none newer. */
export function compareRuns(a: Stamp, b: Stamp): number {
  return a.run - b.run || a.attempt - b.attempt;
}

/** `--` ends a comment in some parsers, so dashes are encoded too. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[-!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
