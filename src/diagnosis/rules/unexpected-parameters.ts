import { llama } from '../examples.ts';
import { contestedClass, correctDeclared } from '../declared.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { enclosedLoss } from '../loss-words.ts';
import { isSizeKnown } from '../numbers.ts';
import { someNames } from '../words.ts';

interface Data {
  readonly names: readonly string[];
  readonly bytes: number;
  /** Whether the size of some is not known. */
  readonly isPartial: boolean;
  readonly byBase: boolean;
  /** The class in config.json, where another is declared. */
  readonly contested: string | null;
}

export const unexpectedParameters = defineRule<Data>({
  id: 'unexpected-parameters',
  severity: 'warning',
  summary: 'Parameters are stored that the model does not have.',
  why: 'Loaders ignore them with a warning: at best they are ballast, at worst something that was trained and will not be used.',
  how: 'Neither the base nor the facts of the class know the names, and no release has them on its ignore list.',
  sources: ['huggingface/transformers#27263'],
  detect({ inner, comparison, base, checkpoint, intent }) {
    // Where nothing at all was judged, the verdict says why.
    if (inner.basis === 'none') return [];
    if (inner.basis === 'regularity') return inner.stored.size === 0 ? [] : { skipped: checkpoint.format === 'gguf' ? 'blocks were compared with each other; what else the architecture has is not known' : 'there is no base to compare with' };
    if (inner.unexpected.length === 0 || comparison.wrapper?.kind === 'lora') return [];
    const names = inner.unexpected.map(({ name }) => name);
    return [{ data: { names, bytes: inner.unexpected.reduce((sum, { bytes }) => sum + bytes, 0), isPartial: !inner.unexpected.every(isSizeKnown), byBase: base !== null, contested: contestedClass(intent) }, parameters: names }];
  },
  words(data) {
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
      fires: [{ name: 'A value head left in', checkpoint: extra, base: sound }, { name: 'The same, no base at hand', checkpoint: extra }],
      silent: [
        { name: 'A sound save', checkpoint: sound, base: sound },
        { name: 'A buffer that older releases stored', checkpoint: { ...sound, tensors: { ...sound.tensors, 'model.layers.0.self_attn.rotary_emb.inv_freq': ['F32', 8] } }, base: sound },
      ],
    };
  },
});
