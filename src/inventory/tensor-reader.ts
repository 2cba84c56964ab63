import { MalformedError } from '../errors.ts';
import type { TensorTable } from '../format/tensor-table.ts';
import type { Source } from '../source/source.ts';
import type { Checkpoint, Shard } from './checkpoint.ts';

/** Makes the `readTensor` of a checkpoint: ranges of one tensor's data, straight from its file. */
export function tensorReader(source: Source, tensors: TensorTable, shards: readonly Shard[]): NonNullable<Checkpoint['readTensor']> {
  return async (row, start, end) => {
    const shard = shards[tensors.shards[row] ?? 0];
    const begin = tensors.columns.begins[row];
    if (shard === undefined || begin === undefined) throw new RangeError(`row ${row} of ${tensors.length} tensors`);
    if (start < 0 || end < start || end > tensors.bytes(row)) throw new RangeError(`bytes ${start}-${end} of a tensor of ${tensors.bytes(row)}`);
    const offset = shard.headerBytes + begin;
    if (offset + end > shard.size) {
      throw new MalformedError(`${shard.path} ends before the data of ${tensors.name(row)}.`, 'Upload the file again: it was cut short.');
    }
    const reader = await source.open(shard.path);
    try {
      return await reader.read(offset + start, offset + end);
    } finally {
      await reader.close?.();
    }
  };
}
