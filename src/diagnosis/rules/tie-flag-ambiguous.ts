import { RELEASES } from '../../architecture/facts.ts';
import { fuyu, llama } from '../examples.ts';
import { headBy } from '../head-outcome.ts';
import { prose } from '../prose.ts';
import type { Prose } from '../prose.ts';
import { defineRule } from '../rule.ts';

interface State {
  readonly release: string;
  readonly path: string;
  readonly flag: boolean;
  /** What becomes of the head. */
  readonly head: 'stored' | 'embedding' | 'random';
}

interface Data {
  readonly states: readonly State[];
  readonly head: string;
}

const OUTCOMES: Readonly<Record<State['head'], (head: string) => Prose>> = {
  stored: (head) => prose`takes the stored ${head}`,
  embedding: (head) => prose`takes the embedding for ${head}`,
  random: (head) => prose`fills ${head} with random numbers`,
};

export const tieFlagAmbiguous = defineRule<Data>({
  id: 'tie-flag-ambiguous',
  severity: 'warning',
  summary: 'Releases read the tie flag from different places and find different values.',
  why: 'The same files load with a tied head in one release and with an untied one in another.',
  how: 'The place at which each release looks (the root of the config, or the nested text config) is a fact of the class; the values found there differ, and with them what the head is once it is loaded.',
  sources: ['huggingface/transformers#45857', 'huggingface/transformers#43429'],
  detect(evidence) {
    const { intent, inner, pairs } = evidence;
    const states = RELEASES.flatMap((release) => {
      const [state, head] = [intent.ties[release], headBy(evidence, release)];
      return state === null || head === null ? [] : [{ release, path: state.path, flag: state.flag, origin: state.origin, head }];
    });
    const [first] = states;
    if (first === undefined || states.every(({ flag }) => flag === first.flag) || states.some(({ origin }) => origin === 'default')) return [];
    // Whatever the flags, the same values are loaded.
    if (states.every(({ head }) => head === first.head)) return [];
    const output = intent.heads.head;
    if (output === null || !(inner.stored.has(output) || inner.tied.some(({ memory }) => memory === output))) return [];
    if (pairs.some(({ target, equality }) => target === output && (equality === 'equal' || equality === 'likely-equal'))) return [];
    return [{ data: { head: output, states: states.map(({ release, path, flag, head }) => ({ release, path, flag, head })) }, parameters: [], location: { path: 'config.json', line: null } }];
  },
  words(data) {
    const parts = data.states.map(({ release, path, flag, head }, i) => [...(i === 0 ? [] : ['; ']), ...prose`transformers ${[release]} reads ${path}: ${String(flag)}, and ${OUTCOMES[head](data.head)}`]).flat();
    const isTwice = new Set(data.states.map(({ path }) => path)).size > 1;
    return {
      title: prose`Whether the head is tied depends on the release`,
      message: [...parts, '.'],
      cause: isTwice ? prose`The flag stands twice in config.json, with different values.` : null,
      fix: { steps: isTwice ? prose`Write the same value in both places.` : prose`Load it with the release that wrote it.`, code: null },
    };
  },
  examples: () => ({
    fires: [{ name: 'Tied by the text config, not by the root', checkpoint: { ...fuyu({ root: false, nested: true }), bytes: { 'language_model.lm_head.weight': 7 } } }],
    silent: [
      { name: 'The same, and the stored head equals the embedding', checkpoint: fuyu({ root: false, nested: true }) },
      { name: 'Tied by the root alone: both take the stored head', checkpoint: { ...fuyu({ root: true, nested: false }), config: { ...fuyu({ root: true, nested: false }).config, transformers_version: '4.57.6' }, bytes: { 'language_model.lm_head.weight': 7 } } },
      { name: 'Both say the same', checkpoint: fuyu({ root: false, nested: false }) },
      { name: 'One flag', checkpoint: llama() },
    ],
  }),
});
