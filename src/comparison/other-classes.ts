import type { ClassFacts, ModelTypeFacts } from '../architecture/facts.ts';
import { unnumbered } from './pattern.ts';

/**
 * Tests names in memory for parameters that other classes of the model type have and the intended one never has, in either release: a
 * checkpoint can hold them all the same (Google's BERT names BertForMaskedLM, and has the pooler and the second head of its
 * pre-training), and no save of the class does. What no class has proves nothing: facts can lack a variant.
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
    return known.others.has(pattern) && !known.own.has(pattern);
  };
}

function patternsOf({ groups, ties }: ClassFacts): string[] {
  return [...groups.flatMap(({ parameters }) => parameters.map(({ memory }) => memory)), ...ties.flatMap(({ target, source }) => [target, source])].map(unnumbered);
}
