import type { RootContent } from 'mdast';
import type { TensorInfo } from '../../format/tensor-table.ts';
import { groupNames, groups } from '../groups.ts';
import type { TensorGroup } from '../groups.ts';
import { arithmetic, counted, dimensions, grouped, signed, size } from '../numbers.ts';
import type { CheckpointReport, Prose, ShardRow } from '../report.ts';
import { causeName, ledgerSum, shardDifference } from '../view.ts';
import { paragraph, table } from './nodes.ts';

/** Rows of one table; whoever needs all of them reads the JSON report. */
const MOST_ROWS = 50;

/** Missing parameters with the sum that gives their bytes. */
export function missingTable(tensors: readonly TensorInfo[], most = MOST_ROWS): RootContent[] {
  const all = groups(tensors);
  return [
    table(['Missing', 'Type', '>Bytes'], all.slice(0, most).map((group) => [[{ code: group.name }], [group.dtype], [sum(group)]])),
    ...more(all.length - most, 'kind', 'kinds'),
  ];
}

/** Tensors by name, shape and size. */
export function tensorTable(head: string, tensors: readonly TensorInfo[]): RootContent[] {
  const all = groups(tensors);
  return [
    table([head, 'Type', 'Shape', '>Bytes'], all.slice(0, MOST_ROWS).map((group) => [[{ code: group.name }], [group.dtype], [times(group) + dimensions(group.shape)], [grouped(group.bytes)]])),
    ...more(all.length - MOST_ROWS, 'kind', 'kinds'),
  ];
}

/** Parameters whose shape or type is another than the base's. */
export function mismatchTable(mismatched: CheckpointReport['mismatched'], most = MOST_ROWS): RootContent[] {
  const type = ({ dtype, shape }: { dtype: string; shape: readonly number[] }): Prose => [`${dtype} ${dimensions(shape)}`];
  return [
    table(['Differs', 'Expected', 'Found'], mismatched.slice(0, most).map(({ name, expected, actual }) => [[{ code: name }], type(expected), type(actual)])),
    ...more(mismatched.length - most, 'parameter'),
  ];
}

/** Pairs of names, as of ties and renames. */
export function pairTable(heads: readonly [string, string], pairs: readonly (readonly [string, string])[]): RootContent[] {
  const left = groupNames(pairs.map(([name]) => name));
  const right = groupNames(pairs.map(([, name]) => name));
  // Both sides fall into the same groups unless the pairing mixes numbers; then every pair is its own row.
  const rows = left.length === right.length ? left.map((group, i) => [group.name, right[i]?.name ?? ''] as const) : pairs;
  return [table(heads, rows.slice(0, MOST_ROWS).map((row) => row.map((name) => [{ code: name }]))), ...more(rows.length - MOST_ROWS, 'row')];
}

/** Base and checkpoint, shard by shard, with the total; shards that are equal in size are one line. */
export function shardTable(shards: readonly ShardRow[]): RootContent[] {
  const changed = shards.filter((row) => row.bytes !== row.baseBytes);
  const same = shards.length - changed.length;
  const total = { path: '', baseBytes: total1(shards, 'baseBytes'), bytes: total1(shards, 'bytes') };
  const rows = changed.slice(0, MOST_ROWS).map((row): Prose[] => [[{ code: row.path }], ...sizes(row)]);
  if (changed.length > MOST_ROWS) rows.push([[`${grouped(changed.length - MOST_ROWS)} more`], [''], [''], ['']]);
  if (same > 0) rows.push([[`${counted(same, 'shard')} of the same size`], [''], [''], ['0']]);
  if (shards.length > 1) rows.push([['Total'], ...sizes(total)]);
  return [table(['Shard', '>Base', '>Checkpoint', '>Difference'], rows)];
}

/** Why the bytes differ; the last row is the sum. */
export function ledgerTable(checkpoint: CheckpointReport): RootContent[] {
  const rows = checkpoint.ledger.slice(0, MOST_ROWS).map((entry): Prose[] => [[causeName(entry.cause)], entry.detail, [signed(entry.bytes)]]);
  return [table(['Cause', 'What', '>Bytes'], [...rows, [['Sum'], [''], [signed(ledgerSum(checkpoint))]]])];
}

function sizes(row: ShardRow): Prose[] {
  const side = (bytes: number | null): Prose => [bytes === null ? 'none' : size(bytes)];
  return [side(row.baseBytes), side(row.bytes), [signed(shardDifference(row))]];
}

function total1(shards: readonly ShardRow[], side: 'bytes' | 'baseBytes'): number {
  return shards.reduce((sum, row) => sum + (row[side] ?? 0), 0);
}

function sum(group: TensorGroup): string {
  const product = arithmetic(group.first);
  return product === null ? grouped(group.bytes) : `${times(group)}${product} = ${grouped(group.bytes)}`;
}

function times(group: TensorGroup): string {
  return group.count === 1 ? '' : `${grouped(group.count)} × `;
}

function more(count: number, noun: string, plural = `${noun}s`): RootContent[] {
  return count > 0 ? [paragraph(`… and ${counted(count, noun, plural)} more; the JSON report has them all.`)] : [];
}
