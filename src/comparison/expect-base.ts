import { TableBuilder } from '../format/table-builder.ts';
import type { TensorInfo, TensorTable } from '../format/tensor-table.ts';
import type { Checkpoint, JsonObject } from '../inventory/checkpoint.ts';
import { architectures, modelType, numberAt } from '../inventory/config.ts';
import { isThere } from './condition.ts';
import type { Expected } from './expected.ts';
import { LAYER_KEYS } from './layers.ts';
import type { Intent } from './intent.ts';
import type { NameMapper } from './names.ts';
import { pastEndTest } from './past-end.ts';
import { listOf, patternIn } from './pattern.ts';
import { predictionTest } from './prediction-layers.ts';
import { parametersByMemory } from './shapes.ts';

/**
 * What a checkpoint should hold by its base: the base's parameters, without the layers beyond those that the
 * checkpoint's own config counts (a model may be pruned on purpose), without what its last layers share, and without those that its class does not have
 * (a classifier made from a language model has no language-model head).
 */
export function expectFromBase(base: Checkpoint, config: JsonObject | null, intent: Intent, mapper: NameMapper): Expected {
  const { memory, more } = mapper(base.tensors.columns.names);
  const drops = [beyondLayers(base, config, intent), ofOtherClass(base, intent), switchedOff(base, config, intent), pastEndTest(intent.facts, config)].flatMap((test) => test ?? []);
  const extra = untiedHeads(base, memory, intent);
  const whole = { basis: 'base', tensors: base.tensors, memory, more, shapeKnown: new Uint8Array(memory.length).fill(1), firstUnstored: memory.length } as const;
  if (drops.length === 0 && extra.length === 0) return whole;
  const kept: number[] = [];
  memory.forEach((name, row) => {
    if (!drops.some((drop) => drop(name))) kept.push(row);
  });
  if (kept.length === memory.length && extra.length === 0) return whole;
  return {
    basis: 'base',
    tensors: pick(base.tensors, kept, extra),
    memory: [...kept.map((row) => memory[row] ?? ''), ...extra.map((info) => info.memory)],
    more,
    // The shape of what it was tied to in the base sizes what is missing; it is no proof against one that is stored.
    shapeKnown: new Uint8Array(kept.length + extra.length).fill(1, 0, kept.length),
    firstUnstored: kept.length,
  };
}

/** What the base does not store because it ties it, and the checkpoint must store because it does not: with the shape of the parameter it was tied to. */
function untiedHeads(base: Checkpoint, memory: readonly string[], intent: Intent): (TensorInfo & { readonly memory: string })[] {
  if (intent.facts === null || intent.tied !== false) return [];
  const known = parametersByMemory(intent.facts);
  return intent.facts.ties.flatMap(({ target, source, byFlag }) => {
    if (!byFlag || target.includes('*') || memory.includes(target)) return [];
    const row = memory.indexOf(source);
    if (row < 0) return [];
    return [{ ...base.tensors.info(row), name: known.get(target)?.[0]?.disk ?? target, memory: target }];
  });
}

/**
 * Whether a base is of the class that the checkpoint is meant for, as far as it says: then it has all that the class has. One that names
 * no class is where nothing better is known, or where it is a part of a model, and it is of the same model type (DeBERTa v3 names none, and holds two heads of its pre-training).
 */
export function isOfSameClass(base: Checkpoint, { intendedClass, modelType: own, facts }: Intent): boolean {
  const [ofBase] = architectures(base.config);
  return ofBase === undefined ? (facts === null || base.within !== undefined) && (modelType(base.config) ?? own) === own : ofBase === intendedClass;
}

type Drop = (memory: string) => boolean;

/** Drops what a setting decided about that has a value in the checkpoint's config with which it is not there, unless the base has it with that value. */
function switchedOff(base: Checkpoint, config: JsonObject | null, { facts }: Intent): Drop | null {
  const off = (facts?.groups ?? []).filter(({ when }) => when !== null && isThere(when, config) === false && isThere(when, base.config) !== false);
  if (off.length === 0) return null;
  const patterns = new Set(off.flatMap(({ parameters }) => parameters.map(({ memory }) => memory)));
  return (memory) => patterns.has(patternIn(facts, 'memory', memory).pattern);
}

/** Drops layers that the checkpoint's config does not count, where it counts fewer than the base's does. */
function beyondLayers(base: Checkpoint, config: JsonObject | null, intent: Intent): Drop | null {
  const counts = new Map<string, number>();
  const lists = Object.entries(intent.facts?.layers ?? {}).flatMap(([list, key]) => (key === null ? [] : [[list, key] as const]));
  for (const [list, key] of lists) {
    const own = numberAt(config, key);
    const ofBase = numberAt(base.config, key);
    if (own !== null && ofBase !== null && own < ofBase) counts.set(list, own);
  }
  const generic = intent.facts === null ? fewerLayers(base.config, config) : null;
  if (counts.size === 0 && generic === null) return null;
  return (memory) => {
    const { pattern, numbers } = patternIn(intent.facts, 'memory', memory);
    const star = pattern.indexOf('*');
    if (star < 0) return false;
    const list = pattern.slice(0, star - 1);
    const limit = [...counts].find(([known]) => list === known || list.endsWith(`.${known}`) || known.endsWith(`.${list}`))?.[1] ?? generic;
    return limit !== null && (numbers[0] ?? 0) >= limit;
  };
}

function fewerLayers(base: JsonObject | null, config: JsonObject | null): number | null {
  for (const key of LAYER_KEYS) {
    const own = numberAt(config, key);
    const ofBase = numberAt(base, key);
    if (own !== null && ofBase !== null && own < ofBase) return own;
  }
  return null;
}

/** Drops what the intended class does not have, where the base is of another class. */
function ofOtherClass(base: Checkpoint, intent: Intent): Drop | null {
  const [ofBase] = architectures(base.config);
  if (isOfSameClass(base, intent)) return null;
  if (intent.facts === null) return ofBase === undefined ? null : headOfOtherTask(ofBase, intent);
  const known = parametersByMemory(intent.facts);
  // Heads are put on anew for another task: a module of the same name is another one, but for the output embedding.
  const { head, outputEmbedding } = intent.facts;
  const anew = new Set(head.filter((name) => name !== outputEmbedding));
  const isPrediction = predictionTest(base.config);
  const lists = new Set([...known.keys()].flatMap((pattern) => listOf(pattern) ?? []));
  // Of a base that names no class, strange heads and halves are another's; what layers have that the class has too, it may have in a variant that the facts lack.
  const mayBeOwn = (memory: string, pattern: string): boolean => ofBase === undefined && (isPrediction(memory) || lists.has(listOf(pattern) ?? ''));
  return (memory) => {
    const { pattern } = patternIn(intent.facts, 'memory', memory);
    return (!known.has(pattern) && !mayBeOwn(memory, pattern)) || anew.has(pattern);
  };
}

/** What the name of a class says it is for: `CausalLM` of `LlamaForCausalLM`; null where it does not say. */
function namedTask(name: string): string | null {
  const [, task, reward] = /For([A-Z]\w*)$|(Reward)\w*Model$/.exec(name) ?? [];
  return task ?? reward ?? null;
}

/** Of an unknown class, drops the base's head where the names say that the class has another one: a reward model made from a language model. */
function headOfOtherTask(ofBase: string, { intendedClass, heads: { head } }: Intent): Drop | null {
  const task = namedTask(intendedClass ?? '');
  if (head === null || task === null || /LM|Generation/.test(task) || task === namedTask(ofBase)) return null;
  const module = head.replace(/weight$/, '');
  return (memory) => memory.startsWith(module);
}

/** Rows of a table in a new one, with more after them. */
export function pick(table: TensorTable, rows: readonly number[], extra: readonly TensorInfo[]): TensorTable {
  const builder = new TableBuilder();
  for (const { name, dtype, shape, bytes } of [...rows.map((row) => table.info(row)), ...extra]) builder.add(name, dtype, shape, bytes);
  return builder.build();
}
