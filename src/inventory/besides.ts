import type { Stray } from './checkpoint.ts';
import { isSameSet, layoutOf } from './named-file.ts';
import { lookAt, select } from './selection.ts';

/** What lies beside a folder's checkpoint and is one itself. What another save left, or an index passes over, is told of with the checkpoint. */
const CHECKPOINTS: ReadonlySet<Stray['why']> = new Set(['other-format', 'other-variant', 'other-model', 'adapter']);

/**
 * Which files of a folder loaders do not take with the others, though each is a checkpoint, or a shard of one.
 * @param names of all files of one folder
 * @returns the name of each, with that of the first file of its set, which stands for it
 */
export function filesBeside(names: readonly string[]): ReadonlyMap<string, string> {
  const all = new Set(names);
  const folder = lookAt(names.map((path) => ({ path, size: 0, sha256: null })), '');
  const layout = layoutOf(folder, all);
  const beside = new Set(select(folder, layout, null).strays.filter(({ why }) => CHECKPOINTS.has(why)).map(({ path }) => path));
  // Of several GGUF files the largest is taken, which their names do not tell.
  const isAny = layout?.container === 'gguf' && beside.size > 0;
  return new Map(folder.weights.filter(({ file, container }) => beside.has(file.path) || (isAny && container === 'gguf')).map((file) => {
    const [first] = folder.weights.filter((other) => isSameSet(file, other)).map((other) => other.file.path).sort();
    return [file.file.path, first ?? file.file.path];
  }));
}
