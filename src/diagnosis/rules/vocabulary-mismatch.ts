import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { quote } from '../words.ts';

interface Data {
  readonly names: readonly string[];
  readonly rows: number;
  readonly stated: number;
}

export const vocabularyMismatch = defineRule<Data>({
  id: 'vocabulary-mismatch',
  severity: 'error',
  summary: 'The embedding has another number of rows than the config says.',
  why: 'Loaders stop with a size error, or, told to go on, throw the embedding and the head away and start them from random numbers.',
  how: 'The first dimension of embedding and head is compared with `vocab_size` (of the config that the class reads). Padding counts as sound only where the config itself pads.',
  sources: ['huggingface/transformers#33819'],
  detect({ losses }) {
    const [first] = losses.vocabulary;
    if (first === undefined) return [];
    const names = losses.vocabulary.map(({ name }) => name);
    return [{ data: { names, rows: first.actual.shape[0] ?? 0, stated: first.expected.shape[0] ?? 0 }, parameters: names, location: { path: 'config.json', line: null } }];
  },
  words(data) {
    const name = data.names[0] ?? 'the embedding';
    return {
      title: prose`${name} has ${data.rows} rows, config.json says ${data.stated}`,
      message: prose`The stored vocabulary has ${data.rows} rows and ${'vocab_size'} is ${data.stated}. Loading stops with a size error, or drops the stored rows.`,
      cause: data.rows > data.stated ? prose`Tokens were added (or rows padded) and the config of before was kept.` : prose`The config is of a larger vocabulary than the one that was saved.`,
      fix: { steps: prose`If the weights are right, put their number of rows into config.json, and check that the tokenizer has no more tokens than that.`, code: { language: 'json', text: `${quote('vocab_size')}: ${data.rows}` } },
    };
  },
  examples: () => ({
    fires: [
      { name: 'Sixteen tokens added, config not', checkpoint: llama({ vocabulary: 336, config: { vocab_size: 320 } }), base: llama() },
      { name: 'The same, no base at hand', checkpoint: llama({ vocabulary: 336, config: { vocab_size: 320 } }) },
    ],
    silent: [{ name: 'Resized, config and all', checkpoint: llama({ vocabulary: 336 }), base: llama() }],
  }),
});
