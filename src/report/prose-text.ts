import type { Prose } from './report.ts';

/**
 * Prose as one string, its code between backticks as in Markdown: `` `lm_head.weight` is missing ``. This is how
 * prose stands in the JSON report; `proseOf` reads it back.
 */
export function backticked(text: Prose): string {
  return text.map((part) => (typeof part === 'string' ? part : fenced(part.code))).join('');
}

/** Reads what `backticked` wrote, in time linear in its length. A run of backticks without a partner is text. */
export function proseOf(text: string): Prose {
  const parts: (string | { readonly code: string })[] = [];
  let end = 0;
  for (const [open, close] of fencePairs(text)) {
    if (open.index < end) continue;
    if (open.index > end) parts.push(text.slice(end, open.index));
    parts.push({ code: unpadded(text.slice(open.index + open.length, close.index)) });
    end = close.index + close.length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

interface Run {
  readonly index: number;
  readonly length: number;
}

/** Each run of backticks with the next run of the same length, in order; runs without one are left out. */
function fencePairs(text: string): [Run, Run][] {
  const pairs: [Run, Run][] = [];
  const later = new Map<number, Run>();
  for (const match of [...text.matchAll(/`+/g)].reverse()) {
    const run = { index: match.index, length: match[0].length };
    const next = later.get(run.length);
    if (next !== undefined) pairs.push([run, next]);
    later.set(run.length, run);
  }
  return pairs.reverse();
}

function fenced(code: string): string {
  if (code === '') return '';
  const longest = Math.max(0, ...(code.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const padding = /^[` ]|[` ]$/.test(code) ? ' ' : '';
  return `${fence}${padding}${code}${padding}${fence}`;
}

function unpadded(code: string): string {
  return /^ .* $/s.test(code) ? code.slice(1, -1) : code;
}
