import type { ClassFacts, ModelTypeFacts, Release, Task } from './facts.ts';
import { decodeType } from './shard.ts';

/**
 * What transformers' classes are made of, loaded only when asked for: a table of contents (which part of the data
 * holds a model type) and one part, some tens of kilobytes, the first time that one of its model types is wanted.
 */

const loaded = new Map<string, Promise<ModelTypeFacts | null>>();

/** All that is known of a `model_type`; null where no release has it (remote code, or a model type of its own). */
export function loadModelTypeFacts(modelType: string): Promise<ModelTypeFacts | null> {
  let facts = loaded.get(modelType);
  if (facts === undefined) {
    facts = load(modelType);
    loaded.set(modelType, facts);
  }
  return facts;
}

async function load(modelType: string): Promise<ModelTypeFacts | null> {
  const { contents, loadShard } = await import('./data/contents.ts');
  const shard = Object.hasOwn(contents.types, modelType) ? contents.types[modelType] : undefined;
  return shard === undefined ? null : decodeType(await loadShard(shard), modelType);
}

/** Every model type of which something is known, in the order of the alphabet. */
export async function knownModelTypes(): Promise<readonly string[]> {
  const { contents } = await import('./data/contents.ts');
  return Object.keys(contents.types);
}

/**
 * The model type that a class belongs to, for a config whose `architectures` is known and whose `model_type` is not.
 * A class that several model types use (`BertModel`) gives the one it is named for. Null for an unknown class.
 */
export async function modelTypeOfClass(className: string): Promise<string | null> {
  const { contents } = await import('./data/contents.ts');
  return (Object.hasOwn(contents.classes, className) ? contents.classes[className] : undefined) ?? null;
}

/** The facts of a class in a release; null where that release does not have it. */
export function classFacts(facts: ModelTypeFacts, className: string, release: Release): ClassFacts | null {
  return facts.classes.find((entry) => entry.class === className && entry.release === release) ?? null;
}

/** The class that the auto class for a task chooses for this model type in a release; null where it offers none. */
export function intendedClass(facts: ModelTypeFacts, task: Task, release: Release): string | null {
  return facts.auto[release][task] ?? null;
}

/** The release whose rules a checkpoint follows that was written by this version of transformers; null where the version is absent or of another age. */
export function releaseOf(transformersVersion: string | undefined): Release | null {
  const major = /^(\d+)\./.exec(transformersVersion ?? '')?.[1];
  if (major === '4') return '4.57.6';
  return major === '5' ? '5.18.0' : null;
}
