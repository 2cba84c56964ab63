import type { TensorInfo } from '../format/tensor-table.ts';
import { groupNames, groups } from './groups.ts';
import type { TensorGroup } from './groups.ts';
import { arithmetic, counted, dimensions, grouped, isSizeKnown, signed, size } from '../diagnosis/numbers.ts';
import type { CheckpointReport, Prose, ShardRow } from './report.ts';
import { causeName, ledgerSum, shardDifference } from './view.ts';

/** Rows of one table; whoever needs all of them reads the JSON report. */
const MOST_ROWS = 50;

/** Stands where neither facts nor index tell a size: 0 would be a lie. */
const UNKNOWN = 'not known';

/** A table before it is drawn. Heads that begin with `>` are of numbers: aligned to the right. */
export interface TableData {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly Prose[])[];
  /** Rows that were left out. */
  readonly left: number;
}

/** Missing parameters with the sum that gives their bytes. */
export function missingTable(tensors: readonly TensorInfo[], most = MOST_ROWS): TableData {
  return table(['Missing', 'Type', '>Bytes'], groups(tensors), (group) => [[{ code: group.name }], [group.dtype], [sum(group)]], most);
}

/** Tensors by name, shape and size. */
export function tensorTable(head: string, tensors: readonly TensorInfo[], most = MOST_ROWS): TableData {
  return table(
    [head, 'Type', 'Shape', '>Bytes'],
    groups(tensors),
    (group) => [[{ code: group.name }], [group.dtype], [isSizeKnown(group.first) ? times(group) + dimensions(group.shape) : UNKNOWN], [sum(group, false)]],
    most,
  );
}

/** Parameters whose shape or type is another than the base's. */
export function mismatchTable(mismatched: CheckpointReport['mismatched'], most = MOST_ROWS): TableData {
  const type = ({ dtype, shape }: { dtype: string; shape: readonly number[] }): Prose => [`${dtype} ${dimensions(shape)}`];
  return table(['Differs', 'Expected', 'Found'], mismatched, ({ name, expected, actual }) => [[{ code: name }], type(expected), type(actual)], most);
}

/** Pairs of names, as of ties and renames. */
export function pairTable(heads: readonly [string, string], pairs: readonly (readonly [string, string])[]): TableData {
  const left = groupNames(pairs.map(([name]) => name));
  const right = groupNames(pairs.map(([, name]) => name));
  // Both sides fall into the same groups unless the pairing mixes numbers; then every pair is its own row.
  const rows = left.length === right.length ? left.map((group, i) => [group.name, right[i]?.name ?? ''] as const) : pairs;
  return table(heads, rows, (row) => row.map((name) => [{ code: name }]));
}

/** Base and checkpoint, shard by shard, with the total; shards of equal size are one line. */
export function shardTable(shards: readonly ShardRow[]): TableData {
  const changed = shards.filter((row) => row.bytes !== row.baseBytes);
  const same = shards.length - changed.length;
  const { heads, rows, left } = table(['Shard', '>Base', '>Checkpoint', '>Difference'], changed, (row) => [[{ code: row.path }], ...sizes(row)]);
  const total: ShardRow = { path: '', baseBytes: sumOf(shards, 'baseBytes'), bytes: sumOf(shards, 'bytes') };
  const ends: Prose[][] = [
    ...(same > 0 ? [[[`${counted(same, 'shard')} of the same size`], [''], [''], ['0']]] : []),
    ...(shards.length > 1 ? [[['Total'], ...sizes(total)]] : []),
  ];
  return { heads, rows: [...rows, ...ends], left };
}

/** Why the bytes differ; the last row is the sum. */
export function ledgerTable(checkpoint: CheckpointReport): TableData {
  const { heads, rows, left } = table(['Cause', 'What', '>Bytes'], checkpoint.ledger, (entry) => [[causeName(entry.cause)], entry.detail, [signed(entry.bytes)]]);
  return { heads, rows: [...rows, [['Sum'], [''], [signed(ledgerSum(checkpoint))]]], left };
}

function table<T>(heads: readonly string[], items: readonly T[], row: (item: T) => readonly Prose[], most = MOST_ROWS): TableData {
  return { heads, rows: items.slice(0, most).map(row), left: Math.max(0, items.length - most) };
}

function sizes(row: ShardRow): Prose[] {
  const side = (bytes: number | null): Prose => [bytes === null ? 'none' : size(bytes)];
  return [side(row.baseBytes), side(row.bytes), [signed(shardDifference(row))]];
}

function sumOf(shards: readonly ShardRow[], side: 'bytes' | 'baseBytes'): number {
  return shards.reduce((total, row) => total + (row[side] ?? 0), 0);
}

function sum(group: TensorGroup, isProduct = true): string {
  if (!isSizeKnown(group.first)) return UNKNOWN;
  const product = isProduct ? arithmetic(group.first) : null;
  return product === null ? grouped(group.bytes) : `${times(group)}${product} = ${grouped(group.bytes)}`;
}

function times(group: TensorGroup): string {
  return group.count === 1 ? '' : `${grouped(group.count)} × `;
}
