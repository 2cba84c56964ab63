import type { Source } from '../source/source.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type ReadOptions, readFolder } from './folder.ts';

export type { ReadOptions } from './folder.ts';
export { HeadCache } from './head.ts';

/**
 * Reads all that heads, index, config and card tell of the checkpoint that a source holds: one read a shard, in
 * parallel, none for a file that `options.heads` knows. What is wrong with the checkpoint, or keeps a part of it from
 * being read, becomes one of its `problems`; the rest is there all the same.
 */
export async function readCheckpoint(source: Source, options: ReadOptions = {}): Promise<Checkpoint> {
  return await readFolder(source, '', options);
}
