import type { ClassFacts, ParameterFacts, ParameterGroup } from './facts.ts';
import { listBefore } from './patterns.ts';

/** An expert whose number is part of a word (Switch Transformers, NLLB-MoE): to the facts that is a name, as `classifier.0` is. */
const EXPERT = /\.experts\.expert_\d+(?=\.)/;
const LISTED = '.experts.expert_*';

/**
 * The facts of a class with its `experts.expert_0`, `experts.expert_1`, … as one list, `experts.expert_*`: there are as
 * many as a setting says, and no more is known of those that were built than of the rest.
 */
export function withWordLists(facts: ClassFacts): ClassFacts {
  const isExpert = ({ memory }: ParameterFacts): boolean => EXPERT.test(memory);
  const numbered = facts.groups.filter(({ parameters }) => parameters.some(isExpert));
  if (numbered.length === 0) return facts;
  const lists = new Map<string, { readonly parameters: Map<string, ParameterFacts>; key: string | null }>();
  for (const { parameters, when } of numbered) {
    for (const { disk, memory, dims } of parameters.filter(isExpert)) {
      const listed = { disk: disk.replace(EXPERT, LISTED), memory: memory.replace(EXPERT, LISTED), dims };
      const scope = listed.disk.slice(0, listed.disk.lastIndexOf('*') + 1);
      const list = lists.get(scope) ?? { parameters: new Map<string, ParameterFacts>(), key: null };
      lists.set(scope, list);
      list.parameters.set(listed.disk, list.parameters.get(listed.disk) ?? listed);
      list.key ??= when?.key ?? null;
    }
  }
  const others = facts.groups.flatMap((group) => {
    const parameters = group.parameters.filter((parameter) => !isExpert(parameter));
    return parameters.length === 0 ? [] : [parameters.length === group.parameters.length ? group : { ...group, parameters }];
  });
  const listed = [...lists].map(([scope, { parameters }]): ParameterGroup => ({ scope, presence: 'always', when: null, inner: null, parameters: [...parameters.values()] }));
  return {
    ...facts,
    groups: [...others, ...listed],
    layers: { ...facts.layers, ...Object.fromEntries([...lists].map(([scope, { key }]) => [listBefore(scope, scope.length - 1), key])) },
  };
}
