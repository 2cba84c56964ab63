import { bareLlama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';

interface Data {
  readonly class: string;
  readonly evidence: readonly [before: string, name: string, after: string];
}

export const headNotExpected = defineRule<Data>({
  id: 'head-not-expected',
  severity: 'note',
  summary: 'There is no head, and none is meant to be.',
  why: 'Embedding and reward models are used without a language-model head; nothing is missing.',
  how: 'The class is a bare one, and the repo says what it is for: sentence-transformers files, the card\'s `pipeline_tag`, the team (`class` in the config file, `--class`), or a base that is bare as well.',
  sources: ['huggingface/transformers#30202'],
  detect({ intent, checkpoint }) {
    // That a pipeline uses its text encoder without a head is no news.
    if (!intent.bare || intent.class === null || intent.head.expected !== false || checkpoint.loadedAs !== undefined) return [];
    return [{ data: { class: intent.class, evidence: intent.head.evidence }, parameters: [] }];
  },
  words(data) {
    const [before, name, after] = data.evidence;
    return { title: prose`No head, and none is meant to be`, message: prose`${data.class} has no head, and the checkpoint is used without one (${[before]}${name}${[after]}).`, cause: null, fix: null };
  },
  examples: () => ({
    fires: [{ name: 'An embedding model', checkpoint: { ...bareLlama(), files: { 'modules.json': '[]', 'README.md': '---\npipeline_tag: sentence-similarity\n---\n' } } }],
    silent: [{ name: 'Nothing says so', checkpoint: bareLlama() }],
  }),
});
