import type { ClassFacts, ModelTypeFacts } from '../architecture/facts.ts';
import { parameterPaths, unnumbered } from './pattern.ts';

/**
 * Tests names in memory for parameters that other classes of the model type have and the intended one never has, in either release: a
 * checkpoint can hold them all the same (Google's BERT names BertForMaskedLM, and has the pooler and the second head of its
 * pre-training), and no save of the class does. What no class has proves nothing, since facts can lack a variant; nor, for the same
 * reason, what stands in a layer, or in a module that the class has something of.
 */
export function otherClassTest(type: ModelTypeFacts | null, facts: ClassFacts | null): (memory: string) => boolean {
  if (type === null || facts === null) return () => false;
  let known: { readonly own: ReadonlySet<string>; readonly others: ReadonlySet<string> } | undefined;
  return (memory) => {
    known ??= {
      own: new Set(type.classes.flatMap((entry) => (entry.class === facts.class ? patternsOf(entry) : []))),
      others: new Set(type.classes.flatMap((entry) => (entry.class === facts.class ? [] : patternsOf(entry).map((pattern) => (entry.bare ? `${facts.prefix}.${pattern}` : pattern))))),
    };
    const pattern = unnumbered(memory);
    if (!known.others.has(pattern) || known.own.has(pattern) || pattern !== memory) return false;
    const module = moduleOf(memory, facts.prefix);
    return ![...known.own].some((own) => own.startsWith(module));
  };
}

/** The module that a parameter is in: of the model that heads are put on its part (`bert.pooler.`), of a head the innermost (`cls.seq_relationship.`). */
function moduleOf(memory: string, prefix: string): string {
  const inner = prefix === '' || !memory.startsWith(`${prefix}.`) ? memory.lastIndexOf('.') : memory.indexOf('.', prefix.length + 1);
  return memory.slice(0, inner + 1);
}

function patternsOf(entry: ClassFacts): string[] {
  return [...parameterPaths(entry), ...entry.ties.flatMap(({ target, source }) => [target, source]).map(unnumbered)];
}
