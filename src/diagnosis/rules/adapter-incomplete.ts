import { loraAdapter } from '../adapter-examples.ts';
import { llama } from '../examples.ts';
import { layerOf } from '../losses.ts';
import { prose } from '../prose.ts';
import type { Prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { someNames, words } from '../words.ts';

interface Data {
  readonly parts: readonly string[];
  readonly modules: readonly string[];
  readonly saved: readonly string[];
  readonly tokens: readonly string[];
  readonly whole: readonly string[];
  readonly noConfig: boolean;
  /** Whether nothing is stored of any layer that lacks something: then the base may be a deeper model than the adapter's own. */
  readonly wholeLayers: boolean;
}

/** All that is lacking, in the order in which it is told. */
function lackingOf(data: Data): string[] {
  return [...data.parts, ...data.modules, ...data.saved, ...data.tokens, ...data.whole];
}

/** What a setting calls for and is not there; nothing where that is nothing. */
function unmet(setting: string, names: readonly string[]): Prose[] {
  return names.length === 0 ? [] : [prose`${setting} calls for ${someNames(names)}, which ${[names.length === 1 ? 'is' : 'are']} not there.`];
}

function message(data: Data): Prose {
  const isLacking = lackingOf(data).length > 0;
  const sentences = [
    ...(data.noConfig ? [prose`There is no ${'adapter_config.json'}: PEFT refuses to load the adapter.`] : []),
    ...(data.parts.length > 0 ? [prose`Modules lack a part that their method needs: ${someNames(data.parts)}.`] : []),
    ...(data.modules.length > 0 ? [prose`${'target_modules'} names modules of the base for which nothing is stored: ${someNames(data.modules)}.`] : []),
    ...unmet('modules_to_save', data.saved),
    ...unmet('trainable_token_indices', data.tokens),
    ...(data.whole.length > 0 ? [prose`The method needs ${someNames(data.whole)}.`] : []),
    ...(isLacking ? [words('PEFT starts what is missing anew and only warns: the adapter does less than was trained.')] : []),
  ];
  return sentences.flatMap((sentence, i) => (i === 0 ? sentence : [' ', ...sentence]));
}

export const adapterIncomplete = defineRule<Data>({
  id: 'adapter-incomplete',
  severity: 'error',
  summary: 'The adapter lacks tensors that it must have, or its config.',
  why: 'PEFT fills what is missing with the values of an untrained adapter. The model runs, and those modules behave as the base does.',
  how: 'Each method stores a known set of tensors a module (LoRA: A and B; with DoRA a magnitude too), which PEFT itself was run to learn. With the base at hand, every module that `target_modules` matches by PEFT\'s own rule must have them, and every module of `modules_to_save` must be there. Without it, one gap in the numbers of layers that are alike shows a loss.',
  sources: ['huggingface/peft#2892'],
  detect({ adapter, checkpoint }) {
    if (adapter === null) return [];
    const names = (of: string): string[] => adapter.lacking.filter((tensor) => tensor.of === of).map(({ name }) => name);
    const noConfig = !adapter.hasConfig && checkpoint.tensors.length > 0;
    if (adapter.lacking.length === 0 && !noConfig) return [];
    const keyOf = (name: string): string | null => layerOf(null, name)?.key ?? null;
    const stored = new Set(checkpoint.tensors.columns.names.map(keyOf));
    const wholeLayers = names('module').length === adapter.lacking.length && adapter.lacking.every(({ name }) => keyOf(name) !== null && !stored.has(keyOf(name)));
    return [{ data: { parts: names('part'), modules: names('module'), saved: names('saved'), tokens: names('tokens'), whole: names('whole'), noConfig, wholeLayers }, parameters: adapter.lacking.map(({ name }) => name) }];
  },
  words(data) {
    const { length: count, 0: first } = lackingOf(data);
    return {
      title: count === 0 ? prose`${'adapter_config.json'} is missing` : count === 1 ? prose`The adapter lacks ${first ?? ''}` : prose`The adapter lacks ${count} tensors`,
      message: message(data),
      cause: null,
      fix: { steps: count === 0 ? prose`Copy ${'adapter_config.json'} from the training run; ${'save_pretrained'} writes it beside the weights.` : prose`Save the adapter again with ${'PeftModel.save_pretrained'} from rank 0, with all weights gathered.${[data.wholeLayers ? ' If it never had those layers, it was made for another base: compare it with that one.' : '']}`, code: null },
    };
  },
  examples: () => ({
    fires: [
      { name: 'One B is gone', checkpoint: loraAdapter({ rename: (name) => (name.includes('layers.1.self_attn.q_proj.lora_B') ? null : name) }), base: llama() },
      { name: 'One B is gone, no base at hand', checkpoint: loraAdapter({ rename: (name) => (name.includes('layers.1.self_attn.q_proj.lora_B') ? null : name) }) },
      { name: 'A whole layer of it is gone', checkpoint: loraAdapter({ rename: (name) => (name.includes('layers.1.') ? null : name) }), base: llama() },
      { name: 'A classifier was trained and not saved', checkpoint: loraAdapter({ config: { task_type: 'SEQ_CLS', modules_to_save: ['classifier', 'score'] } }), base: llama() },
      { name: 'A module that was to be saved is not there, no base at hand', checkpoint: loraAdapter({ config: { modules_to_save: ['lm_head'] } }) },
      { name: 'The head was trained and not saved', checkpoint: loraAdapter({ config: { modules_to_save: ['lm_head'] } }), base: llama() },
      { name: 'No config beside it', checkpoint: { ...loraAdapter(), files: { 'model.safetensors.index.json': null } } },
    ],
    silent: [
      { name: 'A sound adapter', checkpoint: loraAdapter(), base: llama() },
      { name: 'The same, no base at hand', checkpoint: loraAdapter() },
      { name: 'One layer adapted, as its config says', checkpoint: loraAdapter({ rename: (name) => (name.includes('layers.1.') ? null : name), config: { layers_to_transform: [0] } }), base: llama() },
    ],
  }),
});
