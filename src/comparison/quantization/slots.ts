/** A tensor that stands beside a quantised parameter, or holds it packed, by its name. */
export interface Slot {
  /** The parameter that it belongs to, under its plain name: `model.layers.0.mlp.up_proj.weight`. */
  readonly parameter: string;
  /** What stands before the slot in the name, with the character between: `model.layers.0.mlp.up_proj.`. */
  readonly before: string;
  readonly slot: string;
}

/**
 * Slots that stand where `weight` would, as `<module>.<slot>`. Sources: bitsandbytes (`Linear8bitLt`), AutoGPTQ and
 * AutoAWQ (`qlinear`, `WQLinear_GEMM`), compressed-tensors (`compressors/`), ModelOpt as vLLM reads it
 * (`modelopt.py`), FBGEMM (`FbgemmFp8Linear` of transformers), DeepSeek-V3 (`README_WEIGHTS.md`), MLX (`nn.QuantizedLinear`).
 */
const OF_MODULE: ReadonlySet<string> = new Set([
  'SCB', 'weight_format', 'qweight', 'qzeros', 'g_idx', 'scales', 'biases', 'weight_packed', 'weight_scale', 'weight_shape', 'weight_zero_point',
  'weight_g_idx', 'weight_global_scale', 'weight_scale_inv', 'weight_scale_2', 'input_scale', 'input_global_scale', 'input_zero_point', 'input_scale_ub', 'activation_scale', 'scale',
]);

/** Slots of a parameter of any name, as `<parameter>.<slot>` (bitsandbytes, `QuantState.as_dict`). */
const OF_PARAMETER: ReadonlySet<string> = new Set(['absmax', 'quant_map', 'nested_absmax', 'nested_quant_map']);

/** Slots of stacked experts, as `<parameter>_<slot>` (gpt-oss; transformers' fine-grained FP8). */
const OF_EXPERTS = /^(.+)_(blocks|scales|scale_inv)$/;

/** Under what names scales of eight-bit weights are kept. */
export const SCALES: readonly string[] = ['weight_scale', 'weight_scale_inv', 'scale_inv', 'scale'];

/** Types in which values are kept packed. */
export const PACKED_TYPES: ReadonlySet<string> = new Set(['U8', 'I8', 'U32', 'I32', 'F8_E4M3', 'F8_E5M2', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ', 'F4']);

/** Scales of the attention cache: of no weight, and no loader needs them. */
const OF_CACHE: ReadonlySet<string> = new Set(['k_scale', 'v_scale', 'q_scale', 'prob_scale', 'output_scale', 'prob_output_scale']);

/** Takes a name apart; null for one that is no slot's. */
export function parseSlot(name: string): Slot | null {
  const dot = name.lastIndexOf('.');
  if (dot < 0) return null;
  const last = name.slice(dot + 1);
  const module = name.slice(0, dot);
  if (OF_MODULE.has(last)) return { parameter: `${module}.weight`, before: `${module}.`, slot: last };
  if (OF_PARAMETER.has(last)) return { parameter: module, before: `${module}.`, slot: last };
  if (last.startsWith('bitsandbytes__') && module.endsWith('.quant_state')) {
    const parameter = module.slice(0, -'.quant_state'.length);
    return { parameter, before: `${parameter}.`, slot: `quant_state.${last}` };
  }
  if (!last.includes('_')) return null;
  const match = OF_EXPERTS.exec(last);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  const parameter = `${module}.${match[1]}`;
  return { parameter, before: `${parameter}_`, slot: match[2] };
}

export function isCacheScale(name: string): boolean {
  return OF_CACHE.has(name.slice(name.lastIndexOf('.') + 1));
}
