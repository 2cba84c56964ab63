import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { enclosedSize, someNames } from '../words.ts';

interface Data {
  readonly names: readonly string[];
  readonly bytes: number;
  readonly byBase: boolean;
}

export const parametersMissing = defineRule<Data>({
  id: 'parameters-missing',
  severity: 'error',
  summary: 'Parameters that the model needs are not there.',
  why: 'The loader fills what is not stored with random numbers and only warns.',
  how: 'The base has them (or the class always has them), no tie stands in for them, no release ignores them, and no other rule explains their absence.',
  sources: ['huggingface/transformers#27263'],
  detect({ losses, base }) {
    if (losses.rest.length === 0) return [];
    const names = losses.rest.map(({ name }) => name);
    return [{ data: { names, bytes: losses.rest.reduce((sum, { bytes }) => sum + bytes, 0), byBase: base !== null }, parameters: names }];
  },
  words(data) {
    return {
      title: data.names.length === 1 ? prose`${data.names[0] ?? ''} is missing` : prose`${data.names.length} parameters are missing`,
      message: prose`${[data.byBase ? 'The base has' : 'The class always has']} ${someNames(data.names)}${data.bytes > 0 ? prose` (${enclosedSize(data.bytes)})` : ['']}; the checkpoint does not. Loaders fill ${[data.names.length === 1 ? 'it' : 'them']} with random numbers and only warn.`,
      cause: null,
      fix: { steps: prose`Save again from the training run, from the class that the base names, with all of the state gathered.`, code: null },
    };
  },
  examples: () => ({
    fires: [
      { name: 'The last norm dropped', checkpoint: llama({ rename: (name) => (name === 'model.norm.weight' ? null : name) }), base: llama() },
      { name: 'The embedding dropped, no base at hand', checkpoint: llama({ rename: (name) => (name === 'model.embed_tokens.weight' ? null : name) }) },
    ],
    silent: [{ name: 'A sound save', checkpoint: llama(), base: llama() }],
  }),
});
