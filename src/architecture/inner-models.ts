import type { JsonObject } from '../inventory/checkpoint.ts';
import { modelType, objectAt, valueAt } from '../inventory/config.ts';
import type { ClassFacts, ModelTypeFacts, Submodel, Task } from './facts.ts';
import { loadModelTypeFacts } from './index.ts';
import { mapToMemory, parameterTest } from './prefix.ts';
import { relocate } from './relocate.ts';
import type { Place } from './relocate.ts';

/**
 * Many models are made of others that an auto class chooses by the `model_type` of a config within the config: the
 * decoder of VisionEncoderDecoderModel is GPT-2 in one checkpoint and TrOCR in the next. The facts were gathered with
 * one of these; where the config names another, and the stored names bear it out, that one's own facts stand in its
 * place. (Names decide, because some classes build their parts themselves whatever the config calls them.)
 * @param names of the stored parameters
 */
export async function withInnerModels(facts: ModelTypeFacts, config: JsonObject | null, names: readonly string[]): Promise<ModelTypeFacts> {
  let kinds: readonly string[] | undefined;
  // One of each kind tells as much as all; a checkpoint of experts has hundreds of thousands.
  const some = (): readonly string[] => (kinds ??= [...new Map(names.map((name) => [name.replace(MEMBER, '0'), name])).values()]);
  const classes = await Promise.all(facts.classes.map(async (entry) => {
    let own = entry;
    for (const submodel of entry.submodels) {
      if (own.submodels.includes(submodel)) own = await withInnerModel(own, submodel, config, some);
    }
    return own;
  }));
  return classes.every((entry, i) => entry === facts.classes[i]) ? facts : { ...facts, classes };
}

/** The number of a layer or an expert (`expert_4`). A stage of a backbone (`stage2`) is none: not every one need be there. */
const MEMBER = /(?<=[._])\d+(?=\.|$)/g;

async function withInnerModel(facts: ClassFacts, submodel: Submodel, config: JsonObject | null, someNames: () => readonly string[]): Promise<ClassFacts> {
  const inner = submodel.config === null ? null : objectAt(config, submodel.config);
  const type = modelType(inner);
  if (submodel.config !== null && inner === null && config !== null && BACKBONE.test(submodel.class)) return withNamedBackbone(facts, submodel, submodel.config, someNames);
  if (submodel.config === null || type === null) return facts;
  if (type === submodel.modelType) return BACKBONE.test(submodel.class) ? withItsStages(facts, submodel, submodel.config) : facts;
  const task = await taskOf(submodel, facts);
  if (task === null && !BACKBONE.test(submodel.class)) return facts;
  const names = someNames();
  const place = { memory: submodel.path, disk: diskPath(facts, submodel.path), config: submodel.config };
  const known = await loadModelTypeFacts(type);
  const other = known?.classes.find((entry) => (task === null ? BACKBONE.test(entry.class) : entry.class === known.auto[facts.release][task]) && entry.release === facts.release);
  if (known === null || other === undefined) return (knownShare(facts, names, submodel.path) ?? 1) < 1 ? replaceInner(facts, place, null, type) : facts;
  const replaced = withTieDefault(replaceInner(facts, place, relocate(other, place), type), place.config, config, known.tieDefault[facts.release]);
  const share = knownShare(replaced, names, submodel.path);
  return share !== null && share >= (knownShare(facts, names, submodel.path) ?? 0) ? replaced : facts;
}

/**
 * Which stages a backbone gives on, each through a norm of its own, is its config's to say: it was seen by itself, and not within the
 * outer class, to have others. Outside of layers it can have, or lack, whatever the backbone's own facts say that it sometimes has.
 */
async function withItsStages(facts: ClassFacts, { path, modelType: type, class: name }: Submodel, config: string): Promise<ClassFacts> {
  const own = (await loadModelTypeFacts(type))?.classes.find((entry) => entry.class === name && entry.release === facts.release);
  if (own === undefined) return facts;
  const place = { memory: path, disk: diskPath(facts, path), config };
  const stages = relocate(own, place).groups.filter(({ scope, presence }) => scope === '' && presence === 'sometimes');
  const isStage = new Set(stages.flatMap(({ parameters }) => parameters.map(({ memory }) => memory)));
  const others = facts.groups.map((group) => ({ ...group, parameters: group.parameters.filter(({ memory }) => !isStage.has(memory)) }));
  return stages.length === 0 ? facts : { ...facts, groups: [...others.filter(({ parameters }) => parameters.length > 0), ...stages] };
}

/** Where no config says what a backbone is (`backbone` and `use_timm_backbone` name one), nothing is known of it, unless most of what is stored there is the facts'. */
function withNamedBackbone(facts: ClassFacts, { path, modelType: type }: Submodel, config: string, someNames: () => readonly string[]): ClassFacts {
  const place = { memory: path, disk: diskPath(facts, path), config };
  return (knownShare(facts, someNames(), path) ?? 1) < 0.5 ? replaceInner(facts, place, null, type) : facts;
}

/** A class that AutoBackbone chooses: a model type has one, and no other auto class offers it. */
const BACKBONE = /Backbone$/;

/** Where the outer class reads the flag in the inner config, and that does not say, the default is the inner config class's (Gemma ties). */
function withTieDefault(facts: ClassFacts, inner: string, config: JsonObject | null, ofInner: boolean | null): ClassFacts {
  const path = `${inner}.tie_word_embeddings`;
  const isOpen = ofInner === true && facts.tieFlag.path.split('|').includes(path) && valueAt(config, path) === undefined;
  return isOpen ? { ...facts, tieFlag: { ...facts.tieFlag, default: true } } : facts;
}

/** What the auto class is for that chose the class of a model within; null where none did: the outer class builds it itself. */
async function taskOf({ modelType: type, class: name }: Submodel, { release }: ClassFacts): Promise<Task | null> {
  const auto = (await loadModelTypeFacts(type))?.auto[release] ?? {};
  const tasks: readonly Task[] = ['base', 'causal-lm', 'seq2seq-lm', 'masked-lm'];
  return tasks.find((task) => auto[task] === name) ?? null;
}

/** Where a model within sits by the names on disk. */
function diskPath({ groups }: ClassFacts, path: string): string {
  for (const { parameters } of groups) {
    for (const { disk, memory } of parameters) {
      const rest = memory.slice(path.length);
      if (memory.startsWith(`${path}.`) && disk.endsWith(rest)) return disk.slice(0, -rest.length);
    }
  }
  return path;
}

/** Which part of the stored names below a path are parameters of the class; null where there are none. */
function knownShare(facts: ClassFacts, names: readonly string[], path: string): number | null {
  const isParameter = parameterTest(facts);
  const inside = mapToMemory(names, facts).names.flatMap(({ memory }) => (memory?.startsWith(`${path}.`) === true ? [memory] : []));
  return inside.length === 0 ? null : inside.filter(isParameter).length / inside.length;
}

/** @param inner the facts that stand there instead, relocated; null where none are known: then nothing is known of what is there */
function replaceInner(facts: ClassFacts, { memory: path, disk, config }: Place, inner: ClassFacts | null, type: string): ClassFacts {
  const isInside = (name: string | null): boolean => name?.startsWith(`${path}.`) === true;
  const isOutside = (name: string): boolean => !isInside(name);
  const submodel: Submodel = { path, class: inner?.class ?? '', modelType: type, config };
  return {
    ...facts,
    outputEmbedding: isInside(facts.outputEmbedding) ? (inner?.outputEmbedding ?? null) : facts.outputEmbedding,
    inputEmbedding: isInside(facts.inputEmbedding) ? (inner?.inputEmbedding ?? null) : facts.inputEmbedding,
    head: [...facts.head.filter(isOutside), ...(facts.head.some(isInside) ? (inner?.head ?? []) : [])],
    ties: [...facts.ties.filter(({ target }) => isOutside(target)), ...(inner?.ties ?? [])],
    tieFlag: inner !== null && isInside(facts.outputEmbedding) ? inner.tieFlag : facts.tieFlag,
    ignoreMissing: [...facts.ignoreMissing, ...(inner?.ignoreMissing ?? [])],
    ignoreUnexpected: [...facts.ignoreUnexpected, ...(inner?.ignoreUnexpected ?? [])],
    layers: { ...Object.fromEntries(Object.entries(facts.layers).filter(([list]) => !list.startsWith(`${disk}.`))), ...inner?.layers },
    groups: [...facts.groups.flatMap((group) => {
      const parameters = group.parameters.filter(({ memory }) => isOutside(memory));
      return parameters.length === 0 ? [] : [{ ...group, parameters }];
    }), ...(inner?.groups ?? [])],
    submodels: [...facts.submodels.filter((other) => other.path !== path && isOutside(other.path)), submodel, ...(inner?.submodels ?? [])],
    conversions: [...facts.conversions.filter(({ scope }) => scope === null || (scope !== path && isOutside(scope) && isOutside(`${facts.prefix}.${scope}.`))), ...(inner?.conversions ?? [])],
  };
}
