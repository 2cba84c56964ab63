import { MAX_LAYERS } from '../../comparison/layer-counts.ts';
import type { Evidence } from '../evidence.ts';
import { llama } from '../examples.ts';
import { lastBeyond, layerCount } from '../layer-setting.ts';
import { aftermath, lossOf, lossSize, remedy } from '../loss-words.ts';
import type { Loss } from '../loss-words.ts';
import type { LostBlock } from '../losses.ts';
import { prose } from '../prose.ts';
import type { Prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { ranges, words } from '../words.ts';

interface Data extends Loss {
  readonly block: string;
  readonly numbers: readonly number[];
  /** The last of them, where the config counts more than `MAX_LAYERS`, beyond which none is looked for; else null. */
  readonly end: number | null;
  readonly byBase: boolean;
  /** The setting that counts the layers, where it is known; and what it would have to be, if those that are stored were all. */
  readonly setting: { readonly key: string; readonly kept: number } | null;
}

/** The setting that counts the layers of a block, and how many of them are stored. */
function settingOf({ block, numbers }: LostBlock, { intent, checkpoint }: Evidence): Data['setting'] {
  const setting = layerCount(block, intent, checkpoint.config);
  if (setting === null || numbers.some((number) => number >= setting.count) || numbers.length >= setting.count) return null;
  return { key: setting.key, kept: setting.count - numbers.length };
}

/** What to do where the layers were removed on purpose. */
function onPurpose({ numbers, setting }: Data): Prose {
  if (setting === null) return prose`lower the number of layers in config.json`;
  const areLast = numbers.every((number) => number >= setting.kept);
  return prose`${words(areLast ? '' : 'number the others anew from 0, and ')}set ${setting.key} to ${String(setting.kept)} in config.json (lists with an entry for each layer need as many)`;
}

export const layersMissing = defineRule<Data>({
  id: 'layers-missing',
  severity: 'error',
  summary: 'Whole layers are not there.',
  why: 'The loader builds as many layers as the config says and fills those that are not stored with newly initialised values. It only warns.',
  how: 'The config says how many layers there are (the base shows what they hold); of these, nothing is stored.',
  sources: ['verl-project/verl#6064'],
  detect(evidence) {
    const { losses, base, checkpoint } = evidence;
    return losses.blocks.map((lost) => {
      const end = lastBeyond(lost, evidence.intent, checkpoint.config);
      const byBase = lost.parameters.some(({ name }) => base?.tensors.has(name) === true);
      return {
        data: { ...lossOf(lost.parameters, checkpoint), block: lost.block, numbers: lost.numbers, end, byBase, setting: settingOf(lost, evidence) },
        parameters: lost.parameters.map(({ name }) => name),
      };
    });
  },
  words(data) {
    const size = lossSize(data);
    const counted = data.gguf ? words('The header counts them.') : words(data.byBase ? 'The base has them and config.json counts them.' : 'config.json counts them.');
    const steps = prose`Save again from the training run, with every rank and pipeline stage gathered. If the layers were removed on purpose, ${onPurpose(data)}.`;
    const layers = data.numbers.length === 1 ? prose`Layer ${ranges(data.numbers)}` : prose`Layers ${ranges(data.numbers, data.end)}`;
    return {
      title: prose`${layers} of ${data.block} ${[data.numbers.length === 1 ? 'is' : 'are']} missing`,
      message: prose`Nothing of ${[data.numbers.length === 1 ? 'this layer' : 'these layers']} is stored: ${data.end === null ? words('') : prose`of the first ${MAX_LAYERS} alone, `}${data.names.length} parameters${size === null ? words('') : prose`, ${size}`}. ${counted} ${aftermath(data)}`,
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
