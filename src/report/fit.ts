import type { Version } from './document/block.ts';

/** A version with its text. */
export interface Rendered extends Version {
  readonly text: string;
}

/**
 * Joins parts with empty lines, shortening from the least important on until the whole fits.
 * @param blocks each part's versions, from whole to shortest
 * @param note makes the sentence that says what was left out: what → how often
 * @returns null where even the shortest is too long
 */
export function fit(blocks: readonly (readonly Rendered[])[], limit: number, note: (lost: ReadonlyMap<string, number>) => string): string | null {
  const current = blocks.map(() => 0);
  const lost = new Map<string, number>();
  let length = blocks.reduce((sum, [first]) => sum + lengthOf(first), 0);
  // The sentence at its longest, so that it need not be made anew at each step.
  const reserve = length > limit ? note(everything(blocks)).length + 2 : 0;
  for (const { block, version, rank } of steps(blocks)) {
    if (length + reserve <= limit || rank === Number.POSITIVE_INFINITY) break;
    const versions = blocks[block] ?? [];
    length += lengthOf(versions[version + 1]) - lengthOf(versions[version]);
    current[block] = version + 1;
    const what = versions[version]?.loses ?? '';
    lost.set(what, (lost.get(what) ?? 0) + 1);
  }
  if (length + reserve > limit) return null;
  const texts = blocks.map((versions, i) => versions[current[i] ?? 0]?.text ?? '');
  const sentence = lost.size > 0 ? note(lost) : '';
  return [...texts, sentence].filter((text) => text !== '').map((text) => text.trimEnd()).join('\n\n') + '\n';
}

/** All that could be left out. */
function everything(blocks: readonly (readonly Rendered[])[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const { rank, loses } of blocks.flat()) if (rank !== Number.POSITIVE_INFINITY) all.set(loses, (all.get(loses) ?? 0) + 1);
  return all;
}

/** Every way to shorten, least important first; among equals the last part first; a part's versions in their order. */
function steps(blocks: readonly (readonly Rendered[])[]): { block: number; version: number; rank: number }[] {
  const all = blocks.flatMap((versions, block) => versions.map(({ rank }, version) => ({ block, version, rank })));
  return all.sort((a, b) => (a.rank === b.rank ? b.block - a.block || a.version - b.version : a.rank - b.rank));
}

/** With the empty line after it. */
function lengthOf(version: Rendered | undefined): number {
  return version === undefined ? 0 : version.text.length + 2;
}
