import type { Mismatch } from './comparison.ts';
import { push } from './multimap.ts';

/** Parameters of which one dimension is the expected one divided by `ranks`. */
export interface Slices {
  readonly ranks: number;
  readonly parameters: readonly Mismatch[];
}

/** By how much the one differing dimension was divided, or null. What has its base's shape is whole. */
function division({ expected, actual, isAsInBase }: Mismatch): number | null {
  if (isAsInBase === true || expected.shape.length !== actual.shape.length) return null;
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
    if (isOtherWidth(parameters)) continue;
    if (parameters.length >= 3 && parameters.length * 2 > mismatched.length) return { ranks, parameters };
  }
  return null;
}

/**
 * Whether it is rather that the config is of a model so many times as wide: norms are never cut while matrices are cut
 * across their rows. (What is parted by rows alone has its norms parted too.)
 */
function isOtherWidth(parameters: readonly Mismatch[]): boolean {
  const isNorm = ({ name, actual }: Mismatch): boolean => actual.shape.length === 1 && /norm|(?:^|\.)ln_/i.test(name);
  return parameters.some(isNorm) && parameters.some(({ expected, actual }) => expected.shape.length > 1 && expected.shape[0] === actual.shape[0]);
}
