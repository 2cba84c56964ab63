import { MAX_SNAPSHOT_BYTES, MAX_SNAPSHOT_TENSORS } from '../format/limits.ts';
import { compareNames } from '../format/name-order.ts';
import { type ParsedSnapshotBody, type SnapshotBody, describeTensors, parseSnapshot, printSnapshot, readTensors } from '../format/snapshot.ts';
import type { TensorInfo } from '../format/tensor-table.ts';
import type { Source } from '../source/source.ts';
import type { Checkpoint, Part, Problem, Shard, ShardIndex } from './checkpoint.ts';
import { combineComponents } from './components.ts';
import type { Documents } from './documents.ts';
import { type Piece, mergeTensors } from './merge.ts';

/**
 * Writes a checkpoint as a snapshot: all that is known of it but its bytes and the names of its other files. Equal
 * checkpoints give equal texts, wherever they lie.
 */
export function snapshot(checkpoint: Checkpoint): string {
  const { revision, components } = checkpoint;
  const reference = checkpoint.madeOf ?? checkpoint.reference;
  return printSnapshot({
    schemaVersion: 1,
    ...(reference.includes('://') && { reference }),
    ...(revision !== null && { revision }),
    ...body(checkpoint),
    ...(components.length > 0 && { components: components.map((component) => ({ name: component.name, ...body(component.checkpoint) })) }),
  });
}

/** What a snapshot holds of one checkpoint. Of a pipeline of components, what these hold is not said twice. */
function body(checkpoint: Checkpoint): SnapshotBody {
  const { format, variant, config, adapterConfig, card, sentenceTransformers, components } = checkpoint;
  const isOwn = (path: string): boolean => !components.some(({ name }) => path.startsWith(`${name}/`));
  const namedBy = new Map(checkpoint.parts.map((part) => [part.path, part.namedBy]));
  const byShard = rowsByShard(checkpoint);
  const unread = checkpoint.parts.flatMap(({ path, state, namedBy, size }) => (state === 'read' || !isOwn(path) ? [] : [{ path, state, namedBy, size }]));
  const strays = checkpoint.strays.filter(({ path }) => isOwn(path));
  const problems = checkpoint.problems.filter(({ path }) => isOwn(path));
  return {
    format,
    ...(variant !== null && { variant }),
    ...(config !== null && { config: { ...config } }),
    ...(adapterConfig !== null && { adapterConfig: { ...adapterConfig } }),
    ...(card !== null && { card: { ...card, baseModels: [...card.baseModels], tags: [...card.tags] } }),
    ...(sentenceTransformers !== null && { sentenceTransformers }),
    ...(checkpoint.index !== null && { index: indexBody(checkpoint, checkpoint.index) }),
    shards: components.length > 0 ? [] : checkpoint.shards.map((shard, i) => ({
      path: shard.path,
      size: shard.size,
      headerBytes: shard.headerBytes,
      ...(shard.sha256 !== null && { sha256: shard.sha256 }),
      namedBy: namedBy.get(shard.path) ?? 'name',
      ...(shard.metadata !== null && { metadata: { ...shard.metadata } }),
      tensors: describeTensors(byShard[i] ?? []),
    })),
    ...(checkpoint.shared.length > 0 && components.length === 0 && { shared: sharedNames(checkpoint) }),
    ...(unread.length > 0 && { unread }),
    ...(strays.length > 0 && { strays: [...strays] }),
    ...(problems.length > 0 && { problems: problems.map(problemBody) }),
  };
}

function rowsByShard({ tensors, shards }: Checkpoint): TensorInfo[][] {
  const rows: TensorInfo[][] = shards.map(() => []);
  for (let row = 0; row < tensors.length; row++) rows[tensors.shards[row] ?? 0]?.push(tensors.info(row));
  return rows;
}

/** Kind and path first, whatever order they were noted in. */
function problemBody(problem: Problem): NonNullable<SnapshotBody['problems']>[number] {
  const { kind, path } = problem;
  if (problem.kind === 'module-incomplete') return { kind: problem.kind, path, module: problem.module, lacks: [...problem.lacks] };
  return problem.kind === 'unsafe-pickle' ? { kind: problem.kind, path, globals: [...problem.globals] } : Object.assign({ kind, path }, problem);
}

/** Names of shared tensors in an order that does not depend on the file's. */
function sharedNames({ tensors, shared }: Checkpoint): string[][] {
  return shared.map((group) => group.map((row) => tensors.name(row)).sort(compareNames)).sort(([a = ''], [b = '']) => compareNames(a, b));
}

/** The index without what the shards say already. */
function indexBody({ tensors, shards }: Checkpoint, { path, totalSize, hasMetadata, weightMap }: ShardIndex): NonNullable<SnapshotBody['index']> {
  const differs: [string, string | null][] = [];
  for (const [name, file] of weightMap) {
    const row = tensors.row(name);
    if (row < 0 || shards[tensors.shards[row] ?? 0]?.path !== file) differs.push([name, file]);
  }
  for (const name of tensors.columns.names) if (!weightMap.has(name)) differs.push([name, null]);
  return { path, totalSize, ...(hasMetadata ? {} : { hasMetadata }), differs: Object.fromEntries(differs.sort(([a], [b]) => compareNames(a, b))) };
}

/**
 * Reads a snapshot back. It has no bytes to compare, so `readTensor` is null; the reference is the snapshot's own.
 * What is wrong with the snapshot is among the problems of `documents`; then the result is null.
 */
export async function readSnapshot(source: Source, path: string, documents: Documents): Promise<Checkpoint | null> {
  return await documents.parsed(path, MAX_SNAPSHOT_BYTES, (text) => {
    const document = parseSnapshot(text);
    const place = { reference: source.reference, ...(document.reference !== undefined && { madeOf: document.reference }), revision: document.revision ?? null };
    const budget = { left: MAX_SNAPSHOT_TENSORS };
    const whole = restore(document, place, budget);
    if (document.components.length === 0) return whole;
    return combineComponents(whole, document.components.map((component) => ({ name: component.name, checkpoint: restore(component, place, budget) })));
  });
}

function restore(body: ParsedSnapshotBody, place: Pick<Checkpoint, 'reference' | 'madeOf' | 'revision'>, budget: { left: number }): Checkpoint {
  const shards: Shard[] = body.shards.map(({ path, size, headerBytes, sha256, metadata }) => ({ path, size, headerBytes, sha256: sha256 ?? null, metadata: metadata ?? null }));
  const pieces: Piece[] = body.shards.map(({ tensors }, i) => {
    const columns = readTensors(tensors, budget.left);
    budget.left -= columns.names.length;
    return { columns, prefix: '', shards: i };
  });
  const tensors = mergeTensors(pieces);
  const parts: Part[] = [...body.shards.map(({ path, size, namedBy }) => ({ path, size, namedBy, state: 'read' as const })), ...body.unread];
  const files = [...body.shards, ...body.unread, ...body.strays].flatMap((file) => (file.size === null ? [] : [{ path: file.path, size: file.size, sha256: ('sha256' in file ? file.sha256 : null) ?? null }]));
  return {
    ...place,
    format: body.format,
    tensors,
    shared: body.shared.map((group) => group.map((name) => tensors.row(name)).filter((row) => row >= 0)),
    shards,
    parts: parts.sort((a, b) => compareNames(a.path, b.path)),
    strays: body.strays,
    variant: body.variant ?? null,
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    index: restoreIndex(body.index, tensors, shards),
    config: body.config ?? null,
    adapterConfig: body.adapterConfig ?? null,
    card: body.card ?? null,
    sentenceTransformers: body.sentenceTransformers ?? null,
    components: [],
    problems: body.problems,
    readTensor: null,
    isLocal: true,
  };
}

function restoreIndex(index: ParsedSnapshotBody['index'], tensors: Checkpoint['tensors'], shards: readonly Shard[]): ShardIndex | null {
  if (index === undefined) return null;
  const weightMap = new Map(tensors.columns.names.map((name, row) => [name, shards[tensors.shards[row] ?? 0]?.path ?? '']));
  for (const [name, file] of Object.entries(index.differs)) {
    if (file === null) weightMap.delete(name);
    else weightMap.set(name, file);
  }
  return { path: index.path, totalSize: index.totalSize, hasMetadata: index.hasMetadata, weightMap };
}
