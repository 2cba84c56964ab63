import { MAX_LAYERS } from '../comparison/layer-counts.ts';
import type { Intent } from '../comparison/intent.ts';
import { numberAt } from '../inventory/config.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import type { LostBlock } from './losses.ts';

/** A setting that counts layers, and how many it says there are. */
export interface LayerCount {
  /** Dotted path in the config. */
  readonly key: string;
  readonly count: number;
}

/**
 * The setting that counts the layers of a list, or null where none is known or the config does not state it, or states what is no count. The length
 * of a list counts layers too, but is no number that could be corrected.
 * @param block the list as names in memory have it, with its star: `model.layers.*`
 */
export function layerCount(block: string, intent: Pick<Intent, 'facts'>, config: JsonObject | null): LayerCount | null {
  const stated = statedCount(block, intent, config);
  return stated === null || stated.key.endsWith('.length') || stated.count > MAX_LAYERS ? null : stated;
}

/** Number of the last layer by the config, where that is beyond those that were looked for, and these are missing to the last; else null. */
export function lastBeyond({ block, numbers }: Pick<LostBlock, 'block' | 'numbers'>, intent: Pick<Intent, 'facts'>, config: JsonObject | null): number | null {
  const count = numbers.at(-1) === MAX_LAYERS - 1 ? (statedCount(block, intent, config)?.count ?? 0) : 0;
  return count > MAX_LAYERS ? count - 1 : null;
}

function statedCount(block: string, { facts }: Pick<Intent, 'facts'>, config: JsonObject | null): LayerCount | null {
  const disk = facts?.groups.flatMap(({ parameters }) => parameters).find(({ memory }) => memory.startsWith(`${block}.`))?.disk;
  const key = disk === undefined ? 'num_hidden_layers' : (facts?.layers[disk.slice(0, disk.indexOf('*') - 1)] ?? null);
  const count = key === null ? null : numberAt(config, key);
  return key === null || count === null ? null : { key, count };
}
