import type { JsonObject } from '../../inventory/checkpoint.ts';
import { numberAt } from '../../inventory/config.ts';
import type { PackedGroup } from './group.ts';
import type { SeenTable } from './seen-table.ts';

/** What a packed tensor stands for: a shape, only its number of elements, or neither. */
export type Unpacked =
  | { readonly known: 'shape'; readonly shape: readonly number[] }
  | { readonly known: 'elements'; readonly elements: number }
  | { readonly known: 'nothing' };

const NOTHING: Unpacked = { known: 'nothing' };
const shaped = (...shape: number[]): Unpacked => (shape.every((dim) => Number.isInteger(dim) && dim > 0) ? { known: 'shape', shape } : NOTHING);

/** The shape of the parameter that a group stands for, outermost dimension first. */
export function unpackedShape(group: PackedGroup, table: SeenTable, config: JsonObject | null): Unpacked {
  if (group.main < 0) return NOTHING;
  const shape = table.shape(group.main);
  const [first = 0, second = 0] = shape;
  const of = (slot: string): readonly number[] => table.shape(group.slots.get(slot) ?? -1);
  switch (group.layout) {
    // Two values a byte, whatever type they are stored as; the shape is in the data of the quant state.
    case 'bnb4': return { known: 'elements', elements: table.bytes(group.main) * 2 };
    case 'bnb8': return shaped(...shape);
    case 'gptq': return gptq(shape, of('scales'), of('qzeros'), config);
    case 'ct': return compressed(group, table, config);
    case 'nvfp4': return nvfp4(shape, of('weight_scale'));
    case 'foreign': return NOTHING;
    case 'scaled': return shaped(...shape.slice(0, -1), (shape.at(-1) ?? 0) * scaledPack(shape, of('scale')));
    // [experts, out, in / 32, 16 bytes of two values] stands for [experts, in, out].
    case 'stacked': return shape.length === 4 ? shaped(first, (shape[2] ?? 0) * (shape[3] ?? 0) * 2, second) : NOTHING;
    case 'mlx': return mlx(shape, of('scales'), config);
  }
}

/** [out, in / 2] with one scale for 16 values. Where the scales do not fit, it is packed some other way. */
function nvfp4(shape: readonly number[], scales: readonly number[]): Unpacked {
  const packed = shape.at(-1) ?? 0;
  return scales[0] === shape[0] && (scales.at(-1) ?? 0) * 8 === packed ? shaped(...shape.slice(0, -1), packed * 2) : NOTHING;
}

/** DeepSeek-V4 packs two values of four bits into what is called I8, with one scale for 32 of them. */
function scaledPack(shape: readonly number[], scale: readonly number[]): number {
  return shape[1] !== undefined && scale[1] !== undefined && scale[1] * 16 === shape[1] ? 2 : 1;
}

/**
 * GPTQ packs along the inputs: [in × bits / 32, out]; AWQ along the outputs: [in, out × bits / 32]. Scales are
 * [groups, out] in both, and zeros [groups, out × bits / 32].
 */
function gptq([rows = 0, columns = 0]: readonly number[], scales: readonly number[], zeros: readonly number[], config: JsonObject | null): Unpacked {
  const out = scales[1];
  if (out === undefined) return NOTHING;
  const bits = zeros[1] === undefined ? (numberAt(config, 'bits') ?? numberAt(config, 'w_bit') ?? 4) : (zeros[1] * 32) / out;
  if (columns === out) return shaped(out, (rows * 32) / bits);
  return (columns * 32) / bits === out ? shaped(out, rows) : NOTHING;
}

/** Packed along the inputs, into I32 by the bits of the config, or two values a byte. */
function compressed(group: PackedGroup, table: SeenTable, config: JsonObject | null): Unpacked {
  const shape = table.shape(group.main);
  const bits = table.dtype(group.main) === 'U8' ? 4 : numberAt(config, 'config_groups.group_0.weights.num_bits');
  if (bits === null) return NOTHING;
  const width = table.dtype(group.main) === 'U8' ? 8 : 32;
  // Inputs that fill no whole word are padded: then only the data of weight_shape tells how many there are.
  const isWhole = Object.keys(config?.['config_groups'] ?? {}).length <= 1;
  return isWhole && width % bits === 0 ? shaped(...shape.slice(0, -1), ((shape.at(-1) ?? 0) * width) / bits) : NOTHING;
}

/** [out, in × bits / 32] with scales of [out, in / group]. Group size may differ by module, so that the config's must fit. */
function mlx(shape: readonly number[], scales: readonly number[], config: JsonObject | null): Unpacked {
  const packed = shape.at(-1) ?? 0;
  const groups = scales.at(-1);
  const group = numberAt(config, 'group_size');
  if (groups === undefined || group === null) return NOTHING;
  const inputs = groups * group;
  const bits = (packed * 32) / inputs;
  return [2, 3, 4, 5, 6, 8].includes(bits) ? shaped(...shape.slice(0, -1), inputs) : NOTHING;
}
