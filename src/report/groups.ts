import type { TensorInfo } from '../format/tensor-table.ts';
import { dimensions } from '../diagnosis/numbers.ts';

/** Tensors that differ only in the numbers of their name (layers, experts), as one row. */
export interface TensorGroup {
  /** `model.layers.{0-31}.mlp.up_proj.weight`; the name itself where the group is one tensor. */
  readonly name: string;
  readonly count: number;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Of all of them. */
  readonly bytes: number;
  /** The first of them. */
  readonly first: TensorInfo;
}

/** A number that is a whole segment of a dotted name, as a layer or expert is counted: no leading zero, no longer than any count. */
const NUMBER = /(?<=^|\.)(?:0|[1-9]\d{0,8})(?=\.|$)/g;

/** Groups in the order of their first tensor. */
export function groups(tensors: readonly TensorInfo[]): TensorGroup[] {
  const members = new Map<string, TensorInfo[]>();
  for (const tensor of tensors) {
    const key = `${tensor.name.replace(NUMBER, '*')}\n${tensor.dtype}\n${dimensions(tensor.shape)}`;
    const known = members.get(key);
    if (known === undefined) members.set(key, [tensor]);
    else known.push(tensor);
  }
  return [...members.values()].flatMap(asGroup);
}

/** The same for names alone. */
export function groupNames(names: readonly string[]): { name: string; count: number }[] {
  return groups(names.map((name) => ({ name, dtype: '', shape: [], bytes: 0 })));
}

function asGroup(tensors: readonly TensorInfo[]): TensorGroup[] {
  const [first] = tensors;
  if (first === undefined) return [];
  return [
    {
      name: tensors.length === 1 ? first.name : pattern(first.name, tensors.map((tensor) => tensor.name)),
      count: tensors.length,
      dtype: first.dtype,
      shape: first.shape,
      bytes: tensors.reduce((total, tensor) => total + tensor.bytes, 0),
      first,
    },
  ];
}

/** The common name with the numbers that occur in each place. */
function pattern(first: string, names: readonly string[]): string {
  const places = (first.match(NUMBER) ?? []).map(() => new Set<number>());
  for (const name of names) {
    (name.match(NUMBER) ?? []).forEach((number, place) => places[place]?.add(Number(number)));
  }
  const isGrid = places.reduce((total, numbers) => total * numbers.size, 1) === names.length;
  let place = 0;
  return first.replace(NUMBER, () => range(places[place++] ?? new Set(), isGrid));
}

/** `7`, `{0-31}`, `{1,3}`, or `*` where the numbers can't be said in short or the names are no full grid of them. */
function range(numbers: ReadonlySet<number>, isGrid: boolean): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [low] = sorted;
  const high = sorted.at(-1);
  if (low === undefined || high === undefined) return '*';
  if (sorted.length === 1) return String(low);
  if (!isGrid) return '*';
  if (high - low === sorted.length - 1) return `{${low}-${high}}`;
  return sorted.length <= 4 ? `{${sorted.join(',')}}` : '*';
}
