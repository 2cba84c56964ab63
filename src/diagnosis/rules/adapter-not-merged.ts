import { adapterParts, hasModelName, holdsLooseAdapter, isAllAdapter, isLooseAdapter } from '../../comparison/adapter/loose.ts';
import { METHOD_PART } from '../../comparison/adapter/names.ts';
import { ADAPTER_PART } from '../../comparison/names.ts';
import { loraAdapter } from '../adapter-examples.ts';
import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import type { ExampleCheckpoint } from '../rule.ts';
import { someNames } from '../words.ts';

interface Data {
  readonly matrices: number;
  readonly examples: readonly string[];
  /** Whether nothing but an adapter's tensors is stored. */
  readonly only: boolean;
  /** Whether it has the names that PEFT gives. */
  readonly ofPeft: boolean;
}

const unmerged = (name: string): string => `base_model.model.${name.replace(/(q_proj|v_proj)\.weight$/, '$1.base_layer.weight')}`;
const matrices = { 'base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight': ['BF16', 8, 64], 'base_model.model.model.layers.0.self_attn.q_proj.lora_B.default.weight': ['BF16', 64, 8] } as const;

export const adapterNotMerged = defineRule<Data>({
  id: 'adapter-not-merged',
  severity: 'error',
  summary: 'A model with its adapter still apart was saved as if it were the model.',
  why: 'No loader of models knows these names. Every adapted matrix is taken for missing and starts from random numbers, the rest too where `base_model.model.` stands before it; only warnings tell.',
  how: 'Names of a model\'s file have the segments that PEFT puts in: `.base_layer.`, `.lora_A.`, `.lora_B.`, those of its other methods; and the base, or the code in the repo, has no such names of its own. Or a file with the name that loaders look for (`model.safetensors`, `diffusion_pytorch_model.safetensors`, `consolidated.safetensors`) holds nothing but an adapter, whatever wrote it.',
  sources: ['tloen/alpaca-lora#334'],
  detect({ adapter, base, checkpoint, comparison, intent, losses }) {
    if (adapter !== null) return [];
    const names = checkpoint.tensors.length > 0 ? checkpoint.tensors.columns.names : [...(checkpoint.index?.weightMap.keys() ?? [])];
    const isWrapped = comparison.wrapper?.kind === 'lora';
    // An adapter's own file, as diffusers writes it (`pytorch_lora_weights.safetensors`), is no model; under a model's name it is taken for one.
    if (isLooseAdapter(checkpoint)) return [];
    const isAdapter = hasModelName(checkpoint) && (isAllAdapter(names) || holdsLooseAdapter(checkpoint));
    const parts: ReadonlySet<string> = isAdapter ? adapterParts(names) : new Set();
    const isPart = (name: string): boolean => ADAPTER_PART.test(name) || (isWrapped && METHOD_PART.test(name)) || parts.has(name);
    // What the base has too is of the model itself: Phi-4 multimodal and Jina's embeddings keep adapters for good.
    const own = names.filter((name) => isPart(name) && base?.tensors.has(name) !== true);
    const only = own.length > 0 && own.length === names.length;
    // So may code in the repo, unless the rest of the names shows otherwise.
    if (!isWrapped && (own.length === 0 || (intent.remoteCode && !only))) return [];
    const examples = [...own.slice(0, 1), ...names.filter((name) => name.includes('.base_layer.')).slice(0, 1)];
    return [{ data: { matrices: own.length, examples, only, ofPeft: isWrapped || own.some((name) => ADAPTER_PART.test(name)) }, parameters: losses.wrapped.map(({ name }) => name) }];
  },
  words(data) {
    const merge = ['from peft import PeftModel', '', 'merged = model.merge_and_unload()  # model: the PeftModel of the training run', 'merged.save_pretrained("merged")'];
    return {
      title: data.only ? prose`Only an adapter is stored, under a model's name` : prose`The adapter was not merged into the model`,
      message: data.only
        ? prose`All ${data.matrices} tensors are an adapter's, such as ${someNames(data.examples)}. Loaded as a model, everything starts from random numbers.`
        : prose`${[data.matrices === 0 ? 'Names' : `${data.matrices} of the tensors are an adapter's, and names`]} have PEFT's segments in them: ${someNames(data.examples)}. No loader of models knows these names.`,
      cause: data.ofPeft ? prose`The wrapped model's ${'state_dict()'} was saved, or ${'save_pretrained'} of the model inside it.` : null,
      fix: data.only
        ? { steps: prose`Save it under a name of its own: ${'PeftModel.save_pretrained'} writes ${'adapter_model.safetensors'} and its config, ${'save_lora_weights'} of diffusers ${'pytorch_lora_weights.safetensors'}. Or merge it into the base, with PEFT as below.`, code: { language: 'python', text: merge.join('\n') } }
        : { steps: prose`Merge the adapter before saving, as below; or save the adapter alone with ${'PeftModel.save_pretrained'}.`, code: { language: 'python', text: merge.join('\n') } },
    };
  },
  examples: () => {
    const wrapped = llama({ rename: unmerged });
    const checkpoint = { ...wrapped, tensors: { ...wrapped.tensors, ...matrices } };
    const adapter = loraAdapter();
    const ia3 = { ...wrapped.tensors, 'base_model.model.model.layers.0.self_attn.q_proj.ia3_l.default': ['BF16', 64, 1] } as const;
    const control = { 'proj_out.lora_A.weight': ['BF16', 8, 64], 'proj_out.lora_B.weight': ['BF16', 64, 8], 'proj_out.lora_B.bias': ['BF16', 64], 'norm.scale': ['BF16', 64] } as const;
    const loose = Object.fromEntries(Object.entries(adapter.tensors).map(([name, info]) => [name.replace(/^base_model\.model\./, 'unet.'), info]));
    const kohya = Object.fromEntries(['lora_down', 'lora_up'].map((part) => [`lora_unet_down_blocks_0_attentions_0_proj_in.${part}.weight`, ['F16', 8, 8]] as const));
    const snake = Object.fromEntries([0, 1].flatMap((i) => ['alpha', 'beta'].map((part) => [`resblocks.${i}.activations.0.act.${part}`, ['F32', 8]] as const)));
    const under = (path: string, tensors: ExampleCheckpoint['tensors']): ExampleCheckpoint => ({ config: null, tensors, shards: { [path]: Object.keys(tensors) }, files: { 'model.safetensors.index.json': null } });
    // Phi-4 multimodal keeps its adapters apart by its own code.
    const kept = { ...checkpoint, config: { ...checkpoint.config, model_type: 'phi4mm', architectures: ['Phi4MMForCausalLM'], auto_map: { AutoModelForCausalLM: 'modeling_phi4mm.Phi4MMForCausalLM' } } };
    return {
      fires: [
        { name: 'The wrapped model\'s state was saved', checkpoint, base: llama() },
        { name: 'The same, no base at hand', checkpoint },
        { name: 'Another method\'s state (IA3)', checkpoint: { ...wrapped, tensors: ia3 }, base: llama() },
        { name: 'Of an adapter nothing but the segments that it leaves', checkpoint: wrapped },
        { name: 'Only the matrices, saved as the model', checkpoint: { config: llama().config, tensors: adapter.tensors }, base: llama() },
        { name: 'The same under the name of diffusers', checkpoint: under('diffusion_pytorch_model.safetensors', loose) },
        { name: 'The same in the publisher\'s layout', checkpoint: under('consolidated.safetensors', adapter.tensors) },
        { name: 'What Kohya\'s scripts write, saved as the model', checkpoint: under('model.safetensors', kohya) },
      ],
      silent: [
        { name: 'A sound save', checkpoint: llama(), base: llama() },
        { name: 'An adapter saved as one', checkpoint: adapter, base: llama() },
        { name: 'A model that keeps its adapters apart, as its base does', checkpoint: kept, base: kept },
        { name: 'Such a model by itself', checkpoint: kept },
        { name: 'A control adapter, some of it stored whole', checkpoint: under('model-lora.safetensors', control) },
        { name: 'An adapter as diffusers writes it', checkpoint: under('pytorch_lora_weights.safetensors', loose) },
        { name: 'An adapter as Kohya\'s scripts write it', checkpoint: under('style.safetensors', kohya) },
        { name: 'A vocoder, whose activations have an alpha each', checkpoint: under('model.safetensors', snake) },
      ],
    };
  },
});
