import type { ClassFacts } from './facts.ts';

/** Stands, with two more digits, for a number of a name in its template: larger than any layer or expert has. */
const MARKER = '90000000';
/** Numbers of a name that are marked. Real names have three at most. */
const MOST_NUMBERS = 100;

/** A name with the numbers that no fact of the class spells out replaced by markers. */
interface Template {
  readonly text: string;
  readonly numbers: readonly string[];
}

/**
 * Maps names by their templates: tens of thousands of experts of one kind are one template, and every rule of the
 * loader is applied to that once. A number stays in the template where a pattern of the class has that very number
 * (`classifier.0`), since there it may decide.
 */
export class Templates {
  readonly #literal: ReadonlySet<string>;

  constructor(facts: ClassFacts) {
    this.#literal = literalNumbers(facts);
  }

  of(name: string): Template {
    const numbers: string[] = [];
    let text = '';
    let kept = 0;
    let start = 0;
    while (start <= name.length) {
      const dot = name.indexOf('.', start);
      const stop = dot < 0 ? name.length : dot;
      if (isWholeNumber(name, start, stop)) {
        const digits = name.slice(start, stop);
        if (numbers.length < MOST_NUMBERS && !this.#literal.has(digits)) {
          text += name.slice(kept, start) + MARKER + String(numbers.length).padStart(2, '0');
          kept = stop;
          numbers.push(digits);
        }
      }
      start = stop + 1;
    }
    return numbers.length === 0 ? { text: name, numbers } : { text: text + name.slice(kept), numbers };
  }
}

/** What the loader makes of a template, ready to be filled with the numbers of a name. */
export class Filled {
  readonly #parts: readonly string[];
  readonly #numbers: readonly number[];

  constructor(text: string) {
    const numbers: number[] = [];
    this.#parts = text.split(/90000000([0-9]{2})/).filter((part, i) => {
      if (i % 2 === 1) numbers.push(Number(part));
      return i % 2 === 0;
    });
    this.#numbers = numbers;
  }

  with(numbers: readonly string[]): string {
    let text = this.#parts[0] ?? '';
    for (let i = 0; i < this.#numbers.length; i++) text += (numbers[this.#numbers[i] ?? 0] ?? '') + (this.#parts[i + 1] ?? '');
    return text;
  }
}

/**
 * Whether what a loader makes of a name is the same for all names of a template: no expression has a number of its
 * own (`layers.61`), counts digits, or depends on names that came before.
 */
export function mapsByTemplate(facts: ClassFacts): boolean {
  return facts.conversions.every(({ kind, from }) => kind !== 'group' && from.every((pattern) => !pattern.includes('{') && !/(?<![A-Za-z_0-9])[0-9]/.test(pattern) && !/\\d(?!\+)/.test(pattern)));
}

/** Whether names can be told from markers. */
export function canBeMarked(names: readonly string[]): boolean {
  return !names.some((name) => name.includes(MARKER));
}

/** Whether the part of a name from `start` to `stop` is digits and nothing else. */
export function isWholeNumber(name: string, start: number, stop: number): boolean {
  for (let i = start; i < stop; i++) {
    const code = name.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return stop > start;
}

function literalNumbers(facts: ClassFacts): ReadonlySet<string> {
  const literal = new Set<string>();
  for (const { parameters } of facts.groups) {
    for (const { disk, memory } of parameters) {
      for (const segment of `${disk}.${memory}`.split('.')) if (/^[0-9]+$/.test(segment)) literal.add(segment);
    }
  }
  return literal;
}
