import type { JsonObject } from './checkpoint.ts';

/**
 * Typed access to `config.json` and its relatives. A config is written by whoever saved the checkpoint, so any
 * key may hold anything: a value of the wrong type counts as absent and nothing here throws.
 */

/** Nested configs are followed this deep: real ones nest twice (`thinker_config.text_config`); deeper is no config. */
const MAX_DEPTH = 4;

/** Whether a value is a JSON object (not an array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a path can say of a list (`conv_dim.length`). */
const OF_LIST: Readonly<Record<string, (list: readonly unknown[]) => unknown>> = { length: ({ length }) => length, first: (list) => list[0], last: (list) => list.at(-1) };

/** The value at a dotted path (`text_config.vocab_size`, `conv_dim.length`), or undefined. A null config has no values. */
export function valueAt(config: JsonObject | null, path: string): unknown {
  let value: unknown = config;
  for (const key of path.split('.')) {
    if (Array.isArray(value) && Object.hasOwn(OF_LIST, key)) value = OF_LIST[key]?.(value);
    else if (isObject(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

/** The finite number at a dotted path, or null. */
export function numberAt(config: JsonObject | null, path: string): number | null {
  const value = valueAt(config, path);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The string at a dotted path, or null where it is absent or empty. */
export function stringAt(config: JsonObject | null, path: string): string | null {
  const value = valueAt(config, path);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The boolean at a dotted path, or null. */
export function booleanAt(config: JsonObject | null, path: string): boolean | null {
  const value = valueAt(config, path);
  return typeof value === 'boolean' ? value : null;
}

/** The object at a dotted path, or null. */
export function objectAt(config: JsonObject | null, path: string): JsonObject | null {
  const value = valueAt(config, path);
  return isObject(value) ? value : null;
}

/** The strings of the array at a dotted path; a single string counts as an array of one; else empty. */
export function stringsAt(config: JsonObject | null, path: string): readonly string[] {
  const value = valueAt(config, path);
  if (typeof value === 'string' && value !== '') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string' && item !== '') : [];
}

export function modelType(config: JsonObject | null): string | null {
  return stringAt(config, 'model_type');
}

/** `architectures`: the classes that the checkpoint was saved from; nearly always one. */
export function architectures(config: JsonObject | null): readonly string[] {
  return stringsAt(config, 'architectures');
}

/** The release that wrote the config, such as `4.57.6`, or null. */
export function transformersVersion(config: JsonObject | null): string | null {
  return stringAt(config, 'transformers_version');
}

/** Root `_name_or_path`: what was given to `from_pretrained`. */
export function nameOrPath(config: JsonObject | null): string | null {
  return stringAt(config, '_name_or_path');
}

/** A config within a config. */
export interface SubConfig {
  /** Dotted path from the root: `text_config`, `thinker_config.text_config`. */
  readonly path: string;
  readonly config: JsonObject;
}

/**
 * The configs of the models that this one is made of, outermost first: every nested object that has a `model_type`
 * or a key ending in `_config`, without those that configure something else than a model.
 */
export function subConfigs(config: JsonObject | null): readonly SubConfig[] {
  const found: SubConfig[] = [];
  const visit = (parent: JsonObject, prefix: string, depth: number): void => {
    for (const [key, value] of Object.entries(parent)) {
      if (!isObject(value) || NO_MODEL_CONFIGS.has(key)) continue;
      if (!key.endsWith('_config') && stringAt(value, 'model_type') === null) continue;
      const path = prefix + key;
      found.push({ path, config: value });
      if (depth < MAX_DEPTH) visit(value, `${path}.`, depth + 1);
    }
  };
  if (config !== null) visit(config, '', 1);
  return found;
}

const NO_MODEL_CONFIGS: ReadonlySet<string> = new Set([
  'quantization_config', 'compression_config', 'generation_config', 'attn_config', 'ffn_config', 'init_config', 'rope_config',
]);

/** A fact and where in the config it stands. */
export interface At<T> {
  readonly path: string;
  readonly value: T;
}

/** A key's value in the root and in every nested config where it has the right type; the root first. */
function everywhere<T>(config: JsonObject | null, key: string, read: (config: JsonObject | null, path: string) => T | null): readonly At<T>[] {
  return ['', ...subConfigs(config).map(({ path }) => `${path}.`)].flatMap((prefix) => {
    const value = read(config, prefix + key);
    return value === null ? [] : [{ path: prefix + key, value }];
  });
}

/** Every `vocab_size`, the root's first. */
export function vocabularySizes(config: JsonObject | null): readonly At<number>[] {
  return everywhere(config, 'vocab_size', numberAt);
}

/** How many multi-token-prediction layers the config promises; every key under which releases write it. */
export function mtpLayers(config: JsonObject | null): readonly At<number>[] {
  return ['num_nextn_predict_layers', 'mtp_num_hidden_layers', 'num_mtp_layers'].flatMap((key) => everywhere(config, key, numberAt));
}

/** The element type that the config names, without `torch.`: `bfloat16`. Root before nested, `dtype` (5.x) before `torch_dtype`. */
export function configDtype(config: JsonObject | null): string | null {
  const written = [...everywhere(config, 'dtype', stringAt), ...everywhere(config, 'torch_dtype', stringAt)];
  const first = written.find(({ path }) => !path.includes('.')) ?? written[0];
  return first === undefined ? null : first.value.replace(/^torch\./, '');
}

/**
 * How the weights are quantised: `quantization_config`, `compression_config` (older compressed-tensors) or MLX's
 * `quantization`, in the root or the first nested config that has one; null where none does.
 */
export function quantization(config: JsonObject | null): JsonObject | null {
  for (const key of ['quantization_config', 'compression_config', 'quantization']) {
    const found = everywhere(config, key, objectAt)[0];
    if (found !== undefined) return found.value;
  }
  return null;
}

/** Whether the model's code comes with the checkpoint (`auto_map`), so that no release's facts need hold for it. */
export function hasRemoteCode(config: JsonObject | null): boolean {
  const map = objectAt(config, 'auto_map');
  return map !== null && Object.keys(map).some((key) => key !== 'AutoConfig' && key !== 'AutoTokenizer' && key !== 'AutoProcessor');
}
