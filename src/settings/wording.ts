import { closest, distance } from 'fastest-levenshtein';
import { prose } from '../report/report.ts';
import { MAX_QUOTED_LENGTH, MAX_SUGGESTION_DISTANCE } from './limits.ts';
import type { Prose } from '../report/report.ts';

/** ` Did you mean x?`, or nothing where no known word is near. */
export function suggestion(word: string, known: readonly string[]): Prose {
  if (known.length === 0 || word.length > MAX_QUOTED_LENGTH) return [];
  const nearest = closest(word, [...known]);
  // A short word is within three edits of anything: at most half of it may differ.
  const allowed = Math.min(MAX_SUGGESTION_DISTANCE, Math.floor(nearest.length / 2));
  return distance(word, nearest) <= allowed ? prose` Did you mean ${nearest}?` : [];
}

/** A value that should not be there, in words: `a list`, `the number 3`, `nothing`. */
export function describe(value: unknown): Prose {
  if (value === null || value === undefined) return ['nothing'];
  if (Array.isArray(value)) return ['a list'];
  if (typeof value === 'string') return value.trim() === '' ? ['an empty text'] : prose`${quoted(value)}`;
  if (typeof value === 'object') return ['a mapping'];
  return [`the ${typeof value} `, { code: quoted(String(value)) }];
}

/** The text on one line, control characters as JSON writes them, cut to a length that fits into a sentence. */
export function quoted(text: string): string {
  const line = text.slice(0, MAX_QUOTED_LENGTH).replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
  return text.length > MAX_QUOTED_LENGTH ? `${line}…` : line;
}

/** `a`, `b` or `c`, each as code. */
export function alternatives(words: readonly string[]): Prose {
  return words.flatMap((word, i) => {
    const separator = i === 0 ? [] : i === words.length - 1 ? [' or '] : [', '];
    return [...separator, { code: word }];
  });
}
