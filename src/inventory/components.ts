import type { Checkpoint, Component, Shard } from './checkpoint.ts';
import { type Piece, mergeTensors } from './merge.ts';

/**
 * Puts the components of a pipeline together: names of tensors get the component's folder before them, so that
 * `unet/conv_in.weight` and `vae/conv_in.weight` stay apart; paths have it already.
 * @param whole the pipeline's own facts, without weights
 */
export function combineComponents(whole: Checkpoint, components: readonly Component[]): Checkpoint {
  const shards: Shard[] = [];
  const pieces: Piece[] = [];
  const shared: (readonly number[])[] = [];
  let rows = 0;
  for (const { name, checkpoint } of components) {
    const { tensors } = checkpoint;
    const first = shards.length;
    const firstRow = rows;
    rows += tensors.length;
    shared.push(...checkpoint.shared.map((group) => group.map((row) => firstRow + row)));
    pieces.push({ columns: tensors.columns, prefix: `${name}/`, shards: tensors.shards.map((shard) => first + shard) });
    shards.push(...checkpoint.shards);
  }
  return {
    ...whole,
    format: 'diffusers',
    tensors: mergeTensors(pieces),
    shared,
    shards,
    parts: components.flatMap(({ checkpoint }) => checkpoint.parts),
    strays: [...whole.strays, ...components.flatMap(({ checkpoint }) => checkpoint.strays)],
    problems: [...whole.problems, ...components.flatMap(({ checkpoint }) => checkpoint.problems)],
    components,
    readTensor: readerOf(components),
  };
}

/** Finds the component that a row of the whole belongs to; null where one of them has no bytes to read. */
function readerOf(components: readonly Component[]): Checkpoint['readTensor'] {
  const readers = components.map(({ checkpoint }) => ({ rows: checkpoint.tensors.length, read: checkpoint.readTensor }));
  if (readers.some(({ read }) => read === null)) return null;
  return async (row, start, end) => {
    let left = row;
    for (const { rows, read } of readers) {
      if (left < rows && read !== null) return await read(left, start, end);
      left -= rows;
    }
    throw new RangeError(`row ${row} is beyond the last component`);
  };
}
