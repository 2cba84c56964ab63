import { findAbsent, findSurplus } from './absent.ts';
import type { Comparison, Wrapper } from './comparison.ts';
import { byteDifferences, dtypeChanges, renamed } from './differences.ts';
import { unwrappings } from './names.ts';
import { compareShapes } from './shape-check.ts';
import { Sides } from './sides.ts';
import type { CompareInput } from './sides.ts';

export type { CompareInput } from './sides.ts';

/**
 * Sets a checkpoint beside what it should hold. Works on columns; objects are made only for what differs.
 * @param fileOf the file in which the index places a name
 */
export function compare(input: CompareInput, fileOf: (name: string) => string | null): Comparison {
  const plain = new Sides(input, null);
  const wrapping = findWrapper(input, plain);
  if (wrapping === null) return describe(plain, fileOf, null);
  // What a wrapped checkpoint should hold shows only once the wrapper is off; to a loader all of it is missing.
  const outer = new Sides(input, null, wrapping.inner.expected);
  return describe(outer, fileOf, { ...wrapping.wrapper, unwrapped: describe(wrapping.inner, fileOf, null) });
}

interface Wrapping {
  readonly inner: Sides;
  readonly wrapper: Omit<Wrapper, 'unwrapped'>;
}

/** Tries to take a wrapper off the names; it is one when most names that fitted nothing fit once it is off. */
function findWrapper(input: CompareInput, plain: Sides): Wrapping | null {
  const surplus = plain.matching.leftActual.length;
  if (surplus === 0) return null;
  for (const unwrapping of unwrappings(input.tensors.columns.names)) {
    const inner = new Sides(input, unwrapping);
    const gained = inner.matched() - plain.matched();
    const own = plain.rows.length - inner.rows.length;
    if (gained > 0 && gained * 2 >= surplus - own) {
      return { inner, wrapper: { text: unwrapping.text, kind: unwrapping.kind, count: surplus - inner.matching.leftActual.length } };
    }
  }
  return null;
}

function describe(sides: Sides, fileOf: (name: string) => string | null, wrapper: Wrapper | null): Comparison {
  const absent = findAbsent(sides, fileOf);
  const surplus = findSurplus(sides);
  return {
    basis: sides.expected.basis,
    matched: sides.matched(),
    missing: absent.missing,
    undelivered: absent.undelivered,
    tied: absent.tied,
    unexpected: surplus.unexpected,
    ...compareShapes(sides),
    renamed: renamed(sides),
    dtypeChanges: dtypeChanges(sides),
    bytes: byteDifferences(sides),
    stored: sides.storedRows(),
    wrapper,
    prefixLost: sides.prefixLost,
    ignored: { checkpoint: surplus.ignored, base: absent.ignored },
  };
}
