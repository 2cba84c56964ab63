import { getOrAdd, push } from '../multimap.ts';
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
    push(series, `${place.list}*${place.rest}`, place);
    getOrAdd(alike, `${place.list}*${lastOf(place.rest)}`, () => new Set()).add(place.number);
  }
  const found = new Map<string, Gap>();
  for (const [first, ...others] of series.values()) {
    if (first === undefined) continue;
    for (const number of gapIn([first, ...others].map((place) => place.number))) {
      const module = `${first.list}${number}${first.rest}`;
      const isElsewhere = alike.get(`${first.list}*${lastOf(first.rest)}`)?.has(number) === true;
      if (!isElsewhere && isTarget(module) && !isOfAnotherKind(series, places, first.list, number)) found.set(module, { module, like: first.module });
    }
  }
  return [...found.values()];
}

/** A module at each of its numbers. A number at the end counts what follows each other in a sequence, with or without parameters. */
function placesIn(module: string): Place[] {
  return [...module.matchAll(/(?<=\.)\d+(?=\.)/g)].map((match) => ({ list: module.slice(0, match.index), number: Number(match[0]), rest: module.slice(match.index + match[0].length), module }));
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

/** Whether a layer has a module that few of the others have. */
function isOfAnotherKind(series: ReadonlyMap<string, readonly Place[]>, places: readonly Place[], list: string, number: number): boolean {
  const layers = new Set(places.filter((place) => place.list === list).map((place) => place.number)).size;
  return places.some((place) => place.list === list && place.number === number && (series.get(`${list}*${place.rest}`)?.length ?? 0) * 2 < layers);
}

function lastOf(rest: string): string {
  return rest.slice(rest.lastIndexOf('.') + 1);
}
