import type { Condition } from '../architecture/facts.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import { valueAt } from '../inventory/config.ts';
import { labelCount } from './dimension.ts';

/**
 * Whether a group is there by the setting that decides about it: true or false where the config has a value that was tried,
 * or one that does the same; null where it has another. Any number does what the others did where 0, and nothing else, left
 * the group out (`mask_time_prob`), and any number of labels does what the next one that was tried on its side did.
 */
export function isThere({ key, present, absent }: Condition, config: JsonObject | null): boolean | null {
  const value = key === 'num_labels' ? labelCount(config) : valueAt(config, key);
  if (present.includes(value)) return true;
  if (absent.includes(value)) return false;
  if (typeof value !== 'number') return null;
  if (key === 'num_labels') return beyond(value, present, absent) ?? (beyond(value, absent, present) === true ? false : null);
  return value > 0 && absent.every(isOff) && present.every((tried) => typeof tried === 'number' && tried > 0) ? true : null;
}

function isOff(value: unknown): boolean {
  return value === 0 || value === null || value === false;
}

/** True where a number is on the side of some that all are beyond the others, no nearer to these than the nearest. */
function beyond(value: number, ones: readonly unknown[], others: readonly unknown[]): true | null {
  const [own, other] = [ones, others].map((tried) => tried.filter((one) => typeof one === 'number'));
  if (own === undefined || other === undefined || own.length === 0 || other.length === 0) return null;
  const isAbove = Math.min(...own) > Math.max(...other) && value >= Math.min(...own);
  const isBelow = Math.max(...own) < Math.min(...other) && value <= Math.max(...own);
  return isAbove || isBelow ? true : null;
}
