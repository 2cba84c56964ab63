import { inflateSync } from 'node:zlib';
import type { ClassFacts, Condition, Conversion, Dimension, ModelTypeFacts, ParameterGroup, Release, Submodel, Task, Tie } from './facts.ts';
import { RELEASES } from './facts.ts';
import { withWordLists } from './word-lists.ts';

/**
 * The stored form of the facts, in which what several classes and releases share stands once. A shard holds the model
 * types of a part of the alphabet; `scripts/facts/emit.py` writes it.
 */
export interface Shard {
  readonly dims: readonly (readonly Dimension[] | null)[];
  readonly conversions: readonly (readonly Conversion[])[];
  /** Groups without their scope: presence, condition (of a value where it does not say), for each parameter its name, its name in memory (0: the same) and its dimensions (an index), and what `inner` is. */
  readonly groups: readonly StoredGroup[];
  readonly types: Readonly<Record<string, StoredType>>;
}

/** A shard as it is stored: JSON, deflated, in base64 (a tenth of the JSON; unpacking one takes about a millisecond). */
export function unpackShard(packed: string): Shard {
  return JSON.parse(inflateSync(Buffer.from(packed, 'base64')).toString('utf8'));
}

type StoredGroup = readonly [presence: 0 | 1, when: StoredCondition | 0, parameters: readonly (readonly [disk: string, memory: string | 0, dims: number])[], inner?: string];

type StoredCondition = Omit<Condition, 'by'> & Partial<Pick<Condition, 'by'>>;

export interface StoredType {
  readonly auto: ModelTypeFacts['auto'];
  readonly tieDefault: ModelTypeFacts['tieDefault'];
  readonly classes: readonly StoredClass[];
}

export interface StoredClass {
  readonly class: string;
  /** The releases for which this holds: bit 0 is 4.57.6, bit 1 is 5.18.0. */
  readonly releases: number;
  readonly tasks: readonly Task[];
  readonly prefix: string;
  readonly hasPrefixModule: boolean;
  readonly bare: boolean;
  readonly output: string | null;
  readonly input: string | null;
  readonly head: readonly string[];
  readonly ties: readonly (readonly [target: string, source: string, flag: string | null])[];
  readonly tieFlag: ClassFacts['tieFlag'];
  readonly ignoreMissing: readonly string[];
  readonly ignoreUnexpected: readonly string[];
  readonly layers: ClassFacts['layers'];
  /** Scope on disk, scope in memory (0: the same), index of the group. */
  readonly groups: readonly (readonly [disk: string, memory: string | 0, group: number])[];
  readonly submodels: readonly Submodel[];
  readonly conversions: number;
}

/** The facts of one model type of a shard, written out. */
export function decodeType(shard: Shard, modelType: string): ModelTypeFacts | null {
  const stored = Object.hasOwn(shard.types, modelType) ? shard.types[modelType] : undefined;
  if (stored === undefined) return null;
  const classes = stored.classes.flatMap((entry) => decodeClass(shard, modelType, entry));
  return { modelType, classes, auto: stored.auto, tieDefault: stored.tieDefault };
}

function decodeClass(shard: Shard, modelType: string, stored: StoredClass): ClassFacts[] {
  const { releases, output, input, ties, groups, conversions, ...same } = stored;
  const shared = {
    ...same,
    modelType,
    outputEmbedding: output,
    inputEmbedding: input,
    ties: ties.map(([target, source, flag]): Tie => ({ target, source, byFlag: flag !== null, flag })),
    groups: groups.map(([disk, memory, index]) => decodeGroup(shard, disk, memory === 0 ? disk : memory, index)),
    conversions: shard.conversions[conversions] ?? [],
  };
  return RELEASES.filter((_, bit) => (releases & (1 << bit)) !== 0).map((release: Release) => withWordLists({ ...shared, release }));
}

function decodeGroup(shard: Shard, scope: string, memoryScope: string, index: number): ParameterGroup {
  const [presence, when, parameters, inner] = shard.groups[index] ?? [0, 0, []];
  return {
    scope,
    presence: presence === 1 ? 'always' : 'sometimes',
    when: when === 0 ? null : { by: 'value', ...when },
    inner: inner === undefined ? null : join(scope, inner),
    parameters: parameters.map(([disk, memory, dims]) => ({
      disk: join(scope, disk),
      memory: join(memoryScope, memory === 0 ? disk : memory),
      dims: shard.dims[dims] ?? null,
    })),
  };
}

function join(scope: string, name: string): string {
  if (scope === '') return name;
  return name === '' ? scope : `${scope}.${name}`;
}
