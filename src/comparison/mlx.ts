import type { Checkpoint } from '../inventory/checkpoint.ts';
import { numberAt, objectAt, valueAt } from '../inventory/config.ts';

/**
 * Whether a checkpoint was saved for MLX: mlx-lm and mlx-vlm write `format: mlx` into the headers, and their
 * quantisation under `quantization`, without a method.
 */
export function isOfMlx({ shards, config }: Pick<Checkpoint, 'shards' | 'config'>): boolean {
  if (shards.some(({ metadata }) => metadata?.['format'] === 'mlx')) return true;
  const quantization = objectAt(config, 'quantization');
  return quantization !== null && valueAt(quantization, 'quant_method') === undefined && numberAt(quantization, 'bits') !== null && numberAt(quantization, 'group_size') !== null;
}

/** The shape of a convolution's weights as MLX keeps them: [out, in, …kernel] becomes [out, …kernel, in]. */
export function channelsLast([out, channels, ...kernel]: readonly number[]): number[] | null {
  return out === undefined || channels === undefined || kernel.length === 0 ? null : [out, ...kernel, channels];
}
