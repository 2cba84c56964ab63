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
 * @param lists patterns of lists without the number (`model.layers`, `model.layers.*.mlp.experts`)
 */
export function patternOf(name: string, lists: ReadonlySet<string>): Pattern {
  const numbers: number[] = [];
  let pattern = '';
  let start = 0;
  while (start <= name.length) {
    const dot = name.indexOf('.', start);
    const stop = dot < 0 ? name.length : dot;
    const isNumber = isWholeNumber(name, start, stop) && lists.has(pattern);
    if (isNumber) numbers.push(Number(name.slice(start, stop)));
    pattern += `${start === 0 ? '' : '.'}${isNumber ? '*' : name.slice(start, stop)}`;
    start = stop + 1;
  }
  return { pattern, numbers };
}

/** The lists of a class, by their names on disk or in memory. */
export function listsOf(facts: ClassFacts, names: 'disk' | 'memory'): ReadonlySet<string> {
  const lists = new Set<string>();
  for (const group of facts.groups) {
    for (const parameter of group.parameters) {
      const pattern = parameter[names];
      for (let star = pattern.indexOf('*'); star !== -1; star = pattern.indexOf('*', star + 1)) lists.add(pattern.slice(0, star - 1));
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
