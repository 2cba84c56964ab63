import { llama } from '../examples.ts';
import { enclosedLoss, lossOf } from '../loss-words.ts';
import type { Loss } from '../loss-words.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';

interface Data extends Loss {
  readonly promised: number;
}

export const mtpLayersMissing = defineRule<Data>({
  id: 'mtp-layers-missing',
  severity: 'warning',
  summary: 'The multi-token-prediction layers are not there.',
  why: 'Ordinary generation does not use them and every loader ignores their absence. Speculative decoding with them is lost.',
  how: 'The config promises such layers (`num_nextn_predict_layers` and its relatives) and none is stored; with a base, the base has them.',
  sources: ['modelscope/ms-swift#7848'],
  detect({ losses, promisedMtp, storesMtp, checkpoint }) {
    if (losses.mtp.length === 0 && (promisedMtp === 0 || storesMtp)) return [];
    return [{ data: { ...lossOf(losses.mtp, checkpoint), promised: promisedMtp }, parameters: losses.mtp.map(({ name }) => name) }];
  },
  words(data) {
    return {
      title: prose`The multi-token-prediction layers are missing`,
      message: prose`${data.promised > 0 ? prose`config.json promises ${data.promised}, and none is stored` : prose`The base has them, the checkpoint does not`}${data.names.length > 0 ? prose`: ${data.names.length} parameters${enclosedLoss(data)}` : ['']}. Generation is as before; speculative decoding with them is lost.`,
      cause: prose`transformers does not load these layers, so that a model saved by it no longer has them.`,
      fix: { steps: prose`Copy them over from the base if they are still of use after the training, or set the number in config.json to 0.`, code: null },
    };
  },
  examples: () => ({
    fires: [{ name: 'One layer promised, none stored', checkpoint: llama({ config: { num_nextn_predict_layers: 1 } }) }],
    silent: [{ name: 'None promised', checkpoint: llama() }],
  }),
});
