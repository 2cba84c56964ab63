import type { TensorInfo } from '../../format/tensor-table.ts';
import { bareLlama, llama } from '../examples.ts';
import type { Fix } from '../finding.ts';
import { prose } from '../prose.ts';
import type { Prose } from '../prose.ts';
import { loadable, loadingClass, pretrained } from '../python.ts';
import { defineRule } from '../rule.ts';
import { exactSize, quote, shapeText, someNames, words } from '../words.ts';

interface Data {
  readonly head: readonly TensorInfo[];
  readonly totalBytes: number;
  /** The bare class that it was saved from; null where that is not what happened. */
  readonly savedFrom: { readonly class: string; /** what shows it */ readonly shownBy: 'architectures' | 'names' } | null;
  readonly intended: string | null;
  readonly loading: string;
  readonly checkpoint: string;
  /** The base, where the head can be had from it. */
  readonly base: string | null;
  /** Module path of the head (`lm_head`), where the head is one module. */
  readonly module: string | null;
  /** Why it is not tied, as a clause. */
  readonly tie: { readonly path: string; readonly origin: 'config' | 'default' | 'class' } | null;
  /** Whether the base ties its head, so that only the flag differs. */
  readonly baseTies: boolean;
}

function cause(data: Data): Prose | null {
  if (data.savedFrom !== null) {
    const how = data.savedFrom.shownBy === 'architectures' ? prose`config.json says ${data.savedFrom.class}` : prose`the names lack the prefix that ${data.intended ?? 'the full model'} gives them`;
    return prose`Saved from the bare class ${data.savedFrom.class}, which has no head (${how}): the model was loaded with ${'AutoModel'} instead of ${data.loading}.`;
  }
  if (data.baseTies) return prose`The base ties its head to the embedding and this config does not (${'tie_word_embeddings: false'}), so nothing stands in for the head any more.`;
  return null;
}

function fix(data: Data): Fix | null {
  if (data.baseTies) {
    return { steps: prose`If the head was tied while training, say so in config.json; nothing else is missing.`, code: { language: 'json', text: '"tie_word_embeddings": true' } };
  }
  if (data.base === null || data.module === null) {
    return { steps: prose`Load the model with ${data.loading} when you train and save, or copy the head over from the model that this one was made from.`, code: null };
  }
  const lines = [
    `from transformers import ${data.loading}`, '',
    `model = ${data.loading}.from_pretrained(${pretrained(data.checkpoint)}, dtype="auto")`,
    `base = ${data.loading}.from_pretrained(${pretrained(data.base)}, dtype="auto")`,
    `model.${data.module}.load_state_dict(base.${data.module}.state_dict())`,
    `model.save_pretrained(${quote('repaired')})`,
  ];
  const steps = data.savedFrom === null
    ? prose`Put the base's head back, as below, if it was not trained; else save again from the training run. Load with ${data.loading} when you train and save.`
    : prose`The bare class never had a head, so the base's is the right one: put it back, as below. Load with ${data.loading} from the start next time.`;
  return { steps, code: { language: 'python', text: lines.join('\n') } };
}

export const headMissing = defineRule<Data>({
  id: 'head-missing',
  severity: 'error',
  summary: 'The head is not stored and nothing is tied to stand in for it.',
  why: 'Loaders only warn: they fill the head with random numbers and go on. The model loads, runs and answers nonsense, or, after more training, a little worse than it should. It is usually found in production.',
  how: 'The class that the checkpoint is meant for has a head (its facts, or the base, say so), no tensor of it is stored, and by the config and the class\'s own default it is not tied to a stored embedding. Names without the base prefix, or a bare class in `architectures`, show that it was saved from the class without the head.',
  sources: ['huggingface/transformers#37303', 'huggingface/transformers#27263'],
  detect({ intent, losses, inner, checkpoint, base, baseIntent }) {
    if (losses.head.length === 0) return [];
    if (intent.head.expected !== true) return [];
    if (intent.tied === null) return { skipped: 'whether the head is tied cannot be told: releases read the config differently and nothing says which one wrote it' };
    const output = losses.head.find(({ memory }) => memory === intent.heads.head) ?? losses.head[0];
    const release = intent.facts?.release;
    // Only the output embedding could be tied: of a classifier's head the flag says nothing.
    const tie = release === undefined || output?.memory !== intent.heads.head ? null : intent.ties[release];
    const hasBaseHead = base !== null && output !== undefined && (baseIntent?.tied === true || base.tensors.has(output.name));
    const bareClass = intent.bare ? intent.class : intent.bareClass;
    const savedFrom = intent.bare || inner.prefixLost ? { class: bareClass ?? 'the bare class', shownBy: intent.bare ? 'architectures' as const : 'names' as const } : null;
    return [{
      data: {
        head: losses.head.map(({ name, dtype, shape, bytes }) => ({ name, dtype, shape, bytes })),
        totalBytes: losses.head.reduce((sum, { bytes }) => sum + bytes, 0),
        savedFrom, intended: intent.intendedClass, loading: loadingClass(intent.facts, intent.intendedClass),
        checkpoint: loadable(checkpoint), base: hasBaseHead ? loadable(base) : null,
        module: output === undefined || checkpoint.format === 'gguf' ? null : output.memory.replace(/\.(?:weight|bias)$/, ''),
        tie: tie === null ? null : { path: tie.path, origin: tie.origin },
        baseTies: savedFrom === null && baseIntent?.tied === true && base !== null,
      },
      parameters: losses.head.map(({ name }) => name),
    }];
  },
  words(data) {
    const [first] = data.head;
    const name = first?.name ?? 'the head';
    const what = data.head.length === 1 && first !== undefined
      ? prose`${name} ${shapeText(first.shape)} ${first.dtype} is not in the checkpoint: ${exactSize(data.totalBytes)} are missing.`
      : prose`The head is not in the checkpoint: ${someNames(data.head.map((tensor) => tensor.name))}, ${exactSize(data.totalBytes)} in all.`;
    const tie = data.tie === null ? words('') : prose` It is not tied: ${data.tie.path} is false${words(data.tie.origin === 'config' ? ' in config.json' : ' by the default of its class')}.`;
    return {
      title: prose`The head ${name} is missing`,
      message: [...what, ...tie, ...prose` Loaders fill it with random numbers and only warn.`],
      cause: cause(data),
      fix: fix(data),
    };
  },
  examples: () => ({
    fires: [
      { name: 'Saved through AutoModel', checkpoint: bareLlama(), base: llama() },
      { name: 'Saved through AutoModel, config copied from the base', checkpoint: bareLlama({ architecture: 'LlamaForCausalLM' }), base: llama() },
      { name: 'Saved through AutoModel, no base at hand', checkpoint: bareLlama() },
      { name: 'The head was dropped on the way', checkpoint: llama({ head: false }) },
    ],
    silent: [
      { name: 'A sound save', checkpoint: llama(), base: llama() },
      { name: 'Tied: the head is the embedding', checkpoint: llama({ tied: true }) },
      { name: 'Tied and saved through AutoModel: nothing is lost', checkpoint: bareLlama({ tied: true }), base: llama({ tied: true }) },
    ],
  }),
});
