import type { Mismatch } from './comparison.ts';
import { push } from './multimap.ts';

/** Parameters of which one dimension is the expected one divided by `ranks`. */
export interface Slices {
  readonly ranks: number;
  readonly parameters: readonly Mismatch[];
}

/** By how much the one differing dimension was divided, or null. */
function division({ expected, actual }: Mismatch): number | null {
  if (expected.shape.length !== actual.shape.length) return null;
  const ratios = expected.shape.flatMap((dim, i) => (dim === actual.shape[i] ? [] : [dim / (actual.shape[i] ?? 0)]));
  const [ratio] = ratios;
  return ratios.length === 1 && ratio !== undefined && Number.isInteger(ratio) && ratio > 1 ? ratio : null;
}

/** One rank's slice: at least three parameters, and most of those of another shape, divided by the same number. */
export function findSlices(mismatched: readonly Mismatch[]): Slices | null {
  const byRatio = new Map<number, Mismatch[]>();
  for (const item of mismatched) {
    const ratio = division(item);
    if (ratio !== null) push(byRatio, ratio, item);
  }
  for (const [ranks, parameters] of byRatio) {
    if (parameters.length >= 3 && parameters.length * 2 > mismatched.length) return { ranks, parameters };
  }
  return null;
}
