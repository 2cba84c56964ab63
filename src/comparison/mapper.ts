import { mapToMemory } from '../architecture/prefix.ts';
import type { Intent } from './intent.ts';
import { identityMapper } from './names.ts';
import type { NameMapper } from './names.ts';

/** The mapping from names on disk to names in memory that the loader of the intended class applies. */
export function loaderMapper(intent: Intent, baseNames: readonly string[] | null): NameMapper {
  if (intent.facts === null) return baseNames === null ? identityMapper : structuralMapper(baseNames);
  const { facts } = intent;
  return (names) => {
    const mapped = mapToMemory(names, facts).names;
    const added = mapped.reduce((count, name) => count + (name.prefix === 'added' ? 1 : 0), 0);
    return {
      // A name that the loader drops unread is no parameter; it keeps a name that none can have.
      memory: mapped.map(({ memory }, i) => memory ?? `(dropped) ${names[i]}`),
      more: new Set(mapped.flatMap(({ more }) => more)),
      prefixLost: added * 2 > names.length,
    };
  };
}

/** For a class of which nothing is known: a segment that leads most of the base's names and none of the checkpoint's is its base prefix. */
function structuralMapper(baseNames: readonly string[]): NameMapper {
  const counts = new Map<string, number>();
  for (const name of baseNames) {
    const prefix = name.slice(0, name.indexOf('.') + 1);
    if (prefix !== '') counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  const [prefix, count] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
  if (count * 2 < baseNames.length) return identityMapper;
  const known = new Set(baseNames);
  return (names) => {
    if (names.some((name) => name.startsWith(prefix))) return identityMapper(names);
    const fitting = names.filter((name) => known.has(prefix + name)).length;
    if (fitting * 2 < names.length) return identityMapper(names);
    return { memory: names.map((name) => (known.has(name) && !known.has(prefix + name) ? name : prefix + name)), more: new Set(), prefixLost: true };
  };
}
