import type { ClassFacts } from './facts.ts';

/** What a release takes the tie flag of a class to be. */
export interface TieFlag {
  readonly value: boolean;
  /** `config`: written there. `default`: absent, so the config class's own default counts. `class`: the class ties (or does not) whatever is written. */
  readonly origin: 'config' | 'default' | 'class';
  /** Dotted config path that the release reads. */
  readonly path: string;
}

/**
 * The tie flag as the release of the facts reads it for the class.
 * 4.57 reads the text config of a model with a decoder (`config.get_text_config(decoder=True)`), 5.x the config of the
 * class that owns the head; which path that is for the class at hand was found by building it with every flag flipped.
 * @param config `config.json`, parsed
 */
export function resolveTieFlag(config: Readonly<Record<string, unknown>>, facts: ClassFacts): TieFlag {
  const { path, default: absent, forced } = facts.tieFlag;
  if (forced) return { value: absent, origin: 'class', path };
  let value: unknown = config;
  for (const key of path.split('.')) {
    value = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key) ? new Map(Object.entries(value)).get(key) : undefined;
  }
  return typeof value === 'boolean' ? { value, origin: 'config', path } : { value: absent, origin: 'default', path };
}
