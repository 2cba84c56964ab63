import { llama } from '../examples.ts';
import { contestedClass, correctDeclared } from '../declared.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { enclosedLoss } from '../loss-words.ts';
import { isSizeKnown } from '../numbers.ts';
import type { Evidence } from '../evidence.ts';
import { layerCount } from '../layer-setting.ts';
import type { LayerCount } from '../layer-setting.ts';
import { layerOf } from '../losses.ts';
import type { Words } from '../rule.ts';
import { quote, ranges, someNames, words } from '../words.ts';

interface Data {
  readonly names: readonly string[];
  readonly bytes: number;
  /** Whether the size of some is not known. */
  readonly isPartial: boolean;
  readonly byBase: boolean;
  /** Where all of them are of layers that the config does not count: the setting, and what is stored. */
  readonly beyond: (LayerCount & { readonly numbers: readonly number[]; /** how many layers, those that it counts among them */ readonly stored: number; readonly inBase: boolean }) | null;
  /** The class in config.json, where another is declared. */
  readonly contested: string | null;
}

/** The layers that the config does not count, where nothing else is unexpected and no setting promises such layers. */
function beyondOf({ inner, intent, checkpoint, base, promisedMtp }: Evidence): Data['beyond'] {
  const layers = inner.unexpected.map(({ memory }) => layerOf(intent.facts, memory));
  const [first] = layers;
  const setting = first == null || promisedMtp > 0 ? null : layerCount(first.list, intent, checkpoint.config);
  if (first == null || setting === null || !layers.every((layer) => layer?.list === first.list && layer.number >= setting.count)) return null;
  const numbers = [...new Set(layers.flatMap((layer) => (layer === null ? [] : [layer.number])))].sort((a, b) => a - b);
  // A count of layers with gaps between them would have the loader make those as well.
  if (numbers.some((number, i) => number !== setting.count + i)) return null;
  return { ...setting, numbers, stored: setting.count + numbers.length, inBase: base !== null && inner.unexpected.every(({ name }) => base.tensors.has(name)) };
}

/** Of layers too many: it is the config that decides how many a loader makes. */
function beyondWords({ key, count, numbers, stored, inBase }: NonNullable<Data['beyond']>, data: Data): Words {
  const one = numbers.length === 1;
  return {
    title: prose`config.json counts ${count} layers, and ${stored} are stored`,
    message: prose`${key} is ${count}: loaders ignore ${words(one ? 'layer' : 'layers')} ${ranges(numbers)}, ${data.names.length} parameters${enclosedLoss(data)} such as ${data.names[0] ?? ''}${words(inBase ? '. The base has them too' : '')}.`,
    cause: null,
    fix: { steps: prose`If the model has ${stored} layers, say so in config.json; if ${words(one ? 'the layer was' : 'the layers were')} removed on purpose, leave ${words(one ? 'it' : 'them')} out of the save.`, code: { language: 'json', text: `${quote(key.slice(key.lastIndexOf('.') + 1))}: ${stored}` } },
  };
}

export const unexpectedParameters = defineRule<Data>({
  id: 'unexpected-parameters',
  severity: 'warning',
  summary: 'Parameters are stored that the model does not have.',
  why: 'Loaders ignore them with a warning: at best they are ballast, at worst something that was trained and will not be used.',
  how: 'Neither the base nor the facts of the class know the names, and no release has them on its ignore list.',
  sources: ['huggingface/transformers#27263'],
  detect(evidence) {
    const { inner, comparison, base, checkpoint, intent } = evidence;
    // Where nothing at all was judged, the verdict says why.
    if (inner.basis === 'none') return [];
    if (inner.basis === 'regularity') return inner.stored.size === 0 ? [] : { skipped: checkpoint.format === 'gguf' ? 'blocks were compared with each other; what else the architecture has is not known' : 'there is no base to compare with' };
    if (inner.unexpected.length === 0 || comparison.wrapper?.kind === 'lora') return [];
    const names = inner.unexpected.map(({ name }) => name);
    return [{ data: { names, bytes: inner.unexpected.reduce((sum, { bytes }) => sum + bytes, 0), isPartial: !inner.unexpected.every(isSizeKnown), byBase: base !== null && !names.some((name) => base.tensors.has(name)), contested: contestedClass(intent), beyond: beyondOf(evidence) }, parameters: names }];
  },
  words(data) {
    if (data.beyond !== null) return beyondWords(data.beyond, data);
    return {
      title: data.names.length === 1 ? prose`${data.names[0] ?? ''} is not part of the model` : prose`${data.names.length} parameters are not part of the model`,
      message: prose`${[data.byBase ? 'The base does not have' : 'The class does not have']} ${someNames(data.names)}${enclosedLoss(data)}. Loaders ignore ${[data.names.length === 1 ? 'it' : 'them']}.`,
      cause: null,
      fix: { steps: data.contested !== null ? prose`${correctDeclared(data.contested)}leave ${[data.names.length === 1 ? 'it' : 'them']} out of the save.` : prose`If ${[data.names.length === 1 ? 'it was' : 'they were']} trained, name the class that uses ${[data.names.length === 1 ? 'it' : 'them']} in ${'architectures'}; else leave ${[data.names.length === 1 ? 'it' : 'them']} out of the save.`, code: null },
    };
  },
  examples: () => {
    const sound = llama();
    const extra = { ...sound, tensors: { ...sound.tensors, 'value_head.summary.weight': ['BF16', 1, 64] as const } };
    return {
      fires: [{ name: 'A value head left in', checkpoint: extra, base: sound }, { name: 'A config that counts fewer layers than the base has and the checkpoint stores', checkpoint: llama({ layers: 4, config: { num_hidden_layers: 2 } }), base: llama({ layers: 4 }) }, { name: 'The same, no base at hand', checkpoint: extra }],
      silent: [
        { name: 'A sound save', checkpoint: sound, base: sound },
        { name: 'A buffer that older releases stored', checkpoint: { ...sound, tensors: { ...sound.tensors, 'model.layers.0.self_attn.rotary_emb.inv_freq': ['F32', 8] } }, base: sound },
      ],
    };
  },
});
