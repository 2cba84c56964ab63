import { getOrAdd, push } from '../multimap.ts';
import { LONGEST_NAME } from './names.ts';
import type { SortedTensors } from './tensors.ts';
import type { targetTest } from './targets.ts';

/** A module of which nothing is stored, and one that is like it but for one number. */
export interface Gap {
  readonly module: string;
  readonly like: string;
}

/** A module's name, parted at one of its numbers. */
interface Place {
  /** What stands before the number: the list of layers, or of experts. */
  readonly list: string;
  readonly number: number;
  readonly rest: string;
  readonly module: string;
}

/** Present numbers for each one that is not there, at least: fewer prove no order. */
const EVIDENCE = 2;
/** Numbers of a name that are looked at: real ones have three at most. */
const MOST_NUMBERS = 4;

/**
 * Modules that a gap in the numbers of the others shows (layers 0, 1 and 3: the second is lost), where no base tells what
 * there is. One gap is a loss; several are a model whose layers are of two kinds, and so is a layer that has what its
 * neighbours have not. What would stand after the last number, nothing shows.
 */
export function findGaps({ modules }: SortedTensors, isTarget: NonNullable<ReturnType<typeof targetTest>>): Gap[] {
  const series = new Map<string, Place[]>();
  const alike = new Map<string, Set<number>>();
  const places = [...modules.keys()].flatMap(placesIn);
  for (const place of places) {
    push(series, seriesOf(place), place);
    getOrAdd(alike, `${place.list}*${lastOf(place.rest)}`, () => new Set()).add(place.number);
  }
  const others = layersOfAnotherKind(places, series);
  const found = new Map<string, Gap>();
  for (const [first, ...next] of series.values()) {
    if (first === undefined) continue;
    for (const number of gapIn([first, ...next].map((place) => place.number))) {
      const module = `${first.list}${number}${first.rest}`;
      const isElsewhere = alike.get(`${first.list}*${lastOf(first.rest)}`)?.has(number) === true;
      if (!isElsewhere && !others.has(`${first.list}${number}`) && isTarget(module)) found.set(module, { module, like: first.module });
    }
  }
  return [...found.values()];
}

/**
 * A module at each of its numbers. A number at the end counts what follows each other in a sequence, with or without
 * parameters. What no model has, a name of a megabyte or of many numbers, is left out: each number would copy it.
 */
function placesIn(module: string): Place[] {
  if (module.length > LONGEST_NAME) return [];
  const numbers = [...module.matchAll(/(?<=\.)\d+(?=\.)/g)].slice(0, MOST_NUMBERS);
  return numbers.map(({ 0: digits, index }) => ({ list: module.slice(0, index), number: Number(digits), rest: module.slice(index + digits.length), module }));
}

function seriesOf({ list, rest }: Place): string {
  return `${list}*${rest}`;
}

/** The numbers between the first and the last that are not there, where they follow each other and are few beside the others. */
function gapIn(numbers: readonly number[]): number[] {
  const present = [...new Set(numbers)].sort((a, b) => a - b);
  const after = present.filter((number, i) => i > 0 && number - (present[i - 1] ?? number) > 1);
  const [end] = after;
  if (end === undefined || after.length > 1) return [];
  const start = (present[present.indexOf(end) - 1] ?? end) + 1;
  return (end - start) * EVIDENCE < present.length ? Array.from({ length: end - start }, (_, i) => start + i) : [];
}

/** Layers, each as its list and its number, that have a module that few of the others have. */
function layersOfAnotherKind(places: readonly Place[], series: ReadonlyMap<string, readonly Place[]>): ReadonlySet<string> {
  const layers = new Map<string, Set<number>>();
  for (const { list, number } of places) getOrAdd(layers, list, () => new Set()).add(number);
  const isRare = (place: Place): boolean => (series.get(seriesOf(place))?.length ?? 0) * 2 < (layers.get(place.list)?.size ?? 0);
  return new Set(places.filter(isRare).map(({ list, number }) => `${list}${number}`));
}

function lastOf(rest: string): string {
  return rest.slice(rest.lastIndexOf('.') + 1);
}
