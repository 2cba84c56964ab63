import { MalformedError } from '../errors.ts';
import { compareNames } from './name-order.ts';

/**
 * Names of parameters that differ only in numbers, as one pattern: `model.layers.{0-8,10}.mlp.up_proj.weight`.
 * Braces stand for each number in turn; several braces for every combination. A brace or backslash that is part of a
 * name has a backslash before it. Numbers with leading zeros or above six digits stay as they are.
 */

/** Numbers of one name that are told apart; real names have three at most. Each is a level of recursion. */
const MAX_NUMBERS = 4;
const NUMBER = /(?<=^|\.)(?:0|[1-9]\d{0,5})(?=\.|$)/g;
/** Stands for a number in a template. A name that holds it is its own template. */
const HOLE = '\0';

/** Writes names as few patterns that stand for exactly these names, in an order that depends on the names alone. */
export function compressNames(names: readonly string[]): string[] {
  // Names without their numbers, and the numbers of all names that are alike but for them.
  const templates = new Map<string, number[][]>();
  const patterns: string[] = [];
  for (const name of names) {
    if (name.includes(HOLE)) {
      patterns.push(escape(name));
      continue;
    }
    const numbers: number[] = [];
    const template = name.replace(NUMBER, (number) => (numbers.length < MAX_NUMBERS ? (numbers.push(Number(number)), HOLE) : number));
    const tuples = templates.get(template);
    if (tuples === undefined) templates.set(template, [numbers]);
    else tuples.push(numbers);
  }
  for (const [template, tuples] of templates) {
    const texts = template.split(HOLE).map(escape);
    for (const ranges of compressTuples(tuples)) patterns.push(texts.map((text, i) => text + (ranges[i] ?? '')).join(''));
  }
  return patterns.sort(compareNames);
}

function escape(text: string): string {
  return text.replace(/[\\{}]/g, '\\$&');
}

/** Tuples of numbers as tuples of ranges. First numbers with the same rest behind them are put together. */
function compressTuples(tuples: readonly (readonly number[])[]): string[][] {
  if (tuples.every((tuple) => tuple.length === 0)) return tuples.map(() => []);
  const byFirst = new Map<number, (readonly number[])[]>();
  for (const [first = 0, ...rest] of tuples) {
    const rests = byFirst.get(first);
    if (rests === undefined) byFirst.set(first, [rest]);
    else rests.push(rest);
  }
  const byRest = new Map<string, { readonly firsts: number[]; readonly rests: string[][] }>();
  for (const [first, rest] of [...byFirst].sort(([a], [b]) => a - b)) {
    const rests = compressTuples(rest);
    const key = JSON.stringify(rests);
    const group = byRest.get(key);
    if (group === undefined) byRest.set(key, { firsts: [first], rests });
    else group.firsts.push(first);
  }
  return [...byRest.values()].flatMap(({ firsts, rests }) => rests.map((rest) => [ranges(firsts), ...rest]));
}

/** `{0-8,10}` of ascending numbers; a single number without braces. */
function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  const text = runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(',');
  return numbers.length === 1 ? text : `{${text}}`;
}

/** A pattern taken apart: text and choices in turn. */
export interface NamePattern {
  readonly parts: readonly (string | readonly number[])[];
  /** How many names it stands for. */
  readonly count: number;
}

/**
 * Takes a pattern apart without writing its names out.
 * @param limit names that it may stand for at most
 * @throws MalformedError where it is none, or stands for more
 */
export function parsePattern(pattern: string, limit: number): NamePattern {
  const parts: (string | readonly number[])[] = [];
  let count = 1;
  let at = 0;
  for (const token of pattern.matchAll(/\\([\\{}])|\{([\d,-]{1,100000})\}|([^\\{}]+)/g)) {
    if (token.index !== at) break;
    at += token[0].length;
    const [, escaped, choices, text] = token;
    if (choices === undefined) parts.push(escaped ?? text ?? '');
    else {
      const numbers = expandRanges(choices, pattern, limit);
      count *= numbers.length;
      parts.push(numbers);
    }
    if (count > limit) throw malformed(pattern, `it stands for more than ${limit} names`);
  }
  if (at !== pattern.length) throw malformed(pattern, `character ${at + 1} cannot be read`);
  return { parts, count };
}

function expandRanges(text: string, pattern: string, limit: number): number[] {
  const numbers: number[] = [];
  for (const run of text.split(',')) {
    const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(run);
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    if (match === null || to < from) throw malformed(pattern, `"${run.slice(0, 20)}" is no range`);
    if (numbers.length + to - from >= limit) throw malformed(pattern, `it stands for more than ${limit} names`);
    for (let number = from; number <= to; number++) numbers.push(number);
  }
  return numbers;
}

function malformed(pattern: string, why: string): MalformedError {
  return new MalformedError(`The pattern of names "${pattern.slice(0, 100)}" is malformed: ${why}.`, 'Make the snapshot again with headcheck snapshot.');
}

/** The names that a pattern stands for, the last choice changing first. */
export function expandPattern({ parts }: NamePattern): string[] {
  let names = [''];
  for (const part of parts) {
    if (typeof part === 'string') names = names.map((name) => name + part);
    else names = names.flatMap((name) => part.map((number) => name + number));
  }
  return names;
}
