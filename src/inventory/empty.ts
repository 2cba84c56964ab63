import { TensorTable } from '../format/tensor-table.ts';
import type { Source } from '../source/source.ts';
import type { Checkpoint } from './checkpoint.ts';

/** A checkpoint of which nothing is known but its files. */
export function emptyCheckpoint(source: Source): Checkpoint {
  const { reference, revision, files, isLocal } = source;
  return {
    reference, revision, format: 'none', tensors: TensorTable.empty, shared: [], shards: [], parts: [], strays: [], variant: null, files,
    index: null, config: null, adapterConfig: null, card: null, sentenceTransformers: null, components: [], problems: [], readTensor: null, isLocal,
  };
}
