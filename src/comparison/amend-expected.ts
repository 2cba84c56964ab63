import { decidingSettings } from '../architecture/facts.ts';
import type { ClassFacts, Condition } from '../architecture/facts.ts';
import type { ConfigChange } from './config-change.ts';
import { pick } from './expect-base.ts';
import type { Expected } from './expected.ts';
import { listOf, patternIn } from './pattern.ts';

/** What a base calls for, and what else the facts of the class do. */
export function withOthers(byBase: Expected, byFacts: Expected, keep: (row: number) => boolean = () => true): Expected {
  const known = new Set(byBase.memory);
  const names = new Set(byBase.tensors.columns.names);
  const pieces = piecePatterns(byBase);
  const isPiece = (row: number): boolean => pieces.has(starred(byFacts.tensors.name(row))) && !names.has(byFacts.tensors.name(row));
  const others = byFacts.memory.flatMap((memory, row) => ((known.has(memory) && !isPiece(row)) || byBase.more.has(memory) ? [] : [row]));
  const kept = byBase.memory.flatMap((_, row) => (keep(row) ? [row] : []));
  if (others.length === 0 && kept.length === byBase.memory.length) return byBase;
  return {
    ...byBase,
    tensors: pick(byBase.tensors, kept, others.map((row) => byFacts.tensors.info(row))),
    memory: [...kept, ...others].map((row, i) => (i < kept.length ? byBase : byFacts).memory[row] ?? ''),
    shapeKnown: Uint8Array.from([...kept, ...others], (row, i) => (i < kept.length ? byBase : byFacts).shapeKnown[row] ?? 0),
    firstUnstored: kept.filter((row) => row < byBase.firstUnstored).length,
  };
}

/**
 * What a base calls for where the checkpoint's config says otherwise. Of what the facts know they and the checkpoint's
 * own regularity tell whether it is due, except where the one setting that decides about it is as in the base.
 */
export function withOwnStructure(byBase: Expected, byFacts: Expected, facts: ClassFacts, change: ConfigChange): Expected {
  const byMemory = new Set(byFacts.memory);
  const byDisk = new Set(byFacts.tensors.columns.names);
  const pieces = piecePatterns(byBase);
  const groups = new Map(facts.groups.flatMap((group) => group.parameters.map(({ memory }) => [memory, group] as const)));
  const depths = depthsOf(byBase.memory, facts);
  const settings = [...change.structure];
  return withOthers(byBase, byFacts, (row) => {
    const memory = byBase.memory[row] ?? '';
    const name = byBase.tensors.name(row);
    if (byDisk.has(name)) return true;
    if (byMemory.has(memory)) return !pieces.has(starred(name));
    const { pattern, numbers: [layer] } = patternIn(facts, 'memory', memory);
    if (layer !== undefined && change.fewerLayers.some(({ key, own, ofBase }) => layer >= own && depths.get(listOf(pattern) ?? '') === ofBase && isConcerned(memory, facts, [key]))) return false;
    const group = groups.get(pattern);
    return group === undefined || (isSoleReason(group.when) ? !decidingSettings(group.when).some((key) => change.structure.has(key)) : !isConcerned(memory, facts, settings));
  });
}

/** Whether a condition is all that decides: other things may where it tells only that the last layers have it not. */
function isSoleReason(when: Condition | null): when is Condition {
  return when !== null && !(when.by === 'end' && when.present.length === 0);
}

/** Whether one of some settings can concern a parameter: of one in a model within the model, those of that model's own config, and the outermost. */
function isConcerned(memory: string, { submodels }: ClassFacts, settings: readonly string[]): boolean {
  const within = submodels.filter(({ path, config }) => config !== null && memory.startsWith(`${path}.`));
  return within.length === 0 || settings.some((key) => !key.includes('.') || within.some(({ config }) => key.startsWith(`${config}.`)));
}

/** How many layers each list has, going by the largest number. */
function depthsOf(memory: readonly string[], facts: ClassFacts): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const name of memory) {
    const { pattern, numbers: [layer] } = patternIn(facts, 'memory', name);
    const list = listOf(pattern);
    if (list !== null && layer !== undefined) depths.set(list, Math.max(depths.get(list) ?? 0, layer + 1));
  }
  return depths;
}

/** Names on disk, their numbers taken out, of what a loader merges from several tensors. */
function piecePatterns({ memory, tensors }: Expected): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(memory.flatMap((name, row) => (seen.has(name) ? [starred(tensors.name(row))] : (seen.add(name), []))));
}

function starred(name: string): string {
  return patternIn(null, 'disk', name).pattern;
}
