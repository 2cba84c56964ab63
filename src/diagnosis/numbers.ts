import { DTYPES } from '../format/dtype.ts';
import { count } from '../format/quote.ts';
import type { TensorInfo } from '../format/tensor-table.ts';

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A whole number with thousands separators: `1,050,673,152`. */
export function grouped(value: number): string {
  return count(value);
}

/** `1 tensor`, `2 tensors`, `1,024 tensors`. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(value)} ${value === 1 ? noun : plural}`;
}

/** A number of bytes in decimal units and three digits, as file managers show it: `1.17 GB`, `117 MB`, `560 bytes`. */
export function size(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  while (unit < UNITS.length - 1 && Number(value.toPrecision(3)) >= 1000) {
    value /= 1000;
    unit++;
  }
  const sign = bytes < 0 ? '−' : '';
  if (unit === 0) return `${sign}${counted(value, 'byte')}`;
  return `${sign}${value >= 1000 ? grouped(Math.round(value)) : value.toPrecision(3)} ${UNITS[unit] ?? ''}`;
}

/** Whether the size of a parameter that is not here is known: neither facts nor index need tell its shape, which is empty then. */
export function isSizeKnown({ shape, bytes }: Pick<TensorInfo, 'shape' | 'bytes'>): boolean {
  return bytes > 0 || shape.length > 0;
}

/** A difference with its sign: `−1,050,673,152`, `+136`, `0`. */
export function signed(difference: number): string {
  if (difference === 0) return '0';
  return `${difference < 0 ? '−' : '+'}${grouped(Math.abs(difference))}`;
}

/** `128256 × 4096`; `scalar` for no dimensions. Not grouped, so that it can be searched for in a config. */
export function dimensions(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join(' × ');
}

/**
 * How the bytes of a tensor come about: `128,256 × 4,096 × 2 bytes`. Null where the product is not what is
 * stored (packed and unknown types), so that no wrong sum is ever shown.
 */
export function arithmetic(tensor: TensorInfo): string | null {
  const bits = DTYPES.find((dtype) => dtype.name === tensor.dtype)?.bits;
  if (bits === undefined || bits % 8 !== 0 || tensor.shape.length === 0) return null;
  const product = tensor.shape.reduce((total, dimension) => total * dimension, bits / 8);
  if (product !== tensor.bytes) return null;
  return `${tensor.shape.map(grouped).join(' × ')} × ${counted(bits / 8, 'byte')}`;
}
