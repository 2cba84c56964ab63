import { readHunks, type DiffLine } from '../discovery/diff.ts';
import type { ChangedFile, Origin } from '../discovery/discover.ts';
import { referenceKey } from '../reference/key.ts';

/** A reference and the line that makes it. */
export interface Placed {
  readonly reference: string;
  readonly origin: Origin | null;
}

/** `model_name_or_path` of `- "model_name_or_path": org/name`. */
const KEY = /^\s*(?:-\s+)?["']?([A-Za-z_][\w.-]*)["']?\s*[:=]/;

/**
 * What each reference on a changed line replaces: the same one, where the change only moves it; else, among the lines
 * that the diff replaces together, the one under the same key, or the one in the same place where both sides make
 * equally many; else the one under the same key elsewhere in the file. What has none of these is new.
 * @param before references of the lines that the change removes, with the old file's name and line numbers
 */
export function pairReferences(files: readonly ChangedFile[], now: readonly Placed[], before: readonly Placed[]): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  const moved = new Map(before.map(({ reference }) => [referenceKey(reference), reference]));
  for (const { reference } of now) {
    const same = moved.get(referenceKey(reference));
    if (same !== undefined) pairs.set(reference, same);
  }
  for (const { path, previousPath, patch } of files) {
    if (patch === null) continue;
    const blocks = blocksOf(patch);
    const lines = blocks.flat();
    const olds = new Set(before.filter(({ origin, reference }) => origin?.path === (previousPath ?? path) && ![...pairs.values()].includes(reference)));
    const news = new Set(now.filter(({ origin, reference }) => origin?.path === path && !pairs.has(reference)));
    const pair = (fresh: Placed | undefined, old: Placed | undefined): void => {
      if (fresh === undefined || old === undefined) return;
      pairs.set(fresh.reference, old.reference);
      news.delete(fresh);
      olds.delete(old);
    };
    for (const block of blocks) {
      const here = (): [Line[], Line[]] => [placedOn(block, news, 'newLine'), placedOn(block, olds, 'oldLine')];
      for (const [fresh, old] of sameKey(...here())) pair(fresh, old);
      const [fresh, old] = here();
      if (fresh.length === old.length) fresh.forEach((one, i) => { pair(one.placed, old[i]?.placed); });
    }
    for (const [fresh, old] of sameKey(placedOn(lines, news, 'newLine'), placedOn(lines, olds, 'oldLine'))) pair(fresh, old);
  }
  return pairs;
}

/** Lines that the diff removes and adds together, without a line of context between them. */
function blocksOf(patch: string): DiffLine[][] {
  return readHunks(patch).flatMap((hunk) => {
    const blocks: DiffLine[][] = [[]];
    for (const line of hunk) {
      if (line.kind === 'context') blocks.push([]);
      else blocks.at(-1)?.push(line);
    }
    return blocks.filter((block) => block.length > 0);
  });
}

interface Line {
  readonly placed: Placed;
  /** Null where the line has none, as within a call of several lines. */
  readonly key: string | null;
}

/** Those that stand on these lines, from top to bottom. */
function placedOn(lines: readonly DiffLine[], all: ReadonlySet<Placed>, side: 'oldLine' | 'newLine'): Line[] {
  const changed = lines.filter(({ kind }) => kind === (side === 'newLine' ? 'added' : 'removed'));
  return changed.flatMap((line) => [...all].filter(({ origin }) => origin?.line === line[side]).map((placed) => ({ placed, key: KEY.exec(line.text)?.[1] ?? null })));
}

/** Those whose key stands once on either side. */
function sameKey(news: readonly Line[], olds: readonly Line[]): [Placed, Placed][] {
  const only = (lines: readonly Line[], key: string): Placed | null => {
    const [first, second] = lines.filter((line) => line.key === key);
    return first !== undefined && second === undefined ? first.placed : null;
  };
  return news.flatMap(({ placed, key }): [Placed, Placed][] => {
    if (key === null || only(news, key) !== placed) return [];
    const old = only(olds, key);
    return old === null ? [] : [[placed, old]];
  });
}
