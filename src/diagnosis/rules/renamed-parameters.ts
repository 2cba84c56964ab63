import { llama, mixtral } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';

interface Data {
  readonly count: number;
  readonly example: { readonly name: string; readonly from: string };
}

export const renamedParameters = defineRule<Data>({
  id: 'renamed-parameters',
  severity: 'note',
  summary: 'Parameters have other names than the base\'s, and loaders know both.',
  why: 'Names moved between releases of transformers (vision-language models in 4.52, fused experts in 5.0). Nothing is missing; tools that read names directly may stumble.',
  how: 'transformers\' own conversion tables map both names to the same parameter.',
  sources: ['huggingface/transformers#38403', 'huggingface/transformers#45357', 'sgl-project/sglang#38618'],
  detect({ inner }) {
    const [first] = inner.renamed;
    if (first === undefined) return [];
    return [{ data: { count: inner.renamed.length, example: first }, parameters: inner.renamed.map(({ name }) => name) }];
  },
  words(data) {
    return {
      title: prose`${data.count} parameters have other names than the base's`,
      message: prose`The base's ${data.example.name} is ${data.example.from} here. transformers maps both to the same parameter; nothing is missing.`,
      cause: null,
      fix: null,
    };
  },
  examples: () => ({
    fires: [{ name: 'Experts packed, as transformers 5 holds them in memory', checkpoint: mixtral({ packed: true }), base: mixtral() }],
    silent: [
      { name: 'The base\'s names', checkpoint: mixtral(), base: mixtral() },
      { name: 'Only the base prefix is not there', checkpoint: llama({ prefix: '', tied: true }), base: llama({ tied: true }) },
    ],
  }),
});
