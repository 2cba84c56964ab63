import { bareLlama, llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { quote } from '../words.ts';

interface Data {
  readonly class: string;
  readonly intended: string;
}

export const headlessArchitecture = defineRule<Data>({
  id: 'headless-architecture',
  severity: 'warning',
  summary: 'Nothing is lost, but config.json names the class without the head.',
  why: 'Serving engines choose the class from `architectures`. With the bare class they serve embeddings, or refuse, although every weight of the language model is there.',
  how: '`architectures` names a bare class, while the base or the model type shows that a class with a head was meant; its head is tied to the stored embedding, so nothing is missing.',
  sources: ['huggingface/transformers#37303'],
  detect({ intent, losses }) {
    if (!intent.bare || intent.class === null || intent.head.expected !== true || intent.intendedClass === null || losses.head.length > 0) return [];
    return [{ data: { class: intent.class, intended: intent.intendedClass }, parameters: [], location: { path: 'config.json', line: null } }];
  },
  words(data) {
    return {
      title: prose`config.json names ${data.class}, the class without the head`,
      message: prose`No weight is lost, since the head is tied to the embedding. But serving engines choose the class from ${'architectures'}: with ${data.class} they serve no language model.`,
      cause: prose`The model was loaded with ${'AutoModel'} and saved from it.`,
      fix: { steps: prose`Name the class with the head in config.json.`, code: { language: 'json', text: `"architectures": [${quote(data.intended)}]` } },
    };
  },
  examples: () => ({
    fires: [{ name: 'A tied model saved through AutoModel', checkpoint: bareLlama({ tied: true }), base: llama({ tied: true }) }],
    silent: [
      { name: 'The class with the head', checkpoint: llama({ tied: true }), base: llama({ tied: true }) },
      { name: 'The head is lost as well: head-missing says all of it', checkpoint: bareLlama(), base: llama() },
    ],
  }),
});
