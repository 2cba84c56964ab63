import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';

interface Data {
  readonly from: number;
  readonly to: number;
  readonly names: readonly string[];
}

export const vocabularyResized = defineRule<Data>({
  id: 'vocabulary-resized',
  severity: 'note',
  summary: 'The vocabulary has another size than the base\'s, in weights and config alike.',
  why: 'This is what adding tokens does. Nothing is wrong; the base\'s tokenizer no longer fits.',
  how: 'Embedding and head have another number of rows than the base\'s, and `vocab_size` says the same number.',
  sources: ['huggingface/transformers#33819'],
  detect({ inner, base }) {
    if (inner.vocabulary === null || base === null) return [];
    const { from, to, names } = inner.vocabulary;
    return [{ data: { from, to, names }, parameters: names }];
  },
  words(data) {
    return {
      title: prose`The vocabulary was resized from ${data.from} to ${data.to}`,
      message: prose`Weights and config.json agree on ${data.to} rows. Ship the tokenizer that belongs to them.`,
      cause: null,
      fix: null,
    };
  },
  examples: () => ({
    fires: [{ name: 'Sixteen tokens added', checkpoint: llama({ vocabulary: 336 }), base: llama() }],
    silent: [{ name: 'The base\'s vocabulary', checkpoint: llama(), base: llama() }],
  }),
});
