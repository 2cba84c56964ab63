import { Renamer } from './conversion.ts';
import type { ClassFacts } from './facts.ts';
import { listsOf, patternOf } from './patterns.ts';

/** What a loader makes of one name on disk. */
export interface LoadedName {
  /** Name in memory, whether or not the model has a parameter of that name; null where the loader drops the name unread. */
  readonly memory: string | null;
  /** Other parameters that are made of the same tensor (a fused projection that the loader splits). */
  readonly more: readonly string[];
  /** Whether the base prefix was put before it or taken off it. */
  readonly prefix: 'added' | 'removed' | null;
}

export interface LoadedNames {
  /** One for each name given, in the same order. */
  readonly names: readonly LoadedName[];
  /** Why the loader refuses the whole checkpoint, or null. */
  readonly refused: string | null;
}

/**
 * How the release of the facts maps the names of a checkpoint to names in memory when it loads the class. Which of
 * the results are parameters of the model, and which stay missing, is for the caller to compare.
 *
 * 4.57 (`PreTrainedModel._load_pretrained_model`, `_get_key_renaming_mapping`) decides about the prefix once, for the
 * whole checkpoint, before any renaming:
 * - the checkpoint "has" the prefix if any name on disk starts with its letters (no dot needed: `modelling.x` counts);
 * - the class "expects" it if the model has a module of that name;
 * - not had but expected: the prefix is put before every name, so that a head that was stored without a prefix too
 *   would be misplaced. If such a name is one that only the head has, loading raises ("corrupted");
 * - had but not expected (a bare class): it is taken off the names that start with it and a dot, all others are
 *   dropped, and reported as unexpected.
 *
 * 5.x (`core_model_loading.rename_source_key`) decides for each name by itself, after the renames: the prefix comes
 * off where the rest is a parameter of the model, else it goes on where that makes a parameter, else the name stays.
 * A renamed name that is no parameter falls back to the original where that is one.
 */
export function mapToMemory(names: readonly string[], facts: ClassFacts): LoadedNames {
  return facts.release === '4.57.6' ? mapBy4(names, facts) : mapBy5(names, facts);
}

/** Whether the class can have a parameter of that name in memory, in some configuration. */
export function parameterTest(facts: ClassFacts): (memory: string) => boolean {
  const lists = listsOf(facts, 'memory');
  const patterns = new Set(facts.groups.flatMap((group) => group.parameters.map(({ memory }) => memory)));
  const known = new Map<string, boolean>();
  return (name) => {
    let answer = known.get(name);
    if (answer === undefined) {
      answer = patterns.has(patternOf(name, lists).pattern);
      known.set(name, answer);
    }
    return answer;
  };
}

function mapBy4(names: readonly string[], facts: ClassFacts): LoadedNames {
  const { prefix } = facts;
  const has = prefix !== '' && names.some((name) => name.startsWith(prefix));
  const add = prefix !== '' && !has && facts.hasPrefixModule;
  const remove = has && !facts.hasPrefixModule;
  const renamer = new Renamer(facts);
  const isParameter = add ? parameterTest(facts) : () => false;
  let refused: string | null = null;
  const mapped = names.map((name): LoadedName => {
    const renamed = renamer.rename(legacyName(name)).name;
    if (add) {
      if (isParameter(renamed) && !isParameter(`${prefix}.${renamed}`)) refused ??= renamed;
      return { memory: `${prefix}.${renamed}`, more: [], prefix: 'added' };
    }
    if (!remove) return { memory: renamed, more: [], prefix: null };
    return renamed.startsWith(`${prefix}.`)
      ? { memory: renamed.slice(prefix.length + 1), more: [], prefix: 'removed' }
      : { memory: null, more: [], prefix: null };
  });
  return { names: mapped, refused };
}

/** 4.57's renames of old names, for every class (`_fix_state_dict_key_on_load`). 5.x has them among the conversions. */
function legacyName(name: string): string {
  if (name.endsWith('LayerNorm.beta')) return name.replaceAll('LayerNorm.beta', 'LayerNorm.bias');
  if (name.endsWith('LayerNorm.gamma')) return name.replaceAll('LayerNorm.gamma', 'LayerNorm.weight');
  if (name.endsWith('weight_g')) return name.replaceAll('weight_g', 'parametrizations.weight.original0');
  if (name.endsWith('weight_v')) return name.replaceAll('weight_v', 'parametrizations.weight.original1');
  return name;
}

function mapBy5(names: readonly string[], facts: ClassFacts): LoadedNames {
  const isParameter = parameterTest(facts);
  const renamer = new Renamer(facts);
  const mapped = new Array<LoadedName>(names.length);
  for (const row of loadingOrder(names, facts)) {
    const name = names[row] ?? '';
    const { name: renamed, more } = renamer.rename(name);
    const placed = placePrefix(renamed, facts.prefix, isParameter);
    const useOriginal = !isParameter(placed.memory) && isParameter(name);
    mapped[row] = useOriginal ? { ...placePrefix(name, facts.prefix, isParameter), more: [] } : { ...placed, more };
  }
  return { names: mapped, refused: null };
}

/** Rows in the order in which the loader reads them. It counts only where a rename depends on names that came before. */
function loadingOrder(names: readonly string[], facts: ClassFacts): Iterable<number> {
  if (!facts.conversions.some(({ kind }) => kind === 'group')) return names.keys();
  const keyed = names.map((name, row) => ({ row, key: naturalKey(name) }));
  return keyed.sort((a, b) => compareKeys(a.key, b.key)).map(({ row }) => row);
}

function placePrefix(name: string, prefix: string, isParameter: (name: string) => boolean): { memory: string; prefix: LoadedName['prefix'] } {
  const rest = name.slice(prefix.length + 1);
  // An empty prefix takes any first letter off, as the loader's expression `^.` does.
  if (name.startsWith(prefix) && isParameter(rest)) return { memory: rest, prefix: 'removed' };
  const longer = `${prefix}.${name}`;
  return isParameter(longer) ? { memory: longer, prefix: 'added' } : { memory: name, prefix: null };
}

/** One dotted segment of a sorting key: a number, or a word and the number it ends in (-1: none). */
type SortSegment = readonly [word: string | null, number: number];

/** Key by which 5.x sorts names (`dot_natural_key`): numbers by value and before words, words with a number at the end by that last. */
function naturalKey(name: string): readonly SortSegment[] {
  return name.split('.').map((segment): SortSegment => {
    if (/^\d+$/.test(segment)) return [null, Number(segment)];
    const word = segment.replace(/\d+$/, '');
    return [word, word === segment ? -1 : Number(segment.slice(word.length))];
  });
}

function compareKeys(a: readonly SortSegment[], b: readonly SortSegment[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [leftWord, leftNumber] = a[i] ?? [null, 0];
    const [rightWord, rightNumber] = b[i] ?? [null, 0];
    if (leftWord !== rightWord) {
      if (leftWord === null || rightWord === null) return leftWord === null ? -1 : 1;
      return leftWord < rightWord ? -1 : 1;
    }
    if (leftNumber !== rightNumber) return leftNumber - rightNumber;
  }
  return a.length - b.length;
}
