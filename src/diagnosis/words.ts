import { counted, grouped, size } from './numbers.ts';
import type { Prose } from './prose.ts';
import { prose } from './prose.ts';

/** Our own words, where a template would take them for code. */
export function words(text: string): Prose {
  return [text];
}

/** `1,050,673,152 bytes (1.05 GB)`; without the second where it says the same. */
export function exactSize(bytes: number): Prose {
  const exact = counted(bytes, 'byte');
  return [bytes < 1000 ? exact : `${exact} (${size(bytes)})`];
}

/** The same for words that stand in brackets themselves: `1,050,673,152 bytes, 1.05 GB`. */
export function enclosedSize(bytes: number): Prose {
  const exact = counted(bytes, 'byte');
  return [bytes < 1000 ? exact : `${exact}, ${size(bytes)}`];
}

/** The first names, each as code, and how many more there are. */
export function someNames(names: readonly string[], most = 3): Prose {
  const shown = names.length <= most + 1 ? names : names.slice(0, most);
  const parts: Prose[] = shown.map((name, i) => (i === 0 ? prose`${name}` : prose`, ${name}`));
  const more = names.length - shown.length;
  return [...parts.flat(), ...(more > 0 ? [` and ${grouped(more)} more`] : [])];
}

/**
 * `12`, `12–14`, `3, 7 and 12–14`: whole numbers in ascending order, runs joined.
 * @param end where the last run goes on to, though its numbers are not all given
 */
export function ranges(numbers: readonly number[], end: number | null = null): Prose {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  const tail = runs.at(-1);
  if (tail !== undefined && end !== null) tail[1] = end;
  const texts = runs.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`));
  const shown = texts.length > 6 ? [...texts.slice(0, 5), `${texts.length - 5} more runs`] : texts;
  const last = shown.pop() ?? '';
  return [shown.length === 0 ? last : `${shown.join(', ')} and ${last}`];
}

/** `[128256, 4096]`, as Python shows it. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** A Python (and JSON) string literal. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/** What loaders put in the place of missing parameters: matrices get random numbers, biases zeros, and the weights of norms ones. */
export function newValues(tensors: readonly { readonly shape: readonly number[] }[]): Prose {
  return [tensors.some(({ shape }) => shape.length < 2) ? 'newly initialised values' : 'random numbers'];
}
