/** What PEFT puts before the names of the model that it wraps. */
export const ROOT = 'base_model.model.';

/** One tensor of an adapter, taken apart. */
export interface AdapterTensor {
  /** Row in the checkpoint's table. */
  readonly row: number;
  readonly name: string;
  /** The module that it adapts, under its name in the wrapped model; `''` for a tensor of the adapter as a whole. */
  readonly module: string;
  /** `lora_A.weight`; null for a parameter of the model that is stored whole (`modules_to_save`, a trained bias). */
  readonly part: string | null;
}

/**
 * First segments of what each of PEFT's methods adds to a module (peft 0.21, run for every one: `<method>_…`, and
 * those of other names), and the lower-case matrices of MLX.
 */
const PARTS = /(?:^|\.)((?:lora_|ia3_|hada_|lokr_|oft_|boft_|poly_|ln_tuning_|fourierft_|hra_|vblora_|vera_|randlora_|c3a_|miss_|bone_|shira_|road_|waveft_|delora_|osf_|gralora_|token_adapter\.|trainable_tokens_|adaption_)[^]*)$/;

/** Tensors of a prompt, which adapt no module. */
const WHOLE = /^(?:prompt_embeddings|prefix_task_cols|prefix_task_rows|internal_xlora_classifier\..*)$/;

/** The adapter's own name after a method's: PEFT leaves it out when it saves, and takes it when it loads (run: peft 0.21). */
const ADAPTER_NAME = /(\.lora_(?:[AB]|embedding_[AB]|magnitude_vector))\.default(?=\.|$)/;

/** Takes the name of an adapter's tensor apart; null for a name that PEFT can't have written, or that it can't load. */
export function parseAdapterName(name: string, row: number): AdapterTensor | null {
  if (WHOLE.test(name)) return { row, name, module: '', part: name };
  if (/^base_model\.(?!model\.)/.test(name)) return { row, name, module: '', part: name.slice('base_model.'.length) };
  if (!name.startsWith(ROOT)) return null;
  const inner = name.slice(ROOT.length).replace(ADAPTER_NAME, '$1');
  const match = PARTS.exec(inner);
  const part = match?.[1];
  if (match === null || part === undefined) return { row, name, module: moduleOfParameter(inner), part: null };
  return { row, name, module: inner.slice(0, match.index), part };
}

/** The parameter of the model that a tensor stored whole stands for: PEFT's own segments taken out. */
export function storedParameter(tensor: AdapterTensor): string {
  return tensor.name.slice(ROOT.length).replace(/\.(?:base_layer|modules_to_save|original_module)(?=\.)/g, '');
}

function moduleOfParameter(inner: string): string {
  return inner.replace(/\.(?:base_layer|modules_to_save|original_module)(?=\.)/g, '').replace(/\.[^.]+$/, '');
}

/** The module itself, where PEFT wrapped it several times (once for each parameter that is adapted by name). */
export function wrappedModule(module: string): string {
  return module.replace(/(?:\.base_layer)+$/, '');
}

/** Whether a name is one of LoRA's matrices without the root that PEFT looks for: it loads none of these (run: peft 0.21). */
export function isRootless(name: string, type: string | null): boolean {
  return type === 'LORA' && !name.startsWith(ROOT) && /\.lora_(?:[AB]|embedding_[AB])(?:\.|$)/.test(name);
}
