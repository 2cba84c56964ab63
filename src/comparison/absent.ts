import type { ClassFacts } from '../architecture/facts.ts';
import type { TensorInfo } from '../format/tensor-table.ts';
import type { Missing, TiedPair, Unexpected } from './comparison.ts';
import { isHarmlessBuffer } from './names.ts';
import { pastEndTest } from './past-end.ts';
import { listOf, patternIn } from './pattern.ts';
import { predictionTest } from './prediction-layers.ts';
import { parametersByMemory } from './shapes.ts';
import type { Sides } from './sides.ts';
import { ActiveTies } from './ties.ts';
import { foreignTowerTest } from './towers.ts';

export interface Absent {
  readonly missing: Missing[];
  readonly undelivered: Missing[];
  readonly tied: TiedPair[];
  readonly ignored: string[];
}

/** Expected parameters that are not stored: tied ones, harmless ones, those in files that are not there, and the missing. */
export function findAbsent(sides: Sides, fileOf: (name: string) => string | null): Absent {
  const { expected, matching, input } = sides;
  const ties = new ActiveTies(input.facts, input.heads, input.tied !== false);
  const ignore = regularExpressions(input.facts?.ignoreMissing ?? []);
  const isPassedOver = passedOverTest(sides);
  const absent: Absent = { missing: [], undelivered: [], tied: [], ignored: [] };
  for (const row of matching.leftExpected) {
    const memory = expected.memory[row] ?? '';
    const info = expected.tensors.info(row);
    if (sides.covered.has(memory)) continue;
    const source = ties.sourceOf(memory, (name) => sides.byMemory.has(name));
    if (source !== null) absent.tied.push({ name: info.name, memory, source: sides.names[sides.byMemory.get(source) ?? -1] ?? source });
    else if (isHarmlessBuffer(info.name, info.shape.length) || ignore.some((pattern) => pattern.test(memory)) || isPassedOver(memory, info.name)) absent.ignored.push(info.name);
    else absent.missing.push({ ...info, memory, declaredIn: null });
  }
  absent.tied.push(...tiedOnBothSides(sides, ties));
  matching.rowOf.forEach((position, row) => {
    if (position < 0 || !sides.isDeclared(position)) return;
    const info = expected.tensors.info(row);
    absent.undelivered.push({ ...info, memory: expected.memory[row] ?? '', declaredIn: fileOf(input.tensors.name(sides.rowAt(position))) });
  });
  return absent;
}

/**
 * Tests what a base stores for what the class has not, and no save of it holds: parts of other classes of its type, and what its
 * loader passes over in silence (T5's releases have a relative bias between its sides). Layers of multi-token prediction have
 * a rule of their own.
 */
function passedOverTest({ expected, input: { facts, config, isOfOtherClass } }: Sides): (memory: string, name: string) => boolean {
  if (facts === null || expected.basis !== 'base') return () => false;
  const ignore = regularExpressions(facts.ignoreUnexpected);
  const known = parametersByMemory(facts);
  const isOfPrediction = predictionTest(config);
  const isIgnored = (memory: string): boolean => ignore.some((pattern) => pattern.test(memory)) && !known.has(patternIn(facts, 'memory', memory).pattern);
  return (memory, name) => (isIgnored(memory) || isOfOtherClass(memory)) && !isOfPrediction(name);
}

/** Parameters that the class has and that neither the base nor the checkpoint stores, because both tie them. */
function tiedOnBothSides(sides: Sides, active: ActiveTies): TiedPair[] {
  const { facts } = sides.input;
  if (facts === null || sides.expected.basis !== 'base') return [];
  const expected = new Set(sides.expected.memory);
  const known = parametersByMemory(facts);
  return facts.ties.flatMap(({ target }) => {
    if (target.includes('*') || expected.has(target) || sides.byMemory.has(target)) return [];
    const source = active.sourceOf(target, (name) => sides.byMemory.has(name));
    return source === null ? [] : [{ name: known.get(target)?.[0]?.disk ?? target, memory: target, source: sides.names[sides.byMemory.get(source) ?? -1] ?? source }];
  });
}

/** Stored parameters that nothing called for: harmless ones, parameters that the class does have (a head that the base ties), and the unexpected. */
export function findSurplus(sides: Sides): { unexpected: Unexpected[]; ignored: string[] } {
  const { facts } = sides.input;
  const ignore = regularExpressions(facts?.ignoreUnexpected ?? []);
  const isPastEnd = pastEndTest(facts, sides.input.config);
  const always = alwaysThere(facts);
  const isForeign = sides.expected.basis === 'facts' ? foreignTowerTest(facts, () => new Set(sides.memory.map((memory) => patternIn(facts, 'memory', memory).pattern))) : () => false;
  const surplus = { unexpected: new Array<Unexpected>(), ignored: new Array<string>() };
  for (const position of sides.matching.leftActual) {
    const info = sides.actual.info(sides.rowAt(position));
    const memory = sides.memory[position] ?? '';
    if (sides.expected.more.has(memory)) continue;
    if (memory === sides.input.heads.head && facts === null) continue;
    if (isForeign(memory)) continue;
    if (always.has(patternIn(facts, 'memory', memory).pattern) && !isBeyondLayers(memory, sides)) continue;
    if (isHarmlessBuffer(info.name, info.shape.length) || ignore.some((pattern) => pattern.test(memory)) || isPastEnd?.(memory) === true) surplus.ignored.push(info.name);
    else surplus.unexpected.push(...storedTensors(sides, sides.rowAt(position)).map((tensor) => ({ ...tensor, memory })));
  }
  return surplus;
}

/** What is stored for a parameter, under the names that stand in the file: of a packed one all its tensors. */
function storedTensors({ input, actual }: Sides, row: number): TensorInfo[] {
  const members = input.unpacked?.members.get(row);
  // Of what only the index tells, neither type nor shape is known.
  if (row >= input.firstDeclared) return [{ name: actual.name(row), dtype: 'unknown', shape: [], bytes: 0 }];
  return members === undefined ? [actual.info(row)] : members.map((member) => (input.unpacked?.stored ?? actual).info(member));
}

/** Whether a name belongs to a layer of which nothing is expected: one more than the config counts. */
function isBeyondLayers(memory: string, sides: Sides): boolean {
  const { pattern, numbers } = patternIn(sides.input.facts, 'memory', memory);
  const list = listOf(pattern);
  if (list === null) return false;
  const layer = `${list}${numbers[0]}.`;
  return !sides.expected.memory.some((name) => name.startsWith(layer));
}

/** Memory patterns of parameters that the class has whether or not a base stores them. */
function alwaysThere(facts: ClassFacts | null): ReadonlySet<string> {
  const patterns = new Set<string>();
  if (facts === null) return patterns;
  const always = facts.groups.filter((group) => group.presence === 'always');
  for (const memory of parametersByMemory({ ...facts, groups: always }).keys()) patterns.add(memory);
  for (const tie of facts.ties) patterns.add(tie.target).add(tie.source);
  return patterns;
}

/** Python's expressions as JavaScript's; one that JavaScript can't read matches nothing. */
function regularExpressions(sources: readonly string[]): RegExp[] {
  return sources.flatMap((source) => {
    try {
      return [new RegExp(source)];
    } catch {
      return [];
    }
  });
}
