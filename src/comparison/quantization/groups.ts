import type { JsonObject } from '../../inventory/checkpoint.ts';
import { booleanAt, stringAt } from '../../inventory/config.ts';
import { findForeignGroups } from './foreign.ts';
import type { Group, Layout, PackedGroup } from './group.ts';
import type { SeenTable } from './seen-table.ts';
import { PACKED_TYPES, parseSlot, SCALES } from './slots.ts';

/** Where each layout keeps its values, if not under the plain name. */
const MAIN_SLOT: Readonly<Partial<Record<Layout, string>>> = { gptq: 'qweight', ct: 'weight_packed', stacked: 'blocks' };

/** Gathers what names and types show to belong together; empty for a checkpoint that is not quantised. */
export function findGroups(table: SeenTable, config: JsonObject | null): PackedGroup[] {
  const method = methodOf(config);
  if (method !== '' && !KNOWN_METHODS.has(method)) return findForeignGroups(table);
  const candidates = gather(table, config !== null);
  const certain = new Set<Layout>();
  for (const group of candidates) {
    const layout = certainLayout(group, table);
    if (layout !== null) certain.add(layout);
  }
  return candidates.flatMap((group): PackedGroup[] => {
    const layout = certainLayout(group, table) ?? likelyLayout(group, table, certain, config);
    if (layout === null) return [];
    const slot = MAIN_SLOT[layout];
    return [{ ...group, layout, main: slot === undefined ? group.plain : (group.slots.get(slot) ?? -1), mainSlot: slot ?? null }];
  });
}

/** The method that a config states, spelled with hyphens, or `''`; GPTQ's layout for Marlin (`B`, `s`) is another one. */
function methodOf(config: JsonObject | null): string {
  if (stringAt(config, 'checkpoint_format') === 'marlin' || booleanAt(config, 'is_marlin_format') === true) return 'marlin';
  return (stringAt(config, 'quant_method') ?? '').replaceAll('_', '-');
}

/** Methods whose layouts are known here. */
const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'bitsandbytes', 'gptq', 'awq', 'auto-round', 'intel/auto-round', 'compressed-tensors', 'fp8', 'fbgemm-fp8', 'modelopt', 'modelopt-fp4', 'mxfp4', 'mlx',
]);

function gather(table: SeenTable, isStated: boolean): Group[] {
  const found = new Map<string, { parameter: string; before: string; plain: number; slots: Map<string, number> }>();
  const { names } = table;
  names.forEach((name, row) => {
    const slot = parseSlot(name);
    if (slot === null) return;
    const group = found.get(slot.parameter) ?? { parameter: slot.parameter, before: slot.before, plain: -1, slots: new Map<string, number>() };
    found.set(slot.parameter, group);
    group.slots.set(slot.slot, row);
  });
  if (found.size === 0 && !isStated) return [];
  names.forEach((name, row) => {
    const group = found.get(name);
    if (group !== undefined) group.plain = row;
    // Values whose companions are all gone show by their type alone.
    else if (mayHoldValues(name, table, row)) found.set(name, { parameter: name, before: name.endsWith('.weight') ? name.slice(0, -'weight'.length) : `${name}_`, plain: row, slots: new Map() });
  });
  return [...found.values()];
}

/** Whether a tensor without companions may hold packed values: any weight of such a type, and stacked experts in eight-bit floats. */
function mayHoldValues(name: string, table: SeenTable, row: number): boolean {
  const dtype = table.dtype(row);
  if (!PACKED_TYPES.has(dtype)) return false;
  return name.endsWith('.weight') || (dtype.startsWith('F8_') && table.shape(row).length === 3 && parseSlot(name) === null);
}

/** What the tensors of a group alone show. */
function certainLayout({ plain, slots }: Group, table: SeenTable): Layout | null {
  const has = (slot: string): boolean => slots.has(slot);
  const dtype = plain < 0 ? null : table.dtype(plain);
  const column = plain >= 0 && table.shape(plain)[1] === 1;
  if ([...slots.keys()].some((slot) => slot.startsWith('quant_state.')) || ((has('absmax') || has('quant_map')) && (plain < 0 || column || !table.isSeen(plain)))) return 'bnb4';
  if (has('SCB') || (has('weight_format') && dtype === 'I8')) return 'bnb8';
  if (has('qweight')) return 'gptq';
  if (has('weight_packed')) return 'ct';
  if (has('blocks')) return 'stacked';
  if (dtype === 'U32' && has('scales')) return 'mlx';
  if (dtype === 'U8' && (has('weight_scale_2') || has('weight_scale'))) return 'nvfp4';
  if (plain >= 0 && !table.isSeen(plain)) return unseenLayout(has);
  if (dtype !== null && PACKED_TYPES.has(dtype) && SCALES.some(has)) return 'scaled';
  return null;
}

/** What a weight is whose type is not seen: the names beside it tell. */
function unseenLayout(has: (slot: string) => boolean): Layout | null {
  if (has('scales')) return 'mlx';
  if (has('weight_scale_2')) return 'nvfp4';
  return SCALES.some(has) ? 'scaled' : null;
}

/** What a group that lacks the telling tensors is, by its siblings and the config. */
function likelyLayout({ plain, slots }: Group, table: SeenTable, certain: ReadonlySet<Layout>, config: JsonObject | null): Layout | null {
  const method = methodOf(config);
  const either = (layout: Layout, stated: boolean): Layout | null => (certain.has(layout) || stated ? layout : null);
  const only = [...slots.keys()];
  if (plain < 0) {
    if (only.some((slot) => slot === 'absmax' || slot.endsWith('quant_map') || slot === 'nested_absmax')) return either('bnb4', method === 'bitsandbytes');
    if (only.includes('weight_format')) return either('bnb8', method === 'bitsandbytes');
    if (only.includes('qzeros') || only.includes('g_idx')) return 'gptq';
    if (only.includes('scales')) return either('gptq', method === 'gptq' || method === 'awq') ?? either('mlx', false) ?? either('stacked', method === 'mxfp4');
    if (only.includes('weight_scale_2')) return 'nvfp4';
    if (only.some((slot) => slot.startsWith('weight_'))) return either('ct', stringAt(config, 'format')?.includes('pack') === true) ?? either('scaled', config !== null);
    return only.includes('scale_inv') || only.includes('scale') ? either('scaled', false) : null;
  }
  const dtype = table.dtype(plain);
  const shape = table.shape(plain);
  if (dtype === 'U8' && shape[1] === 1) return either('bnb4', method === 'bitsandbytes');
  if (dtype === 'I8' && shape.length === 2) return either('bnb8', method === 'bitsandbytes') ?? either('scaled', method === 'compressed-tensors');
  if (dtype === 'U32' && shape.length >= 2) return either('mlx', config !== null && method === '');
  if (dtype === 'U8' && shape.length >= 2) return either('nvfp4', method === 'modelopt');
  // Eight-bit floats may be stored without a scale: only siblings with one, or the config, say that one is due.
  return dtype.startsWith('F8_') && shape.length >= 2 ? either('scaled', ['fp8', 'compressed-tensors', 'modelopt', 'fbgemm-fp8'].includes(method)) : null;
}
