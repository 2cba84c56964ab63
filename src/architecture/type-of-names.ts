import { loadModelTypeFacts } from './index.ts';
import { parameterTest } from './prefix.ts';

/** So many of the names, at least, are those of the model type. */
const NEARLY_ALL = 0.9;

/**
 * The model type after which most names are prefixed (`bert.encoder…`), where a class of it has nearly all of them; else null.
 * @param own the model type that the config names
 */
export async function typeOfNames(names: readonly string[], own: string | null): Promise<string | null> {
  const counts = new Map<string, number>();
  for (const name of names) {
    const first = name.slice(0, Math.max(0, name.indexOf('.')));
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  const [type = '', count = 0] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  const facts = type === own || count * 2 <= names.length ? null : await loadModelTypeFacts(type);
  if (facts === null) return null;
  return facts.classes.some((entry) => {
    const isParameter = parameterTest(entry);
    return names.filter(isParameter).length >= names.length * NEARLY_ALL;
  }) ? type : null;
}
