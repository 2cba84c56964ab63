/** What PEFT puts before the names of the model that it wraps. */
export const ROOT = 'base_model.model.';

/** Longest name that is taken apart at its dots and numbers, in characters: real ones have under 150, a stranger's as many parts as it likes. */
export const LONGEST_NAME = 500;

/** One tensor of an adapter, taken apart. */
export interface AdapterTensor {
  /** Row in the checkpoint's table. */
  readonly row: number;
  readonly name: string;
  /** The module that it adapts, under its name in the wrapped model; `''` for a tensor of the adapter as a whole. */
  readonly module: string;
  /** `lora_A.weight`; null for a parameter of the model that is stored whole (`modules_to_save`, a trained bias). */
  readonly part: string | null;
  /** The name as it stands within the wrapped model. */
  readonly inner: string;
}

/**
 * First segments of what each of PEFT's methods adds to a module (peft 0.21, run for every one: `<method>_…`, and
 * those of other names), and the lower-case matrices of MLX.
 */
export const METHOD_PART = /(?:^|\.)((?:lora_|ia3_|hada_|lokr_|oft_|boft_|poly_|ln_tuning_|fourierft_|hra_|vblora_|vera_|randlora_|c3a_|miss_|bone_|shira_|road_|waveft_|delora_|osf_|gralora_|token_adapter\.|trainable_tokens_|adaption_)[^]*)$/;

/** Tensors of a prompt, which adapt no module. */
const WHOLE = /^(?:prompt_embeddings|prefix_task_cols|prefix_task_rows|internal_xlora_classifier\..*)$/;

/** The adapter's own name after a method's: PEFT leaves it out when it saves, and takes it when it loads (run: peft 0.21). */
const ADAPTER_NAME = /(\.lora_(?:[AB]|embedding_[AB]|magnitude_vector))\.default(?=\.|$)/;

/**
 * Takes the name of an adapter's tensor apart; null for a name that PEFT can't have written, or that it can't load.
 * @param root what stands before the names of the wrapped model
 */
export function parseAdapterName(name: string, row: number, root = ROOT): AdapterTensor | null {
  if (WHOLE.test(name)) return { row, name, module: '', part: name, inner: name };
  if (!name.startsWith(root)) {
    const [, part] = /^base_model\.(?!model\.)(.+)$/.exec(name) ?? [];
    return part === undefined ? null : { row, name, module: '', part, inner: part };
  }
  const inner = name.slice(root.length).replace(ADAPTER_NAME, '$1');
  const match = METHOD_PART.exec(inner);
  const part = match?.[1];
  if (match === null || part === undefined) return { row, name, module: moduleOfParameter(inner), part: null, inner };
  return { row, name, module: inner.slice(0, match.index), part, inner };
}

/** What stands before the names of the wrapped model: a prompt wraps no module, so that the model is PEFT's own `base_model` (run: peft 0.21). */
export function rootOf(names: readonly string[]): string {
  return names.some((name) => WHOLE.test(name)) ? 'base_model.' : ROOT;
}

/** The parameter of the model that a tensor stored whole stands for: PEFT's own segments taken out. */
export function storedParameter(tensor: AdapterTensor): string {
  return tensor.inner.replace(/\.(?:base_layer|modules_to_save|original_module)(?=\.)/g, '');
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
