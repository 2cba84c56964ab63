import type { Release } from '../architecture/facts.ts';
import type { Quantization } from '../comparison/quantization/unpack.ts';
import { prose } from './prose.ts';
import type { Prose } from './prose.ts';

/** Methods that both releases of transformers unpack: `AUTO_QUANTIZATION_CONFIG_MAPPING` of each, spelled with hyphens. */
const UNPACKED: ReadonlySet<string> = new Set([
  'aqlm', 'auto-round', 'awq', 'bitnet', 'bitsandbytes', 'compressed-tensors', 'eetq', 'fbgemm-fp8', 'fp8', 'fp-quant', 'gptq', 'higgs', 'hqq',
  'mxfp4', 'quanto', 'quark', 'spqr', 'torchao', 'vptq',
]);

/** Those that only 5.18 unpacks. */
const UNPACKED_SINCE_5: ReadonlySet<string> = new Set(['fouroversix', 'gemma', 'metal', 'mxfp8', 'nvfp4', 'sinq']);

/** Why a release of transformers cannot use packed values, or null where it can. What it does with them was run (EXL2, MLX). */
export function cannotUnpack(quantization: Quantization | null, release: Release): Prose | null {
  if (quantization === null || quantization.packed === 0) return null;
  if (quantization.isOfMlx) return prose`stops with a size error: it does not unpack what MLX packs`;
  const method = quantization.method?.replaceAll('_', '-') ?? null;
  if (method === null || UNPACKED.has(method) || (release !== '4.57.6' && UNPACKED_SINCE_5.has(method))) return null;
  return prose`does not know ${quantization.method ?? ''}: it cannot use the packed weights`;
}

/** Whether the values are packed in a way of which it is not known that vLLM unpacks it. */
export function isOfOtherTools(quantization: Quantization | null): boolean {
  return quantization !== null && quantization.packed > 0 && (quantization.isOfMlx || /^exl\d/.test(quantization.method ?? ''));
}
