import type { ClassFacts, Condition } from '../architecture/facts.ts';
import type { JsonObject } from '../inventory/checkpoint.ts';
import { isThereIn } from './condition.ts';
import { patternIn } from './pattern.ts';

/**
 * Tests names in memory for what the last layers share with earlier ones instead of having it (the keys and values of Gemma 3n
 * and Gemma 4). Releases of such models hold it all the same: their loaders pass over it in silence
 * (`_keys_to_ignore_on_load_unexpected`, read in 5.18.0), and do not save it. Null where the class has no such layers.
 */
export function pastEndTest(facts: ClassFacts | null, config: JsonObject | null): ((memory: string) => boolean) | null {
  const conditions = new Map<string, Condition>();
  for (const { when, parameters } of facts?.groups ?? []) if (when?.by === 'end') for (const { memory } of parameters) conditions.set(memory, when);
  if (conditions.size === 0) return null;
  return (memory) => {
    const { pattern, numbers: [layer] } = patternIn(facts, 'memory', memory);
    const when = conditions.get(pattern);
    return when !== undefined && layer !== undefined && isThereIn(when, config, layer) === false;
  };
}
