import type { ClassFacts } from './facts.ts';
import { isWholeNumber } from './templates.ts';

/** A name with the numbers of its lists taken out. */
export interface Pattern {
  readonly pattern: string;
  /** The numbers that `*` stands for, in order. */
  readonly numbers: readonly number[];
}

/**
 * Finds the pattern of a name: a number becomes `*` where the class has a list at that place.
 * @param lists patterns of lists without the number (`model.layers`, `model.layers.*.mlp.experts`, `….experts.expert_`)
 */
export function patternOf(name: string, lists: ReadonlySet<string>): Pattern {
  const numbers: number[] = [];
  const longest = longestOf(lists);
  let pattern = '';
  let start = 0;
  while (start <= name.length) {
    // A look-up reads the whole pattern: for a name of a megabyte, at each of its segments.
    if (pattern.length > longest) return { pattern: `${pattern}${name.slice(start - 1)}`, numbers };
    const dot = name.indexOf('.', start);
    const stop = dot < 0 ? name.length : dot;
    const isNumber = isWholeNumber(name, start, stop) && lists.has(pattern);
    // The number may be the end of a word: `expert_4`.
    const digits = isNumber ? start : wordEnd(name, start, stop);
    const before = `${pattern}${start === 0 ? '' : '.'}${name.slice(start, digits)}`;
    const isListed = isNumber || (digits > start && lists.has(before));
    if (isListed) numbers.push(Number(name.slice(digits, stop)));
    pattern = `${before}${isListed ? '*' : name.slice(digits, stop)}`;
    start = stop + 1;
  }
  return { pattern, numbers };
}

/** The length of the longest list, beyond which no list can end. */
const longests = new WeakMap<ReadonlySet<string>, number>();

function longestOf(lists: ReadonlySet<string>): number {
  let longest = longests.get(lists);
  if (longest === undefined) {
    longest = 0;
    for (const list of lists) longest = Math.max(longest, list.length);
    longests.set(lists, longest);
  }
  return longest;
}

/** Where the number after the last `_` of a segment starts; its start where it ends in none. */
function wordEnd(name: string, start: number, stop: number): number {
  let at = stop;
  while (at > start && isDigit(name.charCodeAt(at - 1))) at--;
  return at > start && at < stop && name[at - 1] === '_' ? at : start;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** The list whose numbers the `*` at a place of a pattern stands for: what is before the dot, or the word that the number ends (`….expert_`). */
export function listBefore(pattern: string, star: number): string {
  return pattern.slice(0, pattern[star - 1] === '.' ? star - 1 : star);
}

/** The lists of a class, by their names on disk or in memory. */
export function listsOf(facts: ClassFacts, names: 'disk' | 'memory'): ReadonlySet<string> {
  const lists = new Set<string>();
  for (const group of facts.groups) {
    for (const parameter of group.parameters) {
      const pattern = parameter[names];
      for (let star = pattern.indexOf('*'); star !== -1; star = pattern.indexOf('*', star + 1)) lists.add(listBefore(pattern, star));
    }
  }
  return lists;
}

/** A pattern with its `*` replaced by numbers, in order. */
export function fillPattern(pattern: string, numbers: readonly number[]): string {
  let filled = '';
  let from = 0;
  for (const number of numbers) {
    const star = pattern.indexOf('*', from);
    if (star < 0) break;
    filled += pattern.slice(from, star) + String(number);
    from = star + 1;
  }
  return from === 0 ? pattern : filled + pattern.slice(from);
}
