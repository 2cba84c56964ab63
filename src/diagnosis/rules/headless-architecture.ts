import { bareLlama, llama } from '../examples.ts';
import type { Fix } from '../finding.ts';
import { prose } from '../prose.ts';
import { loadable, loadingClass, pretrained, saveAgain } from '../python.ts';
import { defineRule } from '../rule.ts';
import { lacksServedPrefix } from '../served-prefix.ts';
import { quote, words } from '../words.ts';

interface Data {
  readonly class: string;
  readonly intended: string;
  /** Whether the head is the embedding; else it is stored. */
  readonly isTied: boolean;
  /** How to load and save it anew, where the names lack the base prefix as well; null where the class is all that is wrong. */
  readonly anew: { readonly loading: string; readonly checkpoint: string } | null;
}

function fix({ intended, anew }: Data): Fix {
  if (anew === null) return { steps: prose`Name the class with the head in config.json.`, code: { language: 'json', text: `"architectures": [${quote(intended)}]` } };
  return { steps: prose`Load it with ${anew.loading} and save it again: that names the class, and gives the parameters the prefix that serving engines look for.`, code: { language: 'python', text: saveAgain(anew.loading, pretrained(anew.checkpoint), 'auto') } };
}

export const headlessArchitecture = defineRule<Data>({
  id: 'headless-architecture',
  severity: 'warning',
  summary: 'Nothing is lost, but config.json names the class without the head.',
  why: 'Serving engines choose the class from `architectures`. With the bare class they serve embeddings, or refuse, although every weight of the language model is there.',
  how: '`architectures` names a bare class, while the base, the model type, the labels or the team (`class`) shows that a class with a head was meant; its head is stored, or tied to the stored embedding, so nothing is missing.',
  sources: ['huggingface/transformers#37303'],
  detect({ intent, losses, inner, checkpoint }) {
    // Where nothing tells what there should be, nothing tells that all of it is there.
    if (inner.basis === 'none' || !intent.bare || intent.class === null || intent.head.expected !== true || intent.intendedClass === null || losses.head.length > 0) return [];
    const anew = lacksServedPrefix(inner, intent.facts) ? { loading: loadingClass(intent.facts, intent.intendedClass), checkpoint: loadable(checkpoint) } : null;
    const isTied = inner.tied.some(({ memory }) => memory === intent.heads.head);
    return [{ data: { class: intent.class, intended: intent.intendedClass, isTied, anew }, parameters: [], location: { path: 'config.json', line: null } }];
  },
  words(data) {
    return {
      title: prose`config.json names ${data.class}, the class without the head`,
      message: prose`No weight is lost, since the head is ${words(data.isTied ? 'tied to the embedding' : 'stored')}. But serving engines choose the class from ${'architectures'}: with ${data.class} they serve embeddings.`,
      cause: prose`The model was loaded with ${'AutoModel'}, or as ${data.class}, and saved from it.`,
      fix: fix(data),
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
