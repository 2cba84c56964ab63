import { SETTING } from '../architecture/facts.ts';
import type { Dimension } from '../architecture/facts.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import { isObject, objectAt, valueAt } from '../inventory/config.ts';
import { getOrAdd } from './multimap.ts';

/** Largest dimension that is believed to be the same in every config. */
const LARGEST_CONSTANT = 8;

/** The end of a setting that is a list with an entry for each layer. */
export const BY_MEMBER = /\.(?:member|previous)$/;

/** A setting's value: undefined where the config does not state it, null where what it states can't be used. */
type Stated = number | null | undefined;

/**
 * The size that a dimension of the facts has under a config, or null where that can't be told. Of alternatives
 * (`a|b`) the first counts whose settings are all stated.
 * @param member the number of the parameter's layer, where it is in a list: which entry of a list of settings is its own
 */
export function dimension(dim: Dimension, config: JsonObject | null, member?: number): number | null {
  if (dim === null) return null;
  // A small number is a fact of the class (a kernel, a pair); a large one is a setting that did not vary while the facts were gathered.
  if (typeof dim === 'number') return dim <= LARGEST_CONSTANT ? dim : null;
  for (const alternative of dim.split('|')) {
    const size = combined(alternative.split('+').map((term) => squared(term, config, member)), (sum, term) => sum + term);
    if (size !== undefined) return size;
  }
  return null;
}

/** The settings of the alternative that a dimension of the facts is made of under a config, as dotted paths; empty where none counts. */
export function settingsOf(dim: Dimension, config: JsonObject | null): readonly string[] {
  if (typeof dim !== 'string') return [];
  const used = dim.split('|').find((alternative) => dimension(alternative, config) !== null);
  return [...new Set([...(used ?? '').matchAll(SETTING)].map(([setting]) => setting))];
}

/** A quotient, or its square (`image_size/patch_size^2`). */
function squared(term: string, config: JsonObject | null, member: number | undefined): Stated {
  const isSquare = term.endsWith('^2');
  const size = quotient(isSquare ? term.slice(0, -2) : term, config, member);
  return isSquare ? combined([size, size], (one, other) => one * other) : size;
}

function quotient(term: string, config: JsonObject | null, member: number | undefined): Stated {
  return combined(term.split('/').map((part) => product(part, config, member)), (size, divisor) => Math.floor(size / divisor));
}

function product(part: string, config: JsonObject | null, member: number | undefined): Stated {
  return combined(part.split('*').map((factor) => {
    if (/^\d+$/.test(factor)) return Number(factor);
    if (factor === 'num_labels') return labelCount(config);
    return BY_MEMBER.test(factor) ? entryAt(config, factor, member) : settingAt(config, factor);
  }), (size, factor) => size * factor);
}

/** The entry of a list of settings that a parameter goes by: that of its own layer (`conv_dim.member`), or of the one before it. */
function entryAt(config: JsonObject | null, path: string, member: number | undefined): Stated {
  const list = valueAt(config, path.replace(BY_MEMBER, ''));
  if (list == null) return undefined;
  const entry: unknown = Array.isArray(list) && member !== undefined ? list[path.endsWith('.previous') ? member - 1 : member] : null;
  return typeof entry === 'number' && Number.isSafeInteger(entry) && entry >= 0 ? entry : null;
}

/** Values taken together; null where one can't be used, or the result is no size (whatever a config says, a dimension is a whole number); undefined where one is not stated. */
function combined(values: readonly Stated[], step: (sum: number, value: number) => number): Stated {
  if (values.includes(null)) return null;
  let result: number | undefined;
  for (const value of values) {
    if (value == null) return undefined;
    result = result === undefined ? value : step(result, value);
  }
  return result !== undefined && Number.isSafeInteger(result) && result >= 0 ? result : null;
}

/** Where a setting stands: the path of the config around it, with a dot at its end (empty for the outermost), its own key, and that config (empty where there is none). */
export function placeOf(setting: string, config: JsonObject | null): { readonly parent: string; readonly key: string; readonly beside: JsonObject } {
  const at = setting.lastIndexOf('.') + 1;
  return { parent: setting.slice(0, at), key: setting.slice(at), beside: (at === 0 ? config : objectAt(config, setting.slice(0, at - 1))) ?? {} };
}

/** A setting that holds for all layers: null where the config also lists values of it by layer (`num_attention_heads_per_layer`, or `per_layer_config` by the layers' numbers). */
function settingAt(config: JsonObject | null, path: string): Stated {
  const { key, beside } = placeOf(path, config);
  if (isListed(key, beside)) return null;
  const value = valueAt(config, path);
  if (value == null) return undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** Of each config, which settings were found listed by layer, and which were not: each parameter of each layer asks, and a config may be large. */
const listed = new WeakMap<JsonObject, Map<string, boolean>>();

function isListed(key: string, beside: JsonObject): boolean {
  const known = getOrAdd(listed, beside, () => new Map<string, boolean>());
  return getOrAdd(known, key, () => Object.entries(beside).some(([name, value]) => (Array.isArray(value) ? name.startsWith(`${key}_`) : isByLayer(value) && Object.values(value).some((layer) => isObject(layer) && key in layer))));
}

/** Whether a value of the config has an entry for each of some layers, under their numbers. */
function isByLayer(value: unknown): value is JsonObject {
  return isObject(value) && Object.keys(value).length > 0 && Object.keys(value).every((name) => /^\d+$/.test(name));
}

/** Entries of the tables of labels that were counted: a table may have tens of thousands, and each parameter of each layer may ask. */
const labelCounts = new WeakMap<JsonObject, number>();

/** Number of labels of a classifier: the entries of `id2label`; where there are none `num_labels`, which 5.x writes then, and else two, transformers' own default. */
export function labelCount(config: JsonObject | null): number {
  const labels = objectAt(config, 'id2label');
  if (labels !== null) return getOrAdd(labelCounts, labels, () => Object.keys(labels).length);
  const stated = valueAt(config, 'num_labels');
  return typeof stated === 'number' && Number.isSafeInteger(stated) && stated > 0 ? stated : 2;
}
