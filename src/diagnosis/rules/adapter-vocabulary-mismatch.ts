import type { OtherVocabulary } from '../../comparison/adapter/evidence.ts';
import { loraAdapter } from '../adapter-examples.ts';
import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { loadable, pretrained } from '../python.ts';
import { defineRule } from '../rule.ts';
import { someNames } from '../words.ts';

interface Data {
  readonly items: readonly OtherVocabulary[];
  readonly adapter: string;
  readonly base: string | null;
}

const resized = { 'base_model.model.lm_head.weight': ['BF16', 336, 64], 'base_model.model.model.embed_tokens.weight': ['BF16', 336, 64] } as const;
const same = { 'base_model.model.lm_head.weight': ['BF16', 320, 64], 'base_model.model.model.embed_tokens.weight': ['BF16', 320, 64] } as const;
const saving = { modules_to_save: ['lm_head', 'embed_tokens'] };

export const adapterVocabularyMismatch = defineRule<Data>({
  id: 'adapter-vocabulary-mismatch',
  severity: 'error',
  summary: 'The adapter holds an embedding or head for another vocabulary than the base\'s.',
  why: 'Put on the base as it is, loading stops with a size error. Whoever uses the adapter has to know the new size and resize the base first; nothing in the adapter says so.',
  how: 'Rows of every embedding and head that the adapter stores, whole or as factors, are compared with those of the base\'s embedding; without a base, with `vocab_size` of a config in the adapter\'s folder.',
  sources: ['huggingface/peft#2415', 'huggingface/peft#1457'],
  detect({ adapter, checkpoint, base }) {
    if (adapter === null || adapter.vocabulary.length === 0) return [];
    return [{ data: { items: adapter.vocabulary, adapter: checkpoint.reference, base: base === null ? null : loadable(base) }, parameters: adapter.vocabulary.map(({ name }) => name) }];
  },
  words(data) {
    const [first] = data.items;
    const rows = first?.rows ?? 0;
    const baseRows = first?.baseRows ?? 0;
    const script = [
      'from peft import PeftModel', 'from transformers import AutoModelForCausalLM', '',
      `base = AutoModelForCausalLM.from_pretrained(${data.base === null ? '"…"' : pretrained(data.base)}, dtype="auto")`,
      `base.resize_token_embeddings(${rows})`, `model = PeftModel.from_pretrained(base, ${pretrained(data.adapter)})`,
    ];
    return {
      title: prose`The adapter is for a vocabulary of ${rows} rows, the base has ${baseRows}`,
      message: prose`${someNames(data.items.map(({ name }) => name))} ${[data.items.length === 1 ? 'has' : 'have']} ${rows} rows; the base's embedding has ${baseRows}. Loaded on the base as it is, PEFT stops with a size error.`,
      cause: rows > baseRows ? prose`Tokens were added before training (${'resize_token_embeddings'}).` : null,
      fix: { steps: prose`Resize the base before the adapter is put on it, as below, and say so in the model card; or merge the adapter and publish the whole model.`, code: { language: 'python', text: script.join('\n') } },
    };
  },
  examples: () => ({
    fires: [{ name: 'Sixteen tokens added', checkpoint: loraAdapter({ tensors: resized, config: saving }), base: llama() }],
    silent: [
      { name: 'Embedding and head trained, of the base\'s size', checkpoint: loraAdapter({ tensors: same, config: saving }), base: llama() },
      { name: 'The base has been resized too', checkpoint: loraAdapter({ tensors: resized, config: saving }), base: llama({ vocabulary: 336 }) },
    ],
  }),
});
