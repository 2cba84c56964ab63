import { decidingSettings } from '../architecture/facts.ts';
import type { Condition } from '../architecture/facts.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import { valueAt } from '../inventory/config.ts';
import { dimension, labelCount } from './dimension.ts';

/** What every config of transformers leaves out where it is so (`PretrainedConfig` of 4.57; 5.x has it in the configs that have a use for it). */
const UNSTATED: Readonly<Record<string, unknown>> = { is_decoder: false };

/** What a config states of a setting, or means by leaving it out; undefined where that can't be told. */
function statedAt(config: JsonObject | null, key: string): unknown {
  const value = valueAt(config, key);
  return value === undefined && config !== null && Object.hasOwn(UNSTATED, key) ? UNSTATED[key] : value;
}

/** Whether a config states what decides by a condition. */
export function isStated(when: Condition, config: JsonObject | null): boolean {
  return when.by === 'unequal' || when.by === 'end' ? sizes(when, config) !== null : statedAt(config, when.key) !== undefined;
}

/**
 * Whether a group is there by the value of the setting that decides about it: true or false where the config has a value that
 * was tried, or one that does the same, and where it states two sizes that decide by being equal or not; null where it has another, and where single layers are decided about. Any number above 0
 * does what the others did (`mask_time_prob`, `q_lora_rank`), and any number of labels what the next one that was tried on its
 * side did.
 */
export function isThere(when: Condition, config: JsonObject | null): boolean | null {
  if (when.by === 'unequal') return differ(sizes(when, config));
  if (when.by !== 'value') return null;
  const { key, present, absent } = when;
  const value = key === 'num_labels' ? labelCount(config) : statedAt(config, key);
  if (key !== 'num_labels' || typeof value !== 'number' || present.includes(value) || absent.includes(value)) return holds(when, value);
  return beyond(value, present, absent) ?? (beyond(value, absent, present) === true ? false : null);
}

/** Whether a group is there in one layer, by a condition about single layers; null where the config does not say, or says what was never tried. */
export function isThereIn(when: Condition, config: JsonObject | null, layer: number): boolean | null {
  if (when.by === 'layer') return when.present.length > 0 ? when.present.includes(layer) : !when.absent.includes(layer);
  // Those before the end may lack it for other reasons, where no value says that they have it.
  if (when.by === 'end') return isBeforeEnd(layer, sizes(when, config)) === false ? false : when.present.length > 0 ? isBeforeEnd(layer, sizes(when, config)) : null;
  const value = valueAt(config, when.key);
  if (when.by === 'start') return typeof value === 'number' && Number.isInteger(value) ? layer >= value : null;
  if (when.by === 'every') return isEachSoMany(layer, value, when.present[0]);
  const entry: unknown = when.by === 'entry' && Array.isArray(value) && layer < value.length ? value[layer] : undefined;
  return entry === undefined ? null : holds(when, entry);
}

/** Whether a layer is before the last so many; null where the config does not say how many of how many. */
function isBeforeEnd(layer: number, found: readonly (number | null)[] | null): boolean | null {
  const [last, layers] = found ?? [];
  return typeof last !== 'number' || typeof layers !== 'number' || last > layers ? null : layer < layers - last;
}

/** Whether layers come to a layer by steps from the first of them; null where the step is none. */
function isEachSoMany(layer: number, step: unknown, first: unknown): boolean | null {
  if (typeof step !== 'number' || !Number.isInteger(step) || step < 1 || typeof first !== 'number') return null;
  return (layer - first) % step === 0;
}

/** The two sizes that a condition compares, or null. */
function sizes(when: Condition, config: JsonObject | null): readonly (number | null)[] | null {
  const found = decidingSettings(when).map((key) => dimension(key, config));
  return found.includes(null) ? null : found;
}

function differ(found: readonly (number | null)[] | null): boolean | null {
  return found === null ? null : new Set(found).size > 1;
}

/** What a value did, or one like it; null where nothing like it was tried, or like ones did both. */
function holds({ present, absent }: Condition, value: unknown): boolean | null {
  if (present.includes(value)) return true;
  if (absent.includes(value)) return false;
  const [withIt, without] = [present.some(isAmount), absent.some(isAmount)];
  return isAmount(value) && withIt !== without ? withIt : null;
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value > 0;
}

/** True where a number is on the side of some that all are beyond the others, no nearer to these than the nearest. */
function beyond(value: number, ones: readonly unknown[], others: readonly unknown[]): true | null {
  const [own, other] = [ones, others].map((tried) => tried.filter((one) => typeof one === 'number'));
  if (own === undefined || other === undefined || own.length === 0 || other.length === 0) return null;
  const isAbove = Math.min(...own) > Math.max(...other) && value >= Math.min(...own);
  const isBelow = Math.max(...own) < Math.min(...other) && value <= Math.max(...own);
  return isAbove || isBelow ? true : null;
}
