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
  const paths = path.split('|');
  const [first = path] = paths;
  if (forced) return { value: absent, origin: 'class', path: first };
  const written = paths.map((one) => ({ path: one, value: valueAt(config, one) }));
  const set = written.find(({ value }) => value === true);
  if (set !== undefined) return { value: true, origin: 'config', path: set.path };
  const open = written.find(({ value }) => typeof value !== 'boolean');
  // Where either of two flags is enough, one that is absent can still be true by default.
  return open === undefined || (!absent && paths.length > 1 && written.some(({ value }) => value === false))
    ? { value: false, origin: 'config', path: first }
    : { value: absent, origin: 'default', path: open.path };
}

function valueAt(config: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = config;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key)) return undefined;
    value = new Map(Object.entries(value)).get(key);
  }
  return value;
}
