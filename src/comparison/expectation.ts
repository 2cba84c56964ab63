import { decidingSettings } from '../architecture/facts.ts';
import type { ClassFacts, ParameterGroup } from '../architecture/facts.ts';
import { parameterTest } from '../architecture/prefix.ts';
import type { TensorTable } from '../format/tensor-table.ts';
import type { Checkpoint } from '../inventory/checkpoint.ts';
import { modelType } from '../inventory/config.ts';
import { withOthers, withOwnStructure } from './amend-expected.ts';
import { isThere } from './condition.ts';
import { configChange } from './config-change.ts';
import { expectFromBase, isOfSameClass } from './expect-base.ts';
import { expectFromFacts } from './expect-facts.ts';
import type { Expected } from './expected.ts';
import type { Intent } from './intent.ts';
import type { NameMapper } from './names.ts';
import { Observed } from './observed.ts';
import { withoutPackedShapes } from './quantization/base.ts';
import type { UnpackedBase } from './quantization/base.ts';
import { sizingSettings } from './shapes.ts';

/** Of so many names one is the base's at least, where it is one. */
export const MOST_STRANGERS = 4;

/** Of so many names one is unknown at least, where they are those of another layout and not a few that the facts have not seen. */
const STRANGE_PART = 5;

/** What a checkpoint should hold, given its names. */
type Expectation = (rows: readonly number[], names: readonly string[], memory: readonly string[]) => Expected;

/** What a checkpoint should hold: by its base, amended by the facts where its class or its config is another; without one by the facts; else nothing. */
export function expectation(tensors: TensorTable, checkpoint: Checkpoint, base: UnpackedBase | null, intent: Intent, mapper: NameMapper): Expectation {
  const { facts } = intent;
  const byFacts = (known: ClassFacts): Expectation => (rows, names, memory) => expectFromFacts(known, checkpoint.config, new Observed(known, tensors, checkpoint.tensors.length, rows, names, memory));
  if (base !== null) {
    const expected = withoutPackedShapes(expectFromBase(base.base, checkpoint.config, intent, mapper), base);
    if (facts === null || facts.groups.length === 0) return () => expected;
    const change = configChange(checkpoint.config, base.base.config, () => sizesAlone(facts));
    // What a base of another class does not have (a classifier's head) only the facts tell.
    const isSameClass = isOfSameClass(base.base, intent);
    // The head of a part lies outside of the part that is its base: CLIP's projections, of its text model with one. A language model's may be tied.
    const isHeadOfPart = ({ parameters }: ParameterGroup): boolean => base.base.within !== undefined && facts.outputEmbedding === null && parameters.some(({ memory }) => facts.head.includes(memory));
    const turnedOn = { ...facts, groups: facts.groups.filter((group) => isHeadOfPart(group) || (group.when !== null && isThere(group.when, checkpoint.config) === true && isThere(group.when, base.base.config) === false)) };
    const isParameter = parameterTest(facts);
    if (isSameClass && isUnderOtherNames(base.base, expected.memory, facts, isParameter)) {
      return (rows, names, memory) => withOthers(expected, byFacts(facts)(rows, names, memory), (row) => isParameter(expected.memory[row] ?? ''));
    }
    if (isSameClass && change.structure.size === 0 && !change.sizes && turnedOn.groups.length === 0) return () => expected;
    // Of one type the names may all have another prefix (`transformer.` of LlamaForQuestionAnswering): it is a base all the same.
    const isOfSameType = modelType(base.base.config) === intent.modelType;
    return (rows, names, memory) => {
      if (!isOfSameType && !fits(expected, base.base.tensors.length, memory)) return expected;
      const own = byFacts(facts)(rows, names, memory);
      const amended = change.structure.size > 0 ? withOwnStructure(expected, own, facts, change) : withOthers(expected, isSameClass ? byFacts(turnedOn)(rows, names, memory) : own);
      return change.sizes || change.structure.size > 0 ? { ...amended, regular: knownShapes(own) } : amended;
    };
  }
  if (facts === null || facts.groups.length === 0) return (_rows, _names, memory) => ({ basis: 'none', tensors, memory, more: new Map(), shapeKnown: new Uint8Array(tensors.length), firstUnstored: 0 });
  return byFacts(facts);
}

/**
 * Whether a base of the class is under names that the class's loader does not know: a fifth of them at least, and a fifth of what the
 * class always has is not there. Such a base does not load either, whatever stands in it under those names. Where most names
 * are unknown, it is the facts that are no yardstick.
 */
function isUnderOtherNames(base: Checkpoint, memory: readonly string[], facts: ClassFacts, isParameter: (memory: string) => boolean): boolean {
  const strange = memory.filter((name) => !isParameter(name)).length;
  if (strange * STRANGE_PART < memory.length || strange * 2 > memory.length) return false;
  const { names } = base.tensors.columns;
  const rows = names.map((_, row) => row);
  const held = new Set(memory);
  const due = expectFromFacts(facts, base.config, new Observed(facts, base.tensors, names.length, rows, names, memory)).memory;
  return due.filter((name) => !held.has(name)).length * STRANGE_PART >= memory.length;
}

/** Settings that size parameters and, as far as it was seen, decide about none. */
function sizesAlone(facts: ClassFacts): ReadonlySet<string> {
  const deciding = new Set([...Object.values(facts.layers), ...facts.groups.flatMap(({ when }) => (when === null ? [] : decidingSettings(when)))]);
  return new Set([...sizingSettings(facts)].filter((setting) => !deciding.has(setting)));
}

/** The shapes that are known of what is called for, by name on disk. */
function knownShapes({ tensors, shapeKnown }: Expected): ReadonlyMap<string, readonly number[]> {
  return new Map(tensors.columns.names.flatMap((name, row) => (shapeKnown[row] === 1 ? [[name, tensors.shape(row)] as const] : [])));
}

/** Whether enough of a base is there, by the names in memory, for it to be a base. */
function fits({ memory: expected }: Expected, ofBase: number, memory: readonly string[]): boolean {
  const stored = new Set(memory);
  return expected.filter((name) => stored.has(name)).length * MOST_STRANGERS >= Math.min(ofBase, memory.length);
}
