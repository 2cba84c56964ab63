import { loraAdapter } from '../adapter-examples.ts';
import { bareLlama, llama } from '../examples.ts';
import { prose } from '../prose.ts';
import type { Prose } from '../prose.ts';
import { loadingClass } from '../python.ts';
import { defineRule } from '../rule.ts';
import type { Words } from '../rule.ts';
import { enclosedSize, quote, someNames, words } from '../words.ts';

interface Misplaced {
  readonly kind: 'misplaced';
  readonly names: readonly string[];
  readonly bytes: number;
  readonly all: boolean;
  readonly bare: 'no' | 'fits' | 'declared';
  readonly loading: string;
  readonly bareClass: string | null;
  readonly prefix: string;
}

/** Names without the root that PEFT looks for. */
interface Rootless {
  readonly kind: 'rootless';
  readonly names: readonly string[];
  readonly all: boolean;
}

type Data = Misplaced | Rootless;

const ROOT = 'base_model.model.';

const bareNames = (name: string): string => name.replace('base_model.model.model.', 'base_model.model.');

function declaredWords({ bareClass, loading }: Misplaced): { title: Prose; message: Prose } {
  return {
    title: prose`The adapter is for the bare ${bareClass ?? 'model'}`,
    message: prose`Its names lack the prefix that ${loading} puts before them, and it is declared for embeddings: that is as it should be. It works on ${'AutoModel'} only.`,
  };
}

function rootlessWords({ names, all }: Rootless): Words {
  const script = [
    'from safetensors import safe_open', 'from safetensors.torch import save_file', '', 'with safe_open("adapter_model.safetensors", "pt") as file:',
    `    tensors = {name if name.startswith(${quote(ROOT)}) else ${quote(ROOT)} + name: file.get_tensor(name) for name in file.keys()}`,
    'save_file(tensors, "adapter_model.safetensors", metadata={"format": "pt"})',
  ];
  return {
    title: all ? prose`The adapter's names lack ${ROOT}` : prose`${names.length} of the adapter's names lack ${ROOT}`,
    message: prose`PEFT looks for names that begin with ${ROOT}, and finds no place for ${someNames(names)}. It leaves them out with a warning.`,
    cause: null,
    fix: { steps: prose`Put it before the names, as below, or save again with ${'PeftModel.save_pretrained'}.`, code: { language: 'python', text: script.join('\n') } },
  };
}

export const adapterTargetMissing = defineRule<Data>({
  id: 'adapter-target-missing',
  severity: 'error',
  summary: 'The adapter is for modules that the base does not have.',
  why: 'PEFT loads what fits and only warns of the rest: the adapter does nothing there, and the model answers as the base does.',
  how: 'Every tensor\'s module is looked up among the modules that the base has in memory, in every known release, with the names that loaders rename. Names that fit once the base prefix is put in show that it was trained on the bare class; where the adapter is declared for embeddings that is meant so, and only noted.',
  sources: ['huggingface/peft#2412'],
  detect({ adapter, intent, checkpoint }) {
    if (adapter === null || adapter.wrapper !== null || (adapter.strangers.length + adapter.rootless.length === 0 && adapter.bare !== 'declared')) return [];
    if (adapter.rootless.length > 0) return [{ data: { kind: 'rootless', names: adapter.rootless, all: adapter.rootless.length === checkpoint.tensors.length }, parameters: adapter.rootless }];
    const names = adapter.strangers.map(({ name }) => name);
    const data: Misplaced = {
      kind: 'misplaced', names, all: names.length === checkpoint.tensors.length, bare: adapter.bare,
      bytes: adapter.strangers.reduce((sum, { bytes }) => sum + bytes, 0),
      loading: loadingClass(intent.facts, intent.intendedClass), bareClass: intent.bareClass, prefix: intent.facts?.prefix ?? 'model',
    };
    return [{ data, parameters: names, ...(adapter.bare === 'declared' && names.length === 0 ? { severity: 'note' as const } : {}) }];
  },
  words(data) {
    if (data.kind === 'rootless') return rootlessWords(data);
    if (data.bare === 'declared' && data.names.length === 0) return { ...declaredWords(data), cause: null, fix: null };
    const [first] = data.names;
    const script = [
      'from safetensors import safe_open', 'from safetensors.torch import save_file', '', 'with safe_open("adapter_model.safetensors", "pt") as file:',
      `    tensors = {name.replace(${quote(ROOT)}, ${quote(`${ROOT}${data.prefix}.`)}, 1): file.get_tensor(name) for name in file.keys()}`,
      'save_file(tensors, "adapter_model.safetensors", metadata={"format": "pt"})',
    ];
    return {
      title: data.all ? prose`Nothing of the adapter fits the base` : data.names.length === 1 ? prose`${first ?? ''} fits no module of the base` : prose`${data.names.length} tensors fit no module of the base`,
      message: prose`The base has no module for ${someNames(data.names)} (${enclosedSize(data.bytes)}). PEFT leaves ${[data.names.length === 1 ? 'it' : 'them']} out with a warning.`,
      cause: data.bare === 'fits' ? prose`It was trained on the bare class ${data.bareClass ?? 'without a head'}, loaded with ${'AutoModel'}: the names lack ${`${data.prefix}.`}, which ${data.loading} puts before them.` : data.all ? words('The adapter is for another model, or for another class of this one.') : null,
      fix: data.bare === 'fits'
        ? { steps: prose`Put the prefix into the names, as below. Load the base with ${data.loading} when you train.`, code: { language: 'python', text: script.join('\n') } }
        : { steps: prose`Check ${'base_model_name_or_path'} in ${'adapter_config.json'}: it must name the model that the adapter was trained on.`, code: null },
    };
  },
  examples: () => ({
    fires: [
      { name: 'Trained on the bare class', checkpoint: loraAdapter({ rename: bareNames }), base: llama() },
      { name: 'Saved without PEFT\'s own prefix, no base at hand', checkpoint: loraAdapter({ rename: (name) => name.replace(ROOT, '') }) },
      { name: 'For a model with more layers', checkpoint: loraAdapter({ rename: (name) => name.replace('layers.1.', 'layers.7.') }), base: llama() },
      { name: 'Trained on the bare class, for embeddings: only noted', checkpoint: loraAdapter({ rename: bareNames, config: { task_type: 'FEATURE_EXTRACTION' } }), base: llama() },
    ],
    silent: [
      { name: 'A sound adapter', checkpoint: loraAdapter(), base: llama() },
      { name: 'The base lost its prefix, which the loader puts back', checkpoint: loraAdapter(), base: bareLlama({ tied: true, architecture: 'LlamaForCausalLM' }) },
    ],
  }),
});
