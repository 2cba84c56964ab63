import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { exactSize, words } from '../words.ts';

interface Data {
  readonly name: string;
  readonly source: string;
  readonly bytes: number;
  readonly certain: boolean;
}

export const tiedHeadRedundant = defineRule<Data>({
  id: 'tied-head-redundant',
  severity: 'note',
  summary: 'A tied head is stored a second time.',
  why: 'It does no harm: every loader ends with the same weights. It only makes the files larger.',
  how: 'Head and embedding are both stored, the config ties them, and their bytes are equal (remotely: every sample of them).',
  sources: ['vllm-project/vllm#6758'],
  detect({ pairs, intent }) {
    if (intent.tied === false) return [];
    return pairs.flatMap(({ name, sourceName, bytes, equality }) =>
      equality === 'equal' || equality === 'likely-equal' ? [{ data: { name, source: sourceName, bytes, certain: equality === 'equal' }, parameters: [name] }] : [],
    );
  },
  words(data) {
    return {
      title: prose`${data.name} is stored twice`,
      message: prose`It is tied to ${data.source}, and both are stored ${words(data.certain ? 'with equal bytes' : 'with equal bytes wherever sampled')}: ${exactSize(data.bytes)} could be saved. Nothing is wrong with the weights.`,
      cause: null,
      fix: null,
    };
  },
  examples: () => ({
    fires: [{ name: 'An equal copy of the embedding as the head', checkpoint: llama({ tied: true, head: true }) }],
    silent: [{ name: 'Stored once', checkpoint: llama({ tied: true }) }, { name: 'Not tied', checkpoint: llama() }],
  }),
});
