import type { ClassFacts } from '../architecture/facts.ts';

/** Configs of the text model within a model, as against its towers. */
const TEXT_CONFIG = /text|decoder|language|llm/;

/** Where the models within a model sit that are not its text model (a vision or audio tower): their paths in memory names. */
export function towerPaths(facts: ClassFacts | null): readonly string[] {
  return (facts?.submodels ?? []).flatMap(({ path, config }) => (config === null || TEXT_CONFIG.test(config) ? [] : [path]));
}

/** A test for names in memory that belong to a tower. */
export function towerTest(facts: ClassFacts | null): (memory: string) => boolean {
  const prefixes = towerPaths(facts).map((path) => `${path}.`);
  return (memory) => prefixes.some((prefix) => memory.startsWith(prefix));
}
