import { llama } from '../examples.ts';
import { aftermath, enclosedLoss, lossOf, remedy } from '../loss-words.ts';
import type { Loss } from '../loss-words.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { someNames } from '../words.ts';

export const layerIncomplete = defineRule<Loss>({
  id: 'layer-incomplete',
  severity: 'error',
  summary: 'A layer lacks parameters that its siblings have.',
  why: 'The loader fills what is not stored with newly initialised values and only warns. One random matrix in one layer is enough to spoil every answer.',
  how: 'A parameter is expected (by the base, or because it always comes together with others that are stored), other layers of the same kind have it, this one does not.',
  sources: ['verl-project/verl#6064'],
  detect({ losses, checkpoint }) {
    if (losses.fromLayers.length === 0) return [];
    const loss = lossOf(losses.fromLayers, checkpoint);
    return [{ data: loss, parameters: loss.names }];
  },
  words(data) {
    const one = data.names.length === 1;
    return {
      title: one ? prose`${data.names[0] ?? ''} is missing from its layer` : prose`${data.names.length} parameters are missing from their layers`,
      message: prose`Other layers have ${[one ? 'it' : 'them']}, ${[one ? 'this one does' : 'these do']} not: ${someNames(data.names)}${enclosedLoss(data)}. ${aftermath(data)}`,
      cause: null,
      fix: remedy(data, prose`Save again from the training run; check that every rank and every expert was gathered before saving.`),
    };
  },
  examples: () => ({
    fires: [
      { name: 'One projection dropped', checkpoint: llama({ rename: (name) => (name === 'model.layers.1.self_attn.v_proj.weight' ? null : name) }), base: llama() },
      { name: 'The same, no base at hand', checkpoint: llama({ rename: (name) => (name === 'model.layers.1.self_attn.v_proj.weight' ? null : name) }) },
    ],
    silent: [{ name: 'All layers alike', checkpoint: llama(), base: llama() }],
  }),
});
