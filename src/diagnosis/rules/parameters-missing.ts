import type { Checkpoint } from '../../inventory/checkpoint.ts';
import { modelType } from '../../inventory/config.ts';
import { llama } from '../examples.ts';
import { aftermath, enclosedLoss, lossOf, remedy } from '../loss-words.ts';
import type { Loss } from '../loss-words.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { someNames } from '../words.ts';

interface Data extends Loss {
  readonly byBase: boolean;
  /** The model types of the config and of the base, where they differ. */
  readonly types: { readonly config: string; readonly base: string } | null;
}

/** Model types that differ, where the checkpoint is no part of the base. */
function typesOf(checkpoint: Checkpoint, base: Checkpoint | null): Data['types'] {
  const [config, ofBase] = [modelType(checkpoint.config), modelType(base?.config ?? null)];
  return config === null || ofBase === null || config === ofBase || base?.within !== undefined ? null : { config, base: ofBase };
}

export const parametersMissing = defineRule<Data>({
  id: 'parameters-missing',
  severity: 'error',
  summary: 'Parameters that the model needs are not there.',
  why: 'The loader fills what is not stored with newly initialised values and only warns.',
  how: 'The base has them (or the class always has them), no tie stands in for them, no release ignores them, and no other rule explains their absence.',
  sources: ['huggingface/transformers#27263'],
  detect({ losses, base, checkpoint }) {
    if (losses.rest.length === 0) return [];
    const loss = lossOf(losses.rest, checkpoint);
    return [{ data: { ...loss, byBase: !loss.gguf && loss.names.some((name) => base?.tensors.has(name) === true), types: typesOf(checkpoint, base) }, parameters: loss.names }];
  },
  words(data) {
    return {
      title: data.names.length === 1 ? prose`${data.names[0] ?? ''} is missing` : prose`${data.names.length} parameters are missing`,
      message: prose`${[data.byBase ? 'The base has' : data.gguf ? 'The architecture always has' : 'The class always has']} ${someNames(data.names)}${enclosedLoss(data)}; ${[data.gguf ? 'the file' : 'the checkpoint']} does not. ${aftermath(data)}`,
      cause: data.types === null ? null : prose`config.json is of the model type ${data.types.config}, and the base of ${data.types.base}: it may be another model's. Then put the base's beside the weights.`,
      fix: remedy(data, data.byBase ? prose`Save again from the training run, from the class that the base names, with all of the state gathered.` : prose`Save again from the training run, with all of the state gathered.`),
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
