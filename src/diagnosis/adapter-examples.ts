import type { ExampleCheckpoint } from './rule.ts';

/** What differs from a sound LoRA adapter of the small Llama in `examples.ts`. */
export interface AdapterOptions {
  /** Changes names; null takes a tensor away. */
  readonly rename?: (name: string) => string | null;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Further tensors, or others in place of those of these names. */
  readonly tensors?: ExampleCheckpoint['tensors'];
}

/** Inputs are 64 wide; outputs of `q_proj` too, those of `v_proj` half of that. */
function matrices(): [string, readonly ['F32', number, number]][] {
  return [0, 1].flatMap((layer) => (['q_proj', 'v_proj'] as const).flatMap((target): [string, readonly ['F32', number, number]][] => {
    const module = `base_model.model.model.layers.${layer}.self_attn.${target}`;
    return [[`${module}.lora_A.weight`, ['F32', 8, 64]], [`${module}.lora_B.weight`, ['F32', target === 'q_proj' ? 64 : 32, 8]]];
  }));
}

/** A LoRA adapter of rank 8 as PEFT 0.21 saves it. */
export function loraAdapter({ rename = (name) => name, config = {}, tensors = {} }: AdapterOptions = {}): ExampleCheckpoint {
  const named = matrices().flatMap(([name, info]) => {
    const renamed = rename(name);
    return renamed === null ? [] : [[renamed, info] as const];
  });
  const all = { ...Object.fromEntries(named), ...tensors };
  const settings = { base_model_name_or_path: null, bias: 'none', lora_alpha: 16, modules_to_save: null, peft_type: 'LORA', r: 8, target_modules: ['q_proj', 'v_proj'], task_type: 'CAUSAL_LM', ...config };
  return {
    config: null,
    tensors: all,
    shards: { 'adapter_model.safetensors': Object.keys(all) },
    files: { 'adapter_config.json': `${JSON.stringify(settings, null, 2)}\n`, 'model.safetensors.index.json': null },
  };
}
