import { bareLlama, llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { words } from '../words.ts';

interface Data {
  readonly name: string;
  readonly source: string;
  readonly path: string | null;
  readonly origin: 'config' | 'default' | 'class' | null;
  /** Whether other parameters of the head are missing. */
  readonly restLost: boolean;
  /** By whose word it is tied, where that is a base of another container. */
  readonly base: string | null;
}

export const headTied = defineRule<Data>({
  id: 'head-tied',
  severity: 'note',
  summary: 'The head is not stored because it is the embedding.',
  why: 'This is how models with tied embeddings are saved: the head shares the storage of the input embedding and is stored once. Nothing is missing.',
  how: 'The class\'s facts say which parameters are tied, and the config (or the default of its class in the release that wrote it) says that they are; the parameter that they share is stored.',
  sources: ['huggingface/transformers#30202'],
  detect({ intent, baseIntent, inner, losses, checkpoint, base }) {
    const output = intent.heads.head;
    if (output === null || inner.stored.has(output)) return [];
    const pair = inner.tied.find(({ memory }) => memory === output);
    // A head of its own that only the change of the flag took away is tie-changed's to tell.
    if (pair === undefined || (baseIntent?.tied === false && base?.tensors.has(pair.name) === true)) return [];
    const tie = intent.facts === null ? null : intent.ties[intent.facts.release];
    return [{ data: { name: pair.name, source: pair.source, path: tie?.path ?? null, origin: tie?.origin ?? null, restLost: losses.head.length > 0, base: checkpoint.format === 'gguf' && base !== null && base.format !== 'gguf' ? base.reference : null }, parameters: [pair.name] }];
  },
  words(data) {
    const by = data.base !== null ? prose` (${data.base} ties it)` : data.path === null || data.origin === null ? words('') : prose` (${data.path} is true${words(data.origin === 'config' ? ' in config.json' : ' by the default of its class')})`;
    return {
      title: data.restLost ? prose`Of the head, only ${data.name} is not lost` : prose`The head is tied to the embedding`,
      message: prose`${data.name} is not stored and not lost: it is ${data.source}${by}.`,
      cause: null,
      fix: null,
    };
  },
  examples: () => ({
    fires: [
      { name: 'A tied model', checkpoint: llama({ tied: true }), base: llama({ tied: true }) },
      { name: 'A tied model, no base at hand', checkpoint: llama({ tied: true }) },
      { name: 'A tied model saved through AutoModel', checkpoint: bareLlama({ tied: true }), base: llama({ tied: true }) },
    ],
    silent: [{ name: 'The base has a head of its own', checkpoint: llama({ tied: true }), base: llama() }, { name: 'The head is stored', checkpoint: llama() }, { name: 'The head is lost', checkpoint: llama({ head: false }) }],
  }),
});
