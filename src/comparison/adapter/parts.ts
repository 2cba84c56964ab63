import type { AdapterSettings } from './settings.ts';

/** What a module lacks. */
type Needs = (parts: ReadonlySet<string>, settings: AdapterSettings) => readonly string[];

const all = (...wanted: string[]) => (parts: ReadonlySet<string>): string[] => wanted.filter((part) => !parts.has(part));

/** One factor of LoKr: whole, or as a product of two. */
function factor(parts: ReadonlySet<string>, name: string): string[] {
  if (parts.has(name)) return [];
  return parts.has(`${name}_a`) || parts.has(`${name}_b`) ? [`${name}_a`, `${name}_b`].filter((part) => !parts.has(part)) : [name];
}

function lora(parts: ReadonlySet<string>, settings: AdapterSettings): string[] {
  const tokensOnly = [...parts].every((part) => /^(?:token_adapter\.|trainable_tokens_)/.test(part));
  if (tokensOnly) return [];
  const isEmbedding = parts.has('lora_embedding_A') || parts.has('lora_embedding_B');
  const pair = isEmbedding ? ['lora_embedding_A', 'lora_embedding_B'] : ['lora_A.weight', 'lora_B.weight'];
  const magnitude = settings.magnitudes && !parts.has('lora_magnitude_vector.weight') ? ['lora_magnitude_vector'] : [];
  const bias = settings.biasOfB && !isEmbedding ? ['lora_B.bias'] : [];
  return [...pair, ...magnitude, ...bias].filter((part) => !parts.has(part));
}

/** Logits of VB-LoRA: whole, or the largest of each row and where they are. */
function vectors(parts: ReadonlySet<string>, name: string, topWeightsOnly: boolean): string[] {
  const wanted = topWeightsOnly ? [`${name}_topk_indices`, `${name}_topk_weights`] : [name];
  return wanted.filter((part) => !parts.has(part));
}

/** What lacks of two parts that go together, where one of them is there. */
function pairOf(parts: ReadonlySet<string>, ...pair: readonly [string, string]): string[] {
  const absent = pair.filter((part) => !parts.has(part));
  return absent.length === 1 ? absent : [];
}

/**
 * The tensors that each method stores for a module, where that is more than one, or a norm's, which
 * may have a bias too (peft 0.21: each was run and saved). A method that stores one cannot lack a part of a module.
 */
const NEEDS: Readonly<Record<string, Needs>> = {
  LORA: lora,
  ADALORA: all('lora_A', 'lora_B', 'lora_E'),
  VERA: all('vera_lambda_b', 'vera_lambda_d'),
  LOHA: all('hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b'),
  LOKR: (parts) => [...factor(parts, 'lokr_w1'), ...factor(parts, 'lokr_w2')],
  BOFT: all('boft_R', 'boft_s'),
  POLY: all('poly_lora_A', 'poly_lora_B', 'poly_router.module_logits'),
  SHIRA: all('shira_indices', 'shira_weight'),
  ROAD: all('road_theta', 'road_alpha'),
  DELORA: all('delora_A', 'delora_B', 'delora_lambda', 'delora_w_norm'),
  OSF: all('osf_svd_params.U_low', 'osf_svd_params.S_low', 'osf_svd_params.V_low'),
  GRALORA: all('gralora_A', 'gralora_B'),
  LN_TUNING: all('ln_tuning_layers.weight'),
  VBLORA: (parts, { topWeightsOnly }) => ['A', 'B'].flatMap((side) => vectors(parts, `vblora_logits_${side}`, topWeightsOnly)),
  // The projections are the same for all modules: one that has neither takes them from the others.
  RANDLORA: (parts) => [...all('randlora_lambda', 'randlora_gamma')(parts), ...pairOf(parts, 'randlora_A', 'randlora_B')],
};

/** Methods that store one tensor a module, or one for the whole. */
const SINGLE: ReadonlySet<string> = new Set([
  'IA3', 'OFT', 'FOURIERFT', 'HRA', 'C3A', 'MISS', 'BONE', 'WAVEFT', 'TRAINABLE_TOKENS',
  'PROMPT_TUNING', 'PREFIX_TUNING', 'P_TUNING', 'MULTITASK_PROMPT_TUNING', 'CPT',
]);

/** Whether it is known what a method stores. */
export function isKnownMethod(type: string | null): boolean {
  return type === null || SINGLE.has(type) || Object.hasOwn(NEEDS, type);
}

/** Parts that a module of this method lacks, given those it has; empty for a method of which nothing is known. */
export function lackingParts(type: string | null, parts: ReadonlySet<string>, settings: AdapterSettings): readonly string[] {
  const method = type ?? (([...parts].some((part) => part.startsWith('lora_'))) ? 'LORA' : '');
  return Object.hasOwn(NEEDS, method) ? (NEEDS[method]?.(parts, settings) ?? []) : [];
}

/** Tensors of the adapter as a whole that a method cannot do without. */
export function lackingWhole(type: string | null, parts: ReadonlySet<string>, settings: AdapterSettings): readonly string[] {
  if (type === 'VERA') return settings.savesProjection ? ['vera_A', 'vera_B'].filter((part) => !parts.has(part)) : [];
  if (type === 'RANDLORA') return settings.savesProjection ? ['randlora_A', 'randlora_B'].filter((part) => !parts.has(part)) : [];
  if (type === 'VBLORA') return ['vblora_vector_bank'].filter((part) => !parts.has(part));
  const isPrompt = type !== null && ['PROMPT_TUNING', 'PREFIX_TUNING', 'P_TUNING', 'MULTITASK_PROMPT_TUNING', 'CPT'].includes(type);
  if (!isPrompt) return [];
  const wanted = type === 'MULTITASK_PROMPT_TUNING' ? ['prompt_embeddings', 'prefix_task_cols', 'prefix_task_rows'] : ['prompt_embeddings'];
  return wanted.filter((part) => !parts.has(part));
}
