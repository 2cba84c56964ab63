import { RELEASES } from '../../architecture/facts.ts';
import { fuyu, llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';

interface State {
  readonly release: string;
  readonly path: string;
  readonly flag: boolean;
}

interface Data {
  readonly states: readonly State[];
}

export const tieFlagAmbiguous = defineRule<Data>({
  id: 'tie-flag-ambiguous',
  severity: 'warning',
  summary: 'Releases read the tie flag from different places and find different values.',
  why: 'The same files load with a tied head in one release and with an untied one in another.',
  how: 'The place at which each release looks (the root of the config, or the nested text config) is a fact of the class; the values found there differ.',
  sources: ['huggingface/transformers#45857', 'huggingface/transformers#43429'],
  detect({ intent, inner }) {
    const states = RELEASES.flatMap((release) => {
      const state = intent.ties[release];
      return state === null ? [] : [{ release, path: state.path, flag: state.flag, origin: state.origin }];
    });
    const [first] = states;
    if (first === undefined || states.every(({ flag }) => flag === first.flag) || states.some(({ origin }) => origin === 'default')) return [];
    const output = intent.heads.head;
    if (output === null || !(inner.stored.has(output) || inner.tied.some(({ memory }) => memory === output))) return [];
    return [{ data: { states: states.map(({ release, path, flag }) => ({ release, path, flag })) }, parameters: [], location: { path: 'config.json', line: null } }];
  },
  words(data) {
    const parts = data.states.map(({ release, path, flag }, i) => [...(i === 0 ? [] : ['; ']), ...prose`transformers ${[release]} reads ${path}: ${String(flag)}`]).flat();
    return {
      title: prose`Whether the head is tied depends on the release`,
      message: [...parts, '.'],
      cause: prose`The flag stands twice in config.json, with different values.`,
      fix: { steps: prose`Write the same value in both places.`, code: null },
    };
  },
  examples: () => ({
    fires: [{ name: 'Tied by the text config, not by the root', checkpoint: fuyu({ root: false, nested: true }) }],
    silent: [
      { name: 'Both say the same', checkpoint: fuyu({ root: false, nested: false }) },
      { name: 'One flag', checkpoint: llama() },
    ],
  }),
});
