import { llama } from '../examples.ts';
import { aftermath, lossOf, lossSize, remedy } from '../loss-words.ts';
import type { Loss } from '../loss-words.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { ranges, words } from '../words.ts';

interface Data extends Loss {
  readonly block: string;
  readonly numbers: readonly number[];
  readonly byBase: boolean;
}

export const layersMissing = defineRule<Data>({
  id: 'layers-missing',
  severity: 'error',
  summary: 'Whole layers are not there.',
  why: 'The loader builds as many layers as the config says and fills those that are not stored with newly initialised values. It only warns.',
  how: 'The config says how many layers there are (the base shows what they hold); of these, nothing is stored.',
  sources: ['verl-project/verl#6064'],
  detect({ losses, base, checkpoint }) {
    return losses.blocks.map(({ block, numbers, parameters }) => ({
      data: { ...lossOf(parameters, checkpoint), block, numbers, byBase: parameters.some(({ name }) => base?.tensors.has(name) === true) },
      parameters: parameters.map(({ name }) => name),
    }));
  },
  words(data) {
    const size = lossSize(data);
    const counted = data.gguf ? words('The header counts them.') : words(data.byBase ? 'The base has them and config.json counts them.' : 'config.json counts them.');
    const steps = prose`Save again from the training run, with every rank and pipeline stage gathered. If layers were removed on purpose, lower the number of layers in config.json.`;
    const layers = data.numbers.length === 1 ? prose`Layer ${ranges(data.numbers)}` : prose`Layers ${ranges(data.numbers)}`;
    return {
      title: prose`${layers} of ${data.block} ${[data.numbers.length === 1 ? 'is' : 'are']} missing`,
      message: prose`Nothing of ${[data.numbers.length === 1 ? 'this layer' : 'these layers']} is stored: ${data.names.length} parameters${size === null ? words('') : prose`, ${size}`}. ${counted} ${aftermath(data)}`,
      cause: null,
      fix: remedy(data, steps),
    };
  },
  examples: () => ({
    fires: [
      { name: 'The last layer dropped', checkpoint: llama({ layers: 4, rename: (name) => (name.includes('.layers.3.') ? null : name) }), base: llama({ layers: 4 }) },
      { name: 'A layer in the middle dropped, no base at hand', checkpoint: llama({ layers: 4, rename: (name) => (name.includes('.layers.1.') ? null : name) }) },
    ],
    silent: [{ name: 'Pruned on purpose: the config counts fewer', checkpoint: llama({ layers: 2 }), base: llama({ layers: 4 }) }],
  }),
});
