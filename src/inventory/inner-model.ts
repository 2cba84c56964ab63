import { TableBuilder } from '../format/table-builder.ts';
import type { TensorTable } from '../format/tensor-table.ts';
import type { Checkpoint, JsonObject } from './checkpoint.ts';
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
  const inner = type === null ? undefined : innerConfig(base.config, type);
  // The tower of Qwen2-VL bears the type of the whole (4.57): its config has none within it.
  if (inner === undefined || (type === modelType(base.config) && subConfigs(checkpoint.config).length > 0)) return null;
  const { names } = base.tensors.columns;
  const segment = type === modelType(base.config) ? null : sharedSegment(names, checkpoint.tensors);
  const path = segment ?? commonPath(names, checkpoint.tensors);
  if (path === null) return null;
  return {
    ...base,
    tensors: segment === null ? withoutPath(base.tensors, path) : only(base.tensors, path),
    config: { ...inner, transformers_version: base.config?.['transformers_version'] },
    within: path,
    index: null,
    shared: [],
    problems: [],
  };
}

/** The config of a model within, by its type; one release calls a tower `qwen2_vl_vision`, the other as the whole. */
function innerConfig(config: JsonObject | null, type: string): JsonObject | undefined {
  const configs = subConfigs(config).map((inner): JsonObject => inner.config);
  const types = [type, `${type}_vision`, ...(type.endsWith('_vision') ? [type.slice(0, -'_vision'.length)] : [])];
  for (const one of types) {
    const found = configs.find((inner) => inner['model_type'] === one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The first segment of all the checkpoint's names, where half of them stand in the base just so (the text model of SigLIP is a `text_model` by
 * itself too), and where the base has layers: a head is no model.
 */
function sharedSegment(names: readonly string[], own: TensorTable): string | null {
  const segments = new Set(own.columns.names.map((name) => name.slice(0, Math.max(0, name.indexOf('.')))));
  const [segment] = segments;
  const shared = names.filter((name) => own.has(name)).length;
  const hasLayers = names.some((name) => name.startsWith(`${segment}.`) && /\.\d+\./.test(name));
  return segments.size === 1 && segment !== undefined && segment !== '' && shared * 2 >= own.length && hasLayers ? segment : null;
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
  return below(table, path, path.length + 1);
}

function only(table: TensorTable, path: string): TensorTable {
  return below(table, path, 0);
}

/** Rows below a path, with so many letters of their names taken off. */
function below(table: TensorTable, path: string, letters: number): TensorTable {
  const builder = new TableBuilder();
  for (let row = 0; row < table.length; row++) {
    const { name, dtype, shape, bytes } = table.info(row);
    if (name.startsWith(`${path}.`)) builder.add(name.slice(letters), dtype, shape, bytes);
  }
  return builder.build();
}
