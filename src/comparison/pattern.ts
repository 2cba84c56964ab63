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

/** Numbers below this share one key with another, exactly. No layer and no expert has a larger one. */
const KEY_LIMIT = 2 ** 26;

/** A key of a name's numbers, equal for equal ones. One or two make a number, since there may be a key a parameter. */
export function numbersKey(numbers: readonly number[]): number | string {
  const [first = 0, second = 0] = numbers;
  if (numbers.length === 0 || numbers.length > 2 || first >= KEY_LIMIT || second >= KEY_LIMIT) return numbers.join();
  return numbers.length === 1 ? first : (first + 1) * KEY_LIMIT + second;
}

/** Whether a class has the same lists on disk and in memory, so that equal names have equal patterns. */
export function hasSamePatterns(facts: ClassFacts | null): boolean {
  if (facts === null) return true;
  const [memory, disk] = [listsOf(facts, 'memory'), listsOf(facts, 'disk')];
  return memory.size === disk.size && [...memory].every((list) => disk.has(list));
}

/** How many numbers a pattern has. */
export function stars(pattern: string): number {
  let count = 0;
  for (const character of pattern) if (character === '*') count++;
  return count;
}

/** The list of layers that a parameter is in (`model.encoder.layers.`), by its pattern; null outside of layers. */
export function listOf(pattern: string): string | null {
  const star = pattern.indexOf('*');
  return star < 0 ? null : pattern.slice(0, star);
}

/** A name or pattern with a star for every number in it, whatever list it counts. */
export function unnumbered(name: string): string {
  return name.replaceAll(/(?<=\.|^)(?:\d+|\*)(?=\.|$)/g, '*');
}

/** Names in memory of all parameters of a class, with every number taken out. */
export function parameterPaths({ groups }: ClassFacts): string[] {
  return groups.flatMap(({ parameters }) => parameters.map(({ memory }) => unnumbered(memory)));
}
