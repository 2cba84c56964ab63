import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';

interface Data {
  readonly now: boolean;
  readonly head: string;
  readonly isStored: boolean;
  /** Whether a head that the base trained on its own is gone by the change. */
  readonly lost: boolean;
  readonly written: boolean;
}

export const tieChanged = defineRule<Data>({
  id: 'tie-changed',
  severity: 'error',
  summary: 'The base and the checkpoint disagree on whether the head is tied.',
  why: 'A model trained with a head of its own and saved as tied answers through the wrong matrix: its trained head is thrown away and the embedding is used instead. No loader complains.',
  how: 'The tie flag is worked out for both, each by the release that wrote it. An error where the base has a head of its own that the checkpoint no longer stores; a warning where only the flag changed.',
  sources: ['NVIDIA-NeMo/Automodel#2511'],
  detect({ intent, baseIntent, base, inner }) {
    if (base === null || baseIntent === null || intent.tied === null || baseIntent.tied === null || intent.tied === baseIntent.tied) return [];
    const output = intent.heads.head;
    // A base without a head, as a classifier is, ties none.
    if (output === null || intent.head.expected !== true || (baseIntent.facts !== null && baseIntent.facts.outputEmbedding === null)) return [];
    const pair = inner.tied.find(({ memory }) => memory === output);
    const lost = intent.tied && pair !== undefined && base.tensors.has(pair.name);
    const isGone = !intent.tied && !inner.stored.has(output);
    // A head that is neither tied nor stored is head-missing's to tell.
    if (isGone) return [];
    const state = intent.facts === null ? null : intent.ties[intent.facts.release];
    return [{
      data: { now: intent.tied, head: pair?.name ?? output, isStored: inner.stored.has(output), lost, written: state?.origin === 'config' },
      severity: lost ? 'error' : 'warning',
      parameters: [pair?.name ?? output],
      location: { path: 'config.json', line: null },
    }];
  },
  words(data) {
    const flag = `tie_word_embeddings: ${data.now}`;
    if (data.lost) {
      return {
        title: prose`The base's own head is dropped: the checkpoint says it is tied`,
        message: prose`The base stores ${data.head} and does not tie it. This checkpoint does not store it and counts it as tied (${flag}), so every loader uses the embedding in its place. The trained head is lost.`,
        cause: data.written ? prose`config.json was written with ${flag}, and saving left the tied head out.` : prose`config.json does not say, and the default of its class ties.`,
        fix: { steps: prose`If the model was meant to keep its head, set the flag back and save again from the training run. If it was tied and retrained on purpose, waive this finding with that reason.`, code: { language: 'json', text: '"tie_word_embeddings": false' } },
      };
    }
    return {
      title: data.now ? prose`The checkpoint ties its head, the base does not` : prose`The base ties its head, the checkpoint does not`,
      message: prose`The tie flag differs from the base's (now ${flag}). ${data.head} is ${[data.isStored ? 'stored' : 'the embedding']}, so nothing is missing; check that the change is meant.`,
      cause: null,
      fix: null,
    };
  },
  examples: () => ({
    fires: [
      { name: 'Saved with the flag set: the trained head is gone', checkpoint: llama({ tied: true }), base: llama() },
      { name: 'Untied on purpose, head stored', checkpoint: llama(), base: llama({ tied: true }) },
    ],
    silent: [
      { name: 'Both tied', checkpoint: llama({ tied: true }), base: llama({ tied: true }) },
      { name: 'Neither', checkpoint: llama(), base: llama() },
      { name: 'The base has no config, so its flag is not known', checkpoint: llama({ tied: true }), base: { ...llama({ tied: true }), config: null } },
    ],
  }),
});
