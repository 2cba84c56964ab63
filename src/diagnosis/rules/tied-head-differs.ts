import { RELEASES } from '../../architecture/facts.ts';
import { fuyu, llama } from '../examples.ts';
import { headBy } from '../head-outcome.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';

interface Data {
  readonly name: string;
  readonly source: string;
  /** The class, where 5.x ties it whatever its config says, and wrote this one. */
  readonly alwaysTied: string | null;
}

export const tiedHeadDiffers = defineRule<Data>({
  id: 'tied-head-differs',
  severity: 'error',
  summary: 'The config ties the head to the embedding, but a different head is stored.',
  why: 'The same files are two different models: transformers 4 overwrites the stored head with the embedding, transformers 5 keeps it and warns. One of the two is wrong, and which one depends on who loads it.',
  how: 'Head and embedding are both stored, the config ties them, and their bytes differ: all of them are compared where the files are on this machine, samples where they are remote (a difference is proof all the same). Where every release takes the stored head whatever the flag says, there is nothing to say.',
  sources: ['huggingface/transformers#42612', 'vllm-project/vllm#51063'],
  detect(evidence) {
    const { pairs, intent } = evidence;
    if (intent.tied === false) return [];
    const unknown = pairs.filter(({ equality }) => equality === 'unknown');
    const different = pairs.filter(({ equality }) => equality === 'different');
    if (different.length === 0 && unknown.length > 0) return { skipped: 'the checkpoint has no bytes at hand to compare head and embedding by' };
    // Whatever the flag says where one of them looks, all take the stored head: they are one model.
    const isKept = RELEASES.every((release) => intent.byRelease[release] !== null && headBy(evidence, release) === 'stored');
    const alwaysTied = intent.writtenBy === '5.18.0' && intent.ties['5.18.0']?.origin === 'class' ? intent.intendedClass : null;
    return different.filter(({ target }) => !(isKept && target === intent.heads.head)).map(({ name, sourceName }) => ({ data: { name, source: sourceName, alwaysTied }, parameters: [name, sourceName] }));
  },
  words(data) {
    return {
      title: prose`${data.name} is stored and differs from the embedding it is tied to`,
      message: prose`config.json ties ${data.name} to ${data.source}, but both are stored and their bytes differ. transformers 4 throws the stored one away, transformers 5 keeps it: the same files are two models.`,
      cause: data.alwaysTied !== null ? prose`transformers 5 ties ${data.alwaysTied} whatever its config says: a model with a head of its own (${'tie_word_embeddings: false'}, saved by 4) that it loads and saves again comes out like this.` : prose`The head was untied and trained on its own (an adapter merged into it, a wrapper that broke the tie), and the config still says that it is tied.`,
      fix: { steps: prose`If the stored head is the trained one, say in config.json that it is not tied. If it is a leftover, take it out of the checkpoint.`, code: { language: 'json', text: '"tie_word_embeddings": false' } },
    };
  },
  examples: () => ({
    fires: [{ name: 'A trained head under a config that ties it', checkpoint: { ...llama({ tied: true, head: true }), bytes: { 'lm_head.weight': 7 } } }],
    silent: [
      { name: 'The stored head equals the embedding', checkpoint: llama({ tied: true, head: true }) },
      { name: 'Tied where transformers 5 looks, not where 4 does: both keep the stored head', checkpoint: { ...fuyu({ root: true, nested: false }), bytes: { 'language_model.lm_head.weight': 7 } } },
      { name: 'Not tied: head and embedding differ, as they should', checkpoint: { ...llama(), bytes: { 'lm_head.weight': 7 } } },
    ],
  }),
});
