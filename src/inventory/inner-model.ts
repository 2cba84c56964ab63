import { TableBuilder } from '../format/table-builder.ts';
import type { TensorTable } from '../format/tensor-table.ts';
import type { Checkpoint } from './checkpoint.ts';
import { modelType, subConfigs } from './config.ts';

/** How deep within a model another one lies at most: `model.language_model` is two deep. */
const MAX_DEPTH = 5;

/**
 * The model within a base that a checkpoint is a copy of (the vision tower of a vision-language model, saved by itself),
 * as a base of its own: with the names it has there without its path, and its part of the config. Null where the
 * checkpoint's model type is none of the base's inner ones, or the base holds less than half of its names.
 */
export function innerModel(base: Checkpoint, checkpoint: Checkpoint): Checkpoint | null {
  const type = modelType(checkpoint.config);
  if (type === null || type === modelType(base.config)) return null;
  const inner = subConfigs(base.config).find(({ config }) => config['model_type'] === type);
  if (inner === undefined) return null;
  const path = commonPath(base.tensors.columns.names, checkpoint.tensors);
  if (path === null) return null;
  return {
    ...base,
    tensors: withoutPath(base.tensors, path),
    config: { ...inner.config, transformers_version: base.config?.['transformers_version'] },
    within: path,
    index: null,
    shared: [],
    problems: [],
  };
}

/** The path under which most of the checkpoint's names stand in the base, where it is half of them at least. */
function commonPath(names: readonly string[], own: TensorTable): string | null {
  const counts = new Map<string, number>();
  for (const name of names) {
    for (let depth = 0, dot = name.indexOf('.'); dot >= 0 && depth < MAX_DEPTH; depth++, dot = name.indexOf('.', dot + 1)) {
      if (own.has(name.slice(dot + 1))) counts.set(name.slice(0, dot), (counts.get(name.slice(0, dot)) ?? 0) + 1);
    }
  }
  const [path, count] = [...counts].reduce<readonly [string | null, number]>((best, entry) => (entry[1] > best[1] ? entry : best), [null, 0]);
  return count * 2 >= own.length ? path : null;
}

function withoutPath(table: TensorTable, path: string): TensorTable {
  const builder = new TableBuilder();
  for (let row = 0; row < table.length; row++) {
    const { name, dtype, shape, bytes } = table.info(row);
    if (name.startsWith(`${path}.`)) builder.add(name.slice(path.length + 1), dtype, shape, bytes);
  }
  return builder.build();
}
