import { objectAt, stringsAt } from '../../inventory/config.ts';
import type { Evidence } from '../evidence.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { llama } from '../examples.ts';
import { enclosedLoss, lossOf } from '../loss-words.ts';
import type { Loss } from '../loss-words.ts';

interface Data extends Loss {
  readonly tower: string;
  /** What says that the checkpoint has the tower. */
  readonly by: 'base' | 'config' | 'class';
}

/** A config that names the class and describes the tower says that it is there; where it leaves either out, the tower may have been left out on purpose. */
function saidBy(tower: string, { base, checkpoint, intent }: Evidence): Data['by'] {
  if (base !== null) return 'base';
  const path = intent.facts?.submodels.find((submodel) => submodel.path === tower)?.config ?? null;
  // transformers 4.57 writes the class of Qwen2-VL into the text's part alone.
  const names = intent.class === null ? stringsAt(checkpoint.config, 'text_config.architectures') : [intent.class];
  const isNamed = names.some((name) => name === intent.facts?.class) || (intent.class !== null && intent.head.expected === true);
  return isNamed && path !== null && objectAt(checkpoint.config, path) !== null ? 'config' : 'class';
}

const SAYS: Readonly<Record<Data['by'], string>> = { base: 'The base has it', config: 'config.json describes it', class: 'The class has it' };

export const towerMissing = defineRule<Data>({
  id: 'tower-missing',
  severity: 'error',
  summary: 'A whole tower (vision, audio) of a composite model is not there.',
  why: 'Loaders start the tower from random numbers and only warn: text still works, images or sound do not.',
  how: 'Nothing is stored of a model within the model that the class has. An error where the base has it, or where `config.json` names the class and describes the tower; else a warning, since towers are also left out on purpose.',
  sources: ['huggingface/transformers#38403'],
  detect(evidence) {
    return evidence.losses.towers.map(({ block, parameters }) => {
      const by = saidBy(block, evidence);
      return {
        data: { ...lossOf(parameters, evidence.checkpoint), tower: block, by },
        severity: by === 'class' ? ('warning' as const) : ('error' as const),
        parameters: parameters.map(({ name }) => name),
      };
    });
  },
  words(data) {
    return {
      title: prose`All of ${data.tower} is missing`,
      message: prose`${[SAYS[data.by]]}, and none of its ${data.names.length} parameters is stored${enclosedLoss(data)}. Loaders fill it with ${data.values}.`,
      cause: prose`Only the text model was saved, or converted.`,
      fix: { steps: prose`Save the whole model again; or, if it is to be a text model, name its text class in ${'architectures'} and ship the text config.`, code: null },
    };
  },
  examples: () => {
    const config = { architectures: ['LlavaForConditionalGeneration'], model_type: 'llava', text_config: { model_type: 'llama' }, vision_config: { model_type: 'clip_vision_model' }, transformers_version: '4.57.6' };
    const text = { ...llama({ rename: (name) => `language_model.${name}` }), config };
    const tower = { 'vision_tower.vision_model.pre_layrnorm.weight': ['BF16', 32] as const, 'vision_tower.vision_model.post_layernorm.weight': ['BF16', 32] as const };
    const whole = { config, tensors: { ...text.tensors, ...tower } };
    const vl = { model_type: 'qwen2_vl', transformers_version: '4.57.6', text_config: { ...llama().config, architectures: ['Qwen2VLForConditionalGeneration'], model_type: 'qwen2_vl_text' }, vision_config: { model_type: 'qwen2_vl', depth: 2, embed_dim: 64, hidden_size: 64 } };
    return {
      fires: [{ name: 'The class is named in the part of the text', checkpoint: { ...llama(), config: vl } }, { name: 'Only the text model was saved', checkpoint: text, base: whole }, { name: 'The same, no base at hand', checkpoint: text }],
      silent: [{ name: 'Text and vision', checkpoint: whole, base: whole }, { name: 'A model without towers', checkpoint: llama() }],
    };
  },
});
