import { MalformedError, NotFoundError, UnreachableError } from '../errors.ts';
import { parseJson } from '../format/json.ts';
import { compareNames } from '../format/name-order.ts';
import type { Source } from '../source/source.ts';
import type { Checkpoint } from './checkpoint.ts';
import { isObject, stringAt } from './config.ts';
import { Documents } from './documents.ts';
import { readFolder } from './folder.ts';
import { MAX_CONFIG_BYTES } from './limits.ts';
import type { ReadOptions } from './parts.ts';
import { lookAt } from './selection.ts';
import { SNAPSHOT_SUFFIX } from './snapshot-name.ts';

export type { ReadOptions } from './parts.ts';
export { HeadCache } from './head.ts';

/**
 * Reads all that heads, index, config and card tell of the checkpoint that a source holds: one read a shard, in
 * parallel, none for a file that `options.heads` knows. What is wrong with the checkpoint, or keeps a part of it from
 * being read, becomes one of its `problems`; the rest is there all the same.
 * @throws MalformedError, NotFoundError or UnreachableError for a snapshot that cannot be read
 */
export async function readCheckpoint(source: Source, options: ReadOptions = {}): Promise<Checkpoint> {
  if (source.named !== undefined) return await readFolder(source, '', options);
  const { weights, indexes, below } = lookAt(source.files, '');
  const has = (name: string): boolean => source.files.some(({ path }) => path === name);
  if (has('model_index.json')) {
    const { readPipeline } = await import('./pipeline.ts');
    return await readPipeline(source, options);
  }
  if (weights.length > 0 || indexes.length > 0) return await withModules(source, '', options);
  const snapshots = source.files.filter(({ path }) => path.endsWith(SNAPSHOT_SUFFIX));
  const [only] = snapshots;
  // A folder of several snapshots is several checkpoints: each has to be named.
  if (only !== undefined && snapshots.length === 1 && below.length === 0) return await openSnapshot(source, only.path);
  return await withModules(source, has('modules.json') ? await transformerFolder(source) : '', options);
}

/** A folder, and what is wrong with the modules that a sentence-transformers model has beside it. */
async function withModules(source: Source, path: string, options: ReadOptions): Promise<Checkpoint> {
  if (!source.files.some((file) => file.path === 'modules.json')) return await readFolder(source, path, options);
  const { moduleProblems } = await import('./modules.ts');
  const [checkpoint, problems] = await Promise.all([readFolder(source, path, options), moduleProblems(source, options)]);
  return problems.length === 0 ? checkpoint : { ...checkpoint, problems: [...checkpoint.problems, ...problems].sort((a, b) => compareNames(a.path, b.path)) };
}

/**
 * Reads a snapshot. One that cannot be read says nothing of the checkpoint that it was made of, so it is no problem of
 * that checkpoint: the check could not be made.
 */
async function openSnapshot(source: Source, path: string): Promise<Checkpoint> {
  const { readSnapshot } = await import('./snapshot.ts');
  const documents = new Documents(source);
  const checkpoint = await readSnapshot(source, path, documents);
  if (checkpoint !== null) return checkpoint;
  const [problem] = documents.problems;
  const hint = 'Make it again with: headcheck snapshot';
  switch (problem?.kind) {
    case 'unreachable': throw new UnreachableError(`${path} could not be read: ${problem.message}`, problem.hint);
    case 'pointer': throw new NotFoundError(`${path} is a Git LFS pointer; the snapshot itself is not here.`, 'Fetch it with `git lfs pull`, or commit it without LFS: a snapshot has a few kB.');
    case 'malformed-json': throw new MalformedError(`${path} is no snapshot that can be read. ${problem.message}`, hint);
    default: throw new MalformedError(`${path} is no snapshot that can be read.`, hint);
  }
}

/** Where a sentence-transformers folder without weights of its own keeps its transformer: `0_Transformer/`. */
async function transformerFolder(source: Source): Promise<string> {
  const modules = await new Documents(source).parsed('modules.json', MAX_CONFIG_BYTES, parseJson);
  const transformer = Array.isArray(modules) ? modules.find((module) => isObject(module) && stringAt(module, 'type')?.endsWith('.Transformer') === true) : undefined;
  const path = isObject(transformer) ? stringAt(transformer, 'path') : null;
  return path === null ? '' : `${path.replace(/\/+$/, '')}/`;
}
