import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { llama } from '../examples.ts';
import { enclosedLoss, lossOf } from '../loss-words.ts';
import type { Loss } from '../loss-words.ts';

interface Data extends Loss {
  readonly tower: string;
  readonly byBase: boolean;
}

export const towerMissing = defineRule<Data>({
  id: 'tower-missing',
  severity: 'error',
  summary: 'A whole tower (vision, audio) of a composite model is not there.',
  why: 'Loaders start the tower from random numbers and only warn: text still works, images or sound do not.',
  how: 'Nothing is stored of a model within the model that the class has. An error where the base has it; without a base a warning, since towers are also left out on purpose.',
  sources: ['huggingface/transformers#38403'],
  detect({ losses, base, checkpoint }) {
    return losses.towers.map(({ block, parameters }) => ({
      data: { ...lossOf(parameters, checkpoint), tower: block, byBase: base !== null },
      severity: base === null ? ('warning' as const) : ('error' as const),
      parameters: parameters.map(({ name }) => name),
    }));
  },
  words(data) {
    return {
      title: prose`All of ${data.tower} is missing`,
      message: prose`${data.byBase ? ['The base has it'] : ['The class has it']}, and none of its ${data.names.length} parameters is stored${enclosedLoss(data)}. Loaders fill it with ${data.values}.`,
      cause: prose`Only the text model was saved, or converted.`,
      fix: { steps: prose`Save the whole model again; or, if it is to be a text model, name its text class in ${'architectures'} and ship the text config.`, code: null },
    };
  },
  examples: () => {
    const config = { architectures: ['LlavaForConditionalGeneration'], model_type: 'llava', text_config: { model_type: 'llama' }, vision_config: { model_type: 'clip_vision_model' }, transformers_version: '4.57.6' };
    const text = { ...llama({ rename: (name) => `language_model.${name}` }), config };
    const tower = { 'vision_tower.vision_model.pre_layrnorm.weight': ['BF16', 32] as const, 'vision_tower.vision_model.post_layernorm.weight': ['BF16', 32] as const };
    const whole = { config, tensors: { ...text.tensors, ...tower } };
    return {
      fires: [{ name: 'Only the text model was saved', checkpoint: text, base: whole }],
      silent: [{ name: 'Text and vision', checkpoint: whole, base: whole }, { name: 'A model without towers', checkpoint: llama() }],
    };
  },
});
