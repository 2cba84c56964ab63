import { TableBuilder } from '../../format/table-builder.ts';
import type { Checkpoint } from '../../inventory/checkpoint.ts';
import type { Expected } from '../expected.ts';
import { unpackQuantized } from './unpack.ts';

/** A base as it would be if it were not quantised, as far as that is known. */
export interface UnpackedBase {
  readonly base: Checkpoint;
  /** Parameters that it holds packed. */
  readonly packed: ReadonlySet<string>;
  /** Parameters whose shape is not known. */
  readonly shapeless: ReadonlySet<string>;
}

/** Unpacks a quantised base, so that checkpoints are compared with what it stands for. */
export function unpackBase(base: Checkpoint): UnpackedBase {
  const unpacked = unpackQuantized(base.tensors, base);
  if (unpacked === null || unpacked.quantization.packed === 0) return { base, packed: new Set(), shapeless: new Set() };
  const { tensors, hidden, members, shapeless } = unpacked;
  const builder = new TableBuilder();
  for (let row = 0; row < tensors.length; row++) {
    if (hidden.has(row)) continue;
    const { name, dtype, shape, bytes } = tensors.info(row);
    builder.add(name, dtype, shape, bytes);
  }
  const nameOf = (row: number): string => tensors.name(row);
  return { base: { ...base, tensors: builder.build() }, packed: new Set([...members.keys()].map(nameOf)), shapeless: new Set([...shapeless.keys()].map(nameOf)) };
}

/** Takes back what is known of shapes where the base only has packed ones. */
export function withoutPackedShapes(expected: Expected, { shapeless }: UnpackedBase): Expected {
  if (shapeless.size === 0) return expected;
  const shapeKnown = expected.shapeKnown.map((known, row) => (shapeless.has(expected.tensors.name(row)) ? 0 : known));
  return { ...expected, shapeKnown };
}
