import type { ClassFacts } from '../architecture/facts.ts';
import { mapToMemory } from '../architecture/prefix.ts';
import { canBeMarked, Filled, mapsByTemplate, Templates } from '../architecture/templates.ts';
import type { Intent } from './intent.ts';
import { identityMapper } from './names.ts';
import type { LoaderNames, NameMapper } from './names.ts';

/** The mapping from names on disk to names in memory that the loader of the intended class applies. */
export function loaderMapper(intent: Intent, baseNames: readonly string[] | null): NameMapper {
  if (intent.facts === null) return baseNames === null ? identityMapper : structuralMapper(baseNames);
  const { facts } = intent;
  const byTemplate = mapsByTemplate(facts);
  return (names) => (byTemplate && canBeMarked(names) ? mapTemplates(names, facts) : mapEach(names, facts));
}

function mapEach(names: readonly string[], facts: ClassFacts): LoaderNames {
  const mapped = mapToMemory(names, facts).names;
  const added = mapped.reduce((count, name) => count + (name.prefix === 'added' ? 1 : 0), 0);
  return {
    memory: mapped.map(({ memory }, i) => memory ?? dropped(names[i] ?? '')),
    more: new Map(mapped.flatMap(({ memory, more }) => more.map((other) => [other, memory ?? other] as const))),
    prefixLost: added * 2 > names.length,
  };
}

/** A name that the loader drops unread is no parameter; it keeps a name that none can have. */
function dropped(name: string): string {
  return `(dropped) ${name}`;
}

/** What the loader makes of all names of a template. */
interface MappedTemplate {
  /** Whether the names stay as they are: then the very strings are kept, which takes no memory, and they are hashed once. */
  readonly stays: boolean;
  /** Null for names that the loader drops unread. */
  readonly memory: Filled | null;
  readonly more: readonly Filled[];
  readonly isAdded: boolean;
}

/** The same, at the cost of one mapping a template rather than one a name. */
function mapTemplates(names: readonly string[], facts: ClassFacts): LoaderNames {
  const templates = new Templates(facts);
  const { places, mapped } = mapFound(names, templates, facts);
  const more = new Map<string, string>();
  let added = 0;
  let changed = false;
  const memory = names.map((name, row) => {
    const found = mapped[places[row] ?? 0];
    if (found?.isAdded === true) added++;
    if (found?.stays === true) return name;
    changed = true;
    // The numbers are taken out again rather than kept: a list of them a name would weigh more than all the rest.
    const { numbers } = templates.of(name);
    if (found === undefined || found.memory === null) return dropped(name);
    const first = found.memory.with(numbers);
    for (const other of found.more) more.set(other.with(numbers), first);
    return first;
  });
  // The very list tells that nothing changed, which spares the comparison a second index of names.
  return { memory: changed ? memory : names, more, prefixLost: added * 2 > names.length };
}

/** Applies the loader's rules to each template that occurs. `places` says for each name which one is its own. */
function mapFound(names: readonly string[], templates: Templates, facts: ClassFacts): { readonly places: Uint32Array; readonly mapped: readonly MappedTemplate[] } {
  const known = new Map<string, number>();
  const places = Uint32Array.from(names, (name) => {
    const { text } = templates.of(name);
    const place = known.get(text) ?? known.size;
    if (place === known.size) known.set(text, place);
    return place;
  });
  const texts = [...known.keys()];
  const mapped = mapToMemory(texts, facts).names.map(({ memory, more, prefix }, i) => ({
    stays: memory === texts[i] && more.length === 0,
    memory: memory === null ? null : new Filled(memory), more: more.map((other) => new Filled(other)), isAdded: prefix === 'added',
  }));
  return { places, mapped };
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
    return { memory: names.map((name) => (known.has(name) && !known.has(prefix + name) ? name : prefix + name)), more: new Map(), prefixLost: true };
  };
}
