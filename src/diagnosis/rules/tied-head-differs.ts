import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';

interface Data {
  readonly name: string;
  readonly source: string;
}

export const tiedHeadDiffers = defineRule<Data>({
  id: 'tied-head-differs',
  severity: 'error',
  summary: 'The config ties the head to the embedding, but a different head is stored.',
  why: 'The same files are two different models: transformers 4 overwrites the stored head with the embedding, transformers 5 keeps it and warns. One of the two is wrong, and which one depends on who loads it.',
  how: 'Head and embedding are both stored, the config ties them, and their bytes differ: all of them are compared where the files are on this machine, samples where they are remote (a difference is proof all the same).',
  sources: ['huggingface/transformers#42612', 'vllm-project/vllm#51063'],
  detect({ pairs, intent }) {
    if (intent.tied === false) return [];
    const unknown = pairs.filter(({ equality }) => equality === 'unknown');
    const different = pairs.filter(({ equality }) => equality === 'different');
    if (different.length === 0 && unknown.length > 0) return { skipped: 'the checkpoint has no bytes at hand to compare head and embedding by' };
    return different.map(({ name, sourceName }) => ({ data: { name, source: sourceName }, parameters: [name, sourceName] }));
  },
  words(data) {
    return {
      title: prose`${data.name} is stored and differs from the embedding it is tied to`,
      message: prose`config.json ties ${data.name} to ${data.source}, but both are stored and their bytes differ. transformers 4 throws the stored one away, transformers 5 keeps it: the same files are two models.`,
      cause: prose`The head was untied and trained on its own (an adapter merged into it, a wrapper that broke the tie), and the config still says that it is tied.`,
      fix: { steps: prose`If the stored head is the trained one, say in config.json that it is not tied. If it is a leftover, take it out of the checkpoint.`, code: { language: 'json', text: '"tie_word_embeddings": false' } },
    };
  },
  examples: () => ({
    fires: [{ name: 'A trained head under a config that ties it', checkpoint: { ...llama({ tied: true, head: true }), bytes: { 'lm_head.weight': 7 } } }],
    silent: [
      { name: 'The stored head equals the embedding', checkpoint: llama({ tied: true, head: true }) },
      { name: 'Not tied: head and embedding differ, as they should', checkpoint: { ...llama(), bytes: { 'lm_head.weight': 7 } } },
    ],
  }),
});
