import type { JsonObject } from '../../inventory/checkpoint.ts';
import { booleanAt, objectAt, stringAt } from '../../inventory/config.ts';
import { ForeignSiblings } from './foreign.ts';
import type { Layout, PackedGroup } from './group.ts';
import type { SeenTable } from './seen-table.ts';
import { countSlots } from './slot-counts.ts';
import type { SlotCount } from './slot-counts.ts';
import { SCALES } from './slots.ts';

/** Tensors of a group that are not there. */
export interface Companions {
  /** Without these the values cannot be read. */
  readonly lacking: readonly string[];
  /** Most of its siblings have these; whether a loader needs them depends on the loader. */
  readonly doubtful: readonly string[];
}

/** Slots that some loaders can do without, or make anew. */
const OPTIONAL: ReadonlySet<string> = new Set(['weight_format', 'g_idx', 'weight_g_idx', 'weight_shape', 'input_scale', 'input_global_scale', 'input_zero_point', 'input_scale_ub', 'output_scale', 'activation_scale']);

/** Says of each group what it lacks, by its layout and by what its siblings have. */
export class CompanionCheck {
  readonly #table: SeenTable;
  readonly #config: JsonObject | null;
  readonly #foreign: ForeignSiblings;
  readonly #counts: ReadonlyMap<Layout, SlotCount>;

  constructor(groups: readonly PackedGroup[], table: SeenTable, config: JsonObject | null) {
    this.#table = table;
    this.#config = config;
    this.#foreign = new ForeignSiblings(groups, table);
    this.#counts = countSlots(groups, ({ layout }) => layout);
  }

  check(group: PackedGroup): Companions {
    // ZeRO-3's placeholders hold no values either.
    const main = group.main < 0 || this.#table.shape(group.main).includes(0) ? [mainName(group)] : [];
    const wanted = this.#wanted(group).filter((slot) => !group.slots.has(slot));
    const usual = [...(this.#counts.get(group.layout)?.slots.keys() ?? [])];
    const doubtful = usual.filter((slot) => OPTIONAL.has(slot) && !group.slots.has(slot) && this.#isUsual(group.layout, slot));
    return { lacking: [...main, ...wanted.map((slot) => group.before + slot)], doubtful: doubtful.map((slot) => group.before + slot) };
  }

  /** Slots that the layout cannot do without. */
  #wanted(group: PackedGroup): string[] {
    const { layout, slots, plain } = group;
    switch (layout) {
      case 'bnb4': return [...this.#quantState(slots), 'absmax', 'quant_map', ...(this.#isNested(slots) ? ['nested_absmax', 'nested_quant_map'] : [])];
      case 'bnb8': return ['SCB'];
      case 'gptq': return ['scales', ...(this.#some(layout, 'qzeros') || !slots.has('scales') || booleanAt(this.#config, 'zero_point') === true ? ['qzeros'] : [])];
      case 'ct': return ['weight_scale', ...this.#ofPacked()];
      case 'nvfp4': return ['weight_scale', ...(this.#some(layout, 'weight_scale_2') || stringAt(this.#config, 'quant_method') === 'modelopt' ? ['weight_scale_2'] : [])];
      case 'scaled': return [this.#scale(slots), ...(this.#isUsual(layout, 'weight_zero_point') ? ['weight_zero_point'] : [])];
      case 'foreign': return this.#foreign.slotsOf(group).filter((slot) => !OPTIONAL.has(slot));
      case 'stacked': return ['scales'];
      case 'mlx': return ['scales', ...(this.#hasBiases(slots, plain) ? ['biases'] : [])];
    }
  }

  #some(layout: Layout, slot: string): boolean {
    return (this.#counts.get(layout)?.slots.get(slot) ?? 0) > 0;
  }

  #isUsual(layout: Layout, slot: string): boolean {
    const count = this.#counts.get(layout);
    return count !== undefined && (count.slots.get(slot) ?? 0) * 2 > count.groups;
  }

  #quantState(slots: ReadonlyMap<string, number>): string[] {
    if ([...slots.keys()].some((slot) => slot.startsWith('quant_state.'))) return [];
    const known = [...(this.#counts.get('bnb4')?.slots.keys() ?? [])].find((slot) => slot.startsWith('quant_state.'));
    return [known ?? `quant_state.bitsandbytes__${stringAt(this.#config, 'bnb_4bit_quant_type') ?? 'nf4'}`];
  }

  /** Whether the scales are quantised themselves (double quantisation): then they are bytes. */
  #isNested(slots: ReadonlyMap<string, number>): boolean {
    const absmax = slots.get('absmax');
    if (slots.has('nested_absmax') || slots.has('nested_quant_map')) return true;
    return absmax === undefined || !this.#table.isSeen(absmax) ? this.#isUsual('bnb4', 'nested_absmax') : this.#table.dtype(absmax) === 'U8';
  }

  #ofPacked(): string[] {
    const weights = objectAt(objectAt(this.#config, 'config_groups'), 'group_0.weights');
    const asymmetric = weights !== null && weights['symmetric'] === false;
    const nvfp4 = stringAt(this.#config, 'format')?.startsWith('nvfp4') === true;
    return [
      ...(asymmetric || this.#isUsual('ct', 'weight_zero_point') ? ['weight_zero_point'] : []),
      ...(nvfp4 || this.#isUsual('ct', 'weight_global_scale') ? ['weight_global_scale'] : []),
    ];
  }

  /** The name under which this checkpoint keeps scales of eight-bit weights. */
  #scale(slots: ReadonlyMap<string, number>): string {
    const own = SCALES.find((slot) => slots.has(slot));
    const usual = SCALES.filter((slot) => this.#some('scaled', slot)).sort((a, b) => (this.#counts.get('scaled')?.slots.get(b) ?? 0) - (this.#counts.get('scaled')?.slots.get(a) ?? 0))[0];
    return own ?? usual ?? (stringAt(this.#config, 'quant_method') === 'fp8' ? 'weight_scale_inv' : 'weight_scale');
  }

  /** MLX keeps biases in its affine mode, whose scales are no bytes. */
  #hasBiases(slots: ReadonlyMap<string, number>, plain: number): boolean {
    const scales = slots.get('scales');
    const mode = stringAt(this.#config, 'mode');
    if (mode !== null && mode !== 'affine') return false;
    return scales === undefined || !this.#table.isSeen(scales) ? this.#isUsual('mlx', 'biases') && plain >= 0 : this.#table.dtype(scales) !== 'U8';
  }
}

function mainName({ mainSlot, before, parameter }: PackedGroup): string {
  return mainSlot === null ? parameter : before + mainSlot;
}
