import { fillPattern, listsOf, patternOf } from '../architecture/patterns.ts';
import type { Pattern } from '../architecture/patterns.ts';
import type { ClassFacts } from '../architecture/facts.ts';

export type NamePattern = Pattern;
export { fillPattern as fill };

const NUMBER_SEGMENT = /(?<=^|\.)\d+(?=\.|$)/g;

/** Where nothing is known of the class: every whole-number segment becomes `*`. */
function genericPattern(name: string): NamePattern {
  const numbers: number[] = [];
  const pattern = name.replace(NUMBER_SEGMENT, (digits) => {
    numbers.push(Number(digits));
    return '*';
  });
  return { pattern, numbers };
}

const lists = { memory: new WeakMap<ClassFacts, ReadonlySet<string>>(), disk: new WeakMap<ClassFacts, ReadonlySet<string>>() };

/** The pattern of a name by the lists of a class, or, where nothing is known of it, with every number as a list's. */
export function patternIn(facts: ClassFacts | null, space: 'memory' | 'disk', name: string): NamePattern {
  if (facts === null) return genericPattern(name);
  let known = lists[space].get(facts);
  if (known === undefined) {
    known = listsOf(facts, space);
    lists[space].set(facts, known);
  }
  return patternOf(name, known);
}

/** How many numbers a pattern has. */
export function stars(pattern: string): number {
  let count = 0;
  for (const character of pattern) if (character === '*') count++;
  return count;
}
