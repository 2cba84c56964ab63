import { loraAdapter } from '../adapter-examples.ts';
import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { someNames } from '../words.ts';

interface Data {
  readonly names: readonly string[];
  readonly head: string;
  readonly embedding: string;
}

const both = { 'base_model.model.lm_head.weight': ['BF16', 320, 64], 'base_model.model.model.embed_tokens.weight': ['BF16', 320, 64] } as const;
const saving = { modules_to_save: ['lm_head', 'embed_tokens'] };

export const adapterBreaksTie = defineRule<Data>({
  id: 'adapter-breaks-tie',
  severity: 'warning',
  summary: 'The adapter trains head or embedding apart, and its base ties them.',
  why: 'With the adapter the two differ; a merged model still says that they are tied. Whoever saves or loads it keeps only one of them, and what the other learned is lost.',
  how: 'The base\'s config ties head and embedding, and the adapter stores one of them whole (`modules_to_save`) or factors for it, without `ensure_weight_tying`.',
  sources: ['unslothai/unsloth#9331'],
  detect({ adapter, intent }) {
    if (adapter === null || adapter.breaksTie.length === 0) return [];
    const { head, embedding } = intent.heads;
    return [{ data: { names: adapter.breaksTie, head: head ?? 'the head', embedding: embedding ?? 'the embedding' }, parameters: adapter.breaksTie }];
  },
  words(data) {
    return {
      title: prose`The adapter breaks the tie of ${data.head}`,
      message: prose`The base ties ${data.head} to ${data.embedding}, and the adapter trains ${[data.names.length === 1 ? 'one of them alone' : 'them apart']}: ${someNames(data.names)}. Merged and saved, only one of the two is kept.`,
      cause: null,
      fix: { steps: prose`Train with ${'ensure_weight_tying=True'}; or, before merging, set ${'tie_word_embeddings: false'} in the base's config, so that both are saved.`, code: null },
    };
  },
  examples: () => ({
    fires: [{ name: 'Both saved whole, the base ties them', checkpoint: loraAdapter({ tensors: both, config: saving }), base: llama({ tied: true }) }],
    silent: [
      { name: 'Both saved whole, the base has both', checkpoint: loraAdapter({ tensors: both, config: saving }), base: llama() },
      { name: 'Neither trained', checkpoint: loraAdapter(), base: llama({ tied: true }) },
    ],
  }),
});
