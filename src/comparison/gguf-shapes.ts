import type { TensorTable } from '../format/tensor-table.ts';
import { LAYER_LIST } from '../inventory/gguf-head.ts';
import type { Mismatch } from './comparison.ts';
import { push } from './multimap.ts';

/** So many blocks must agree before another one that does not is the odd one. */
const ENOUGH_AGREEING = 3;

/**
 * Tensors of a GGUF file whose shape is that of no other block, while all other blocks with the very same tensors agree
 * on one. Where a setting is a list by layer, blocks are unlike on purpose; where windowed layers have sizes of their
 * own (`attention.key_length_swa`), attention is.
 * @param settings the plain values of the header
 */
export function oddShapes(tensors: TensorTable, settings: Readonly<Record<string, string>>, architecture: string): Mismatch[] {
  const keys = Object.keys(settings).filter((key) => key.startsWith(`${architecture}.`));
  if (keys.some((key) => settings[key]?.startsWith(LAYER_LIST) === true)) return [];
  const isWindowed = keys.some((key) => key.endsWith('_swa'));
  const rowsOf = new Map<string, Map<string, number>>();
  for (const [row, name] of tensors.columns.names.entries()) {
    const [, block, stem] = /^blk\.(\d{1,6})\.(.+)$/.exec(name) ?? [];
    if (block === undefined || stem === undefined) continue;
    const rows = rowsOf.get(block) ?? new Map<string, number>();
    rowsOf.set(block, rows.set(stem, row));
  }
  const alike = new Map<string, ReadonlyMap<string, number>[]>();
  for (const rows of rowsOf.values()) push(alike, [...rows.keys()].sort().join(), rows);
  return [...alike.values()].flatMap((blocks) => oddAmong(blocks, tensors).filter(({ name }) => !(isWindowed && name.includes('.attn_'))));
}

/** @param blocks row by stem, of blocks that have the same stems */
function oddAmong(blocks: readonly ReadonlyMap<string, number>[], tensors: TensorTable): Mismatch[] {
  if (blocks.length <= ENOUGH_AGREEING) return [];
  const stems = [...(blocks[0]?.keys() ?? [])];
  return stems.flatMap((stem) => {
    const byShape = new Map<string, number[]>();
    for (const rows of blocks) {
      const row = rows.get(stem) ?? -1;
      push(byShape, tensors.shape(row).join(), row);
    }
    const [usual, odd] = [...byShape.values()].sort((a, b) => b.length - a.length);
    if (byShape.size !== 2 || odd?.length !== 1 || odd[0] === undefined || usual?.[0] === undefined) return [];
    const actual = tensors.info(odd[0]);
    return [{ name: actual.name, memory: actual.name, expected: { dtype: actual.dtype, shape: tensors.shape(usual[0]) }, actual: { dtype: actual.dtype, shape: actual.shape } }];
  });
}
