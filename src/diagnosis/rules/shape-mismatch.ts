import { llama } from '../examples.ts';
import { remedy } from '../loss-words.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { shapeText, words } from '../words.ts';

interface Item {
  readonly name: string;
  readonly expected: readonly number[];
  readonly actual: readonly number[];
}

interface Data {
  readonly items: readonly Item[];
  /** Whether the base has the stored shapes, so that the config alone calls for others. */
  readonly isByConfig: boolean;
  /** Whether it is a file of llama.cpp, judged by its own blocks. */
  readonly gguf: boolean;
}

export const shapeMismatch = defineRule<Data>({
  id: 'shape-mismatch',
  severity: 'error',
  summary: 'A parameter has another shape than it should.',
  why: 'Loaders stop with a size error; told to ignore it, they throw the stored values away and start the parameter from random numbers.',
  how: 'Shapes are compared with what the config calls for, then with the base\'s, then with those of the same parameter in other layers of the same kind. What the config itself accounts for (other widths, a resized vocabulary) is sound.',
  sources: ['huggingface/transformers#33819'],
  detect({ losses, checkpoint, inner }) {
    if (losses.shapes.length === 0) return [];
    const items = losses.shapes.map(({ name, expected, actual }) => ({ name, expected: expected.shape, actual: actual.shape }));
    return [{ data: { items, isByConfig: losses.shapes.every(({ isAsInBase }) => isAsInBase === true), gguf: checkpoint.format === 'gguf' && inner.basis === 'regularity' }, parameters: items.map(({ name }) => name) }];
  },
  words(data) {
    const [first] = data.items;
    const rest = data.items.length - 1;
    const one = first === undefined ? words('') : prose`${first.name} is ${shapeText(first.actual)} and should be ${shapeText(first.expected)}`;
    return {
      title: rest === 0 && first !== undefined ? prose`${first.name} has the wrong shape` : prose`${data.items.length} parameters have the wrong shape`,
      message: prose`${one}${rest > 0 ? prose`; so ${[rest === 1 ? 'is' : 'are']} ${rest} more` : words('')}. ${[data.gguf ? 'All other blocks with the same tensors agree. llama.cpp refuses the file.' : 'Loading stops with a size error, or drops the stored values.']}`,
      cause: data.isByConfig ? prose`The base has what is stored: ${'config.json'} alone calls for something else.` : null,
      fix: data.gguf ? remedy(data, []) : { steps: data.isByConfig ? prose`Put the base's sizes back into ${'config.json'}; if they were changed on purpose, these are not the weights of that model.` : prose`Check that config.json belongs to these weights; else save again from the training run.`, code: null },
    };
  },
  examples: () => {
    const sound = llama({ layers: 4 });
    const damaged = { ...sound, tensors: { ...sound.tensors, 'model.layers.1.mlp.up_proj.weight': ['BF16', 104, 64] as const } };
    return {
      fires: [
        { name: 'One matrix of another size', checkpoint: damaged, base: sound },
        { name: 'The same, no base at hand', checkpoint: damaged },
        { name: 'The config of another model beside the base\'s weights', checkpoint: llama({ layers: 4, config: { intermediate_size: 104 } }), base: sound },
      ],
      silent: [{ name: 'A sound save', checkpoint: sound, base: sound }],
    };
  },
});
