import { numberAt } from '../../inventory/config.ts';
import { loraAdapter } from '../adapter-examples.ts';
import type { Evidence } from '../evidence.ts';
import { llama } from '../examples.ts';
import type { Fix } from '../finding.ts';
import { remedy } from '../loss-words.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import type { OtherSetting } from '../../comparison/other-setting.ts';
import type { Prose } from '../prose.ts';
import { quote, shapeText, words } from '../words.ts';

interface Item {
  readonly name: string;
  readonly expected: readonly number[];
  readonly actual: readonly number[];
}

interface Data {
  readonly items: readonly Item[];
  /** Whether the base has the stored shapes, so that the config alone calls for others. */
  readonly isByConfig: boolean;
  /** Settings of config.json of which each alone would make all of them fit. */
  readonly settings: readonly OtherSetting[];
  /** Whether it is a file of llama.cpp, judged by its own blocks. */
  readonly gguf: boolean;
  readonly isAdapter: boolean;
  /** Of an adapter that is sound but for its rank: the one that all its tensors have, and the one that its config states. */
  readonly rank: { readonly stored: number; readonly stated: number } | null;
}

/** The rank that both factors of every module have, where it is not the config's `r`. */
function otherRank({ losses, checkpoint, adapter }: Evidence): Data['rank'] {
  const stated = numberAt(checkpoint.adapterConfig, 'r');
  const stored = losses.shapes.map(({ name, actual: { shape } }) => (/\.lora_A\.weight$|\.lora_embedding_A$/.test(name) ? shape[0] : /\.lora_B\.weight$|\.lora_embedding_B$/.test(name) ? shape[1] : undefined));
  const [rank] = stored;
  const isWhole = adapter !== null && losses.shapes.length === 2 * adapter.modules;
  return rank === undefined || stated === null || rank === stated || !isWhole || stored.some((other) => other !== rank) ? null : { stored: rank, stated };
}

function fixOf(data: Data): Fix {
  if (data.gguf) return remedy(data, []);
  if (data.rank !== null) return { steps: prose`Set ${'r'} to ${data.rank.stored} in ${'adapter_config.json'} (the tensors cannot be changed to another rank), and ${'lora_alpha'} to what it was in that training run: what the adapter adds is scaled by ${'lora_alpha / r'}. If ${data.rank.stated} is the rank that was trained, these are the tensors of another run.`, code: null };
  const [setting, ...others] = data.settings;
  if (setting !== undefined && others.length === 0) return { steps: prose`If the weights are right, correct the setting; if the config is, these are not its weights.`, code: { language: 'json', text: `${quote(setting.key.slice(setting.key.lastIndexOf('.') + 1))}: ${setting.fits}` } };
  if (data.isAdapter) return { steps: prose`Check that ${'adapter_config.json'} and the base belong to these weights; else save the adapter again from the training run.`, code: null };
  return { steps: data.isByConfig ? prose`Put the base's sizes back into ${'config.json'}; if they were changed on purpose, these are not the weights of that model.` : prose`Check that config.json belongs to these weights; else save again from the training run.`, code: null };
}

/** With which setting all of it would fit, and what the base says to that. */
function fitting({ settings, isByConfig }: Data): Prose {
  const each = settings.flatMap(({ key, fits }, i) => [...(i === 0 ? [] : [', or ']), ...prose`${key} at ${fits}`]);
  return ['With ', ...each, ', every shape fits', ...(isByConfig ? prose`; the base has what is stored, and ${'config.json'} alone calls for something else.` : ['.'])];
}

export const shapeMismatch = defineRule<Data>({
  id: 'shape-mismatch',
  severity: 'error',
  summary: 'A parameter has another shape than it should.',
  why: 'Loaders stop with a size error; told to ignore it, they throw the stored values away and start the parameter from random numbers.',
  how: 'Shapes are compared with what the config calls for, then with the base\'s, then with those of the same parameter in other layers of the same kind. Where another value of one setting makes all of them fit, and nothing else fits less, it is named. What the config itself accounts for (other widths, a resized vocabulary) is sound.',
  sources: ['huggingface/transformers#33819'],
  detect(evidence) {
    const { losses, checkpoint, inner } = evidence;
    if (losses.shapes.length === 0) return [];
    const items = losses.shapes.map(({ name, expected, actual }) => ({ name, expected: expected.shape, actual: actual.shape }));
    return [{ data: { items, settings: losses.settings, isByConfig: losses.shapes.every(({ isAsInBase }) => isAsInBase === true), gguf: checkpoint.format === 'gguf' && inner.basis === 'regularity', isAdapter: evidence.adapter !== null, rank: otherRank(evidence) }, parameters: items.map(({ name }) => name) }];
  },
  words(data) {
    const [first] = data.items;
    const rest = data.items.length - 1;
    const one = first === undefined ? words('') : prose`${first.name} is ${shapeText(first.actual)} and should be ${shapeText(first.expected)}`;
    const [setting, ...others] = data.settings;
    return {
      title: setting !== undefined && others.length === 0 ? prose`config.json says ${`${setting.key}: ${setting.stated}`}, and the weights are of ${setting.fits}` : rest === 0 && first !== undefined ? prose`${first.name} has the wrong shape` : prose`${data.items.length} parameters have the wrong shape`,
      message: prose`${one}${rest > 0 ? prose`; so ${[rest === 1 ? 'is' : 'are']} ${rest} more` : words('')}. ${[data.gguf ? 'All other blocks with the same tensors agree. llama.cpp refuses the file.' : 'Loading stops with a size error, or drops the stored values.']}`,
      cause: setting !== undefined ? fitting(data) : data.rank !== null ? prose`All of it has rank ${data.rank.stored}; ${'adapter_config.json'} says ${`r = ${data.rank.stated}`}.` : data.isByConfig ? prose`The base has what is stored: ${'config.json'} alone calls for something else.` : null,
      fix: fixOf(data),
    };
  },
  examples: () => {
    const sound = llama({ layers: 4 });
    const damaged = { ...sound, tensors: { ...sound.tensors, 'model.layers.1.mlp.up_proj.weight': ['BF16', 104, 64] as const } };
    return {
      fires: [
        { name: 'One matrix of another size', checkpoint: damaged, base: sound },
        { name: 'The same, no base at hand', checkpoint: damaged },
        { name: 'An adapter of another rank than its config says', checkpoint: loraAdapter({ config: { r: 16 } }) },
        { name: 'A config with another number of heads, no base at hand', checkpoint: llama({ config: { num_attention_heads: 8 } }) },
        { name: 'The config of another model beside the base\'s weights', checkpoint: llama({ layers: 4, config: { intermediate_size: 104 } }), base: sound },
      ],
      silent: [{ name: 'A sound save', checkpoint: sound, base: sound }],
    };
  },
});
