import { llama } from '../examples.ts';
import { lacksConfig } from '../lost-documents.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { loadable, pretrained } from '../python.ts';

interface Data {
  readonly base: string;
  /** The folder to write to, as Python text. */
  readonly folder: string;
}

export const configMissing = defineRule<Data>({
  id: 'config-missing',
  severity: 'error',
  summary: 'There is no config.json beside the weights.',
  why: 'The weights alone do not say which class they belong to, nor its sizes: loaders refuse the folder.',
  how: 'The base has a config.json and the checkpoint\'s folder has none. A single file that was named by itself is not expected to have one, nor is a folder whose base is unknown.',
  sources: ['huggingface/transformers#27263'],
  detect({ checkpoint, base }) {
    return base !== null && base.config !== null && lacksConfig(checkpoint) ? [{ data: { base: loadable(base), folder: checkpoint.isLocal ? pretrained(checkpoint.reference) : '"."' }, parameters: [] }] : [];
  },
  words(data) {
    return {
      title: prose`${'config.json'} is missing`,
      message: prose`The weights are here and no ${'config.json'}: loaders cannot tell the class and refuse the folder.`,
      cause: prose`Only the weights were copied or saved (${'save_file'}, ${'torch.save'}), or a pattern left the config out.`,
      fix: { steps: prose`Write the config of the model beside the weights; the base's fits if nothing in it was changed.`, code: { language: 'python', text: `from transformers import AutoConfig\n\nAutoConfig.from_pretrained(${pretrained(data.base)}).save_pretrained(${data.folder})` } },
    };
  },
  examples: () => ({
    fires: [{ name: 'Only the weights were copied', checkpoint: { ...llama(), config: null }, base: llama() }],
    silent: [{ name: 'Config and weights', checkpoint: llama(), base: llama() }],
  }),
});
