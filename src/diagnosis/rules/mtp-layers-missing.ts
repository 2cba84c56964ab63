import { llama } from '../examples.ts';
import { enclosedLoss, lossOf } from '../loss-words.ts';
import type { Loss } from '../loss-words.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';

interface Data extends Loss {
  readonly promised: number;
}

/** The layer for prediction is the one beyond those that are counted. */
const PROMISED = { num_hidden_layers: 2, num_nextn_predict_layers: 1 };

export const mtpLayersMissing = defineRule<Data>({
  id: 'mtp-layers-missing',
  severity: 'warning',
  summary: 'The multi-token-prediction layers are not there.',
  why: 'Ordinary generation does not use them and every loader ignores their absence. Speculative decoding with them is lost.',
  how: 'The base has such layers (under `mtp`, or beyond `num_hidden_layers` where the config promises them by `num_nextn_predict_layers` or its relatives) and the checkpoint does not. A promise alone proves nothing: it is the default of some configs, and transformers never writes the layers.',
  sources: ['modelscope/ms-swift#7848'],
  detect({ losses, promisedMtp, checkpoint, base }) {
    // A default config promises them, and transformers never writes them: without a base that has them nothing shows that there were any.
    if (losses.mtp.length === 0 || base === null) return [];
    return [{ data: { ...lossOf(losses.mtp, checkpoint), promised: promisedMtp }, parameters: losses.mtp.map(({ name }) => name) }];
  },
  words(data) {
    return {
      title: prose`The multi-token-prediction layers are missing`,
      message: prose`The base has them, the checkpoint does not: ${data.names.length} parameters${enclosedLoss(data)}.${data.promised > 0 ? prose` config.json promises ${data.promised}.` : ['']} Generation is as before; speculative decoding with them is lost.`,
      cause: prose`transformers does not load these layers, so that a model saved by it no longer has them.`,
      fix: { steps: prose`Copy them over from the base if they are still of use after the training, or set the number in config.json to 0.`, code: null },
    };
  },
  examples: () => ({
    fires: [{ name: 'The base has the layer that the config promises', checkpoint: llama({ config: PROMISED }), base: llama({ layers: 3, config: PROMISED }) }],
    silent: [
      { name: 'None promised', checkpoint: llama() },
      { name: 'Promised by a default config, as transformers saves it', checkpoint: llama({ config: PROMISED }) },
      { name: 'The base has none either', checkpoint: llama({ config: PROMISED }), base: llama({ config: PROMISED }) },
    ],
  }),
});
