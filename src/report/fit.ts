import type { Version } from './document/block.ts';

/** A version that can be made a text. */
export interface Renderable extends Version {
  /** A length that the text reaches at least, known without making it: of most that goes, no text is ever made. */
  readonly least: number;
  readonly text: () => string;
}

/**
 * Joins parts with empty lines, shortening from the least important on until the whole fits.
 * @param blocks each part's versions, from whole to shortest
 * @param note makes the sentence that says what was left out: what → how often
 * @returns null where even the shortest is too long
 */
export function fit(blocks: readonly (readonly Renderable[])[], limit: number, note: (lost: ReadonlyMap<string, number>) => string): string | null {
  const shortening = new Shortening(blocks);
  const isTooLong = (reserve: number): boolean => shortening.least + reserve > limit || shortening.length() + reserve > limit;
  // The sentence at its longest, so that it need not be made anew at each step.
  const reserve = isTooLong(0) ? note(everything(blocks)).length + 2 : 0;
  for (const step of steps(blocks)) {
    if (step.rank === Number.POSITIVE_INFINITY || !isTooLong(reserve)) break;
    shortening.take(step);
  }
  if (isTooLong(reserve)) return null;
  const { lost } = shortening;
  const sentence = lost.size > 0 ? note(lost) : '';
  return [...shortening.texts(), sentence].filter((text) => text !== '').map((text) => text.trimEnd()).join('\n\n') + '\n';
}

/** How far each part is shortened. Texts are made once their length decides, and once. */
class Shortening {
  readonly lost = new Map<string, number>();
  /** The whole is at least that long. */
  least: number;
  readonly #blocks: readonly (readonly Renderable[])[];
  readonly #current: number[];
  readonly #made = new Map<Renderable, string>();
  #length: number | null = null;

  constructor(blocks: readonly (readonly Renderable[])[]) {
    this.#blocks = blocks;
    this.#current = blocks.map(() => 0);
    this.least = blocks.reduce((sum, [first]) => sum + (first?.least ?? 0), 0);
  }

  /** Goes on to the next version of a part, or leaves the part out. */
  take({ block, version }: Step): void {
    const [from, to] = [this.#blocks[block]?.[version], this.#blocks[block]?.[version + 1]];
    this.least += (to?.least ?? 0) - (from?.least ?? 0);
    if (this.#length !== null) this.#length += this.#lengthOf(to) - this.#lengthOf(from);
    this.#current[block] = version + 1;
    const what = from?.loses ?? '';
    this.lost.set(what, (this.lost.get(what) ?? 0) + 1);
  }

  length(): number {
    this.#length ??= this.#versions().reduce((sum, version) => sum + this.#lengthOf(version), 0);
    return this.#length;
  }

  texts(): readonly string[] {
    return this.#versions().map((version) => this.#textOf(version));
  }

  #versions(): readonly (Renderable | undefined)[] {
    return this.#blocks.map((versions, i) => versions[this.#current[i] ?? 0]);
  }

  /** With the empty line after it. */
  #lengthOf(version: Renderable | undefined): number {
    return version === undefined ? 0 : this.#textOf(version).length + 2;
  }

  #textOf(version: Renderable | undefined): string {
    if (version === undefined) return '';
    const text = this.#made.get(version) ?? version.text();
    this.#made.set(version, text);
    return text;
  }
}

interface Step { readonly block: number; readonly version: number; readonly rank: number }

/** All that could be left out. */
function everything(blocks: readonly (readonly Renderable[])[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const { rank, loses } of blocks.flat()) if (rank !== Number.POSITIVE_INFINITY) all.set(loses, (all.get(loses) ?? 0) + 1);
  return all;
}

/** Every way to shorten, least important first; among equals the last part first; a part's versions in their order. */
function steps(blocks: readonly (readonly Renderable[])[]): Step[] {
  const all = blocks.flatMap((versions, block) => versions.map(({ rank }, version) => ({ block, version, rank })));
  return all.sort((a, b) => (a.rank === b.rank ? b.block - a.block || a.version - b.version : a.rank - b.rank));
}
