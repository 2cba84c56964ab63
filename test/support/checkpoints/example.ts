import type { ExampleCheckpoint } from '../../../src/diagnosis/rule.ts';
import type { JsonObject } from '../../../src/inventory/checkpoint.ts';
import { isObject } from '../../../src/inventory/config.ts';
import { readCheckpoint } from '../../../src/inventory/read.ts';
import type { Checkpoint } from '../../../src/inventory/checkpoint.ts';
import { judge } from '../../../src/judge.ts';
import type { CheckpointReport } from '../../../src/report/report.ts';
import { type MemoryFile, memorySource } from '../../../src/source/memory.ts';
import { type Tensors, safetensorsHead, tensorBytes } from './safetensors.ts';

type ExampleTensors = ExampleCheckpoint['tensors'];

function asTensors(tensors: ExampleTensors, names: readonly string[]): Tensors {
  return Object.fromEntries(names.flatMap((name) => {
    const info = tensors[name];
    if (info === undefined) return [];
    const [dtype, ...shape] = info;
    return [[name, [dtype, shape] as const]];
  }));
}

/** One safetensors file, its data filled with the bytes that the example names. */
function weights(tensors: Tensors, { metadata = { format: 'pt' }, bytes = {} }: Pick<ExampleCheckpoint, 'metadata' | 'bytes'>): Buffer {
  const { head, size } = safetensorsHead(tensors, metadata);
  const file = Buffer.alloc(size);
  file.set(head);
  let at = head.length;
  for (const [name, tensor] of Object.entries(tensors)) {
    const end = at + tensorBytes(tensor);
    file.fill(bytes[name] ?? 0, at, end);
    at = end;
  }
  return file;
}

function indexOf(shards: Readonly<Record<string, readonly string[]>>, tensors: Tensors): JsonObject {
  const total = Object.values(shards).flat().reduce((sum, name) => sum + (tensors[name] === undefined ? 0 : tensorBytes(tensors[name])), 0);
  const map = Object.entries(shards).flatMap(([file, names]) => names.map((name) => [name, file] as const));
  return { metadata: { total_size: total }, weight_map: Object.fromEntries(map) };
}

/** The files that an example stands for. */
export function exampleFiles(example: ExampleCheckpoint): MemoryFile[] {
  const files = new Map<string, Buffer>();
  const { config, tensors, shards, resize = {} } = example;
  if (config !== null) files.set('config.json', Buffer.from(JSON.stringify(config, null, 2)));
  const all = asTensors(tensors, Object.keys(tensors));
  if (shards === undefined) files.set('model.safetensors', weights(all, example));
  else {
    for (const [file, names] of Object.entries(shards)) files.set(file, weights(asTensors(tensors, names), example));
    files.set('model.safetensors.index.json', Buffer.from(JSON.stringify(indexOf(shards, all), null, 2)));
  }
  for (const [path, text] of Object.entries(example.files ?? {})) {
    if (text === null) files.delete(path);
    else files.set(path, Buffer.from(text));
  }
  for (const [path, by] of Object.entries(resize)) {
    const file = files.get(path);
    if (file !== undefined) files.set(path, by < 0 ? file.subarray(0, file.length + by) : Buffer.concat([file, Buffer.alloc(by)]));
  }
  return [...files].map(([path, bytes]) => ({ path, bytes }));
}

/** Reads an example as any checkpoint is read. */
export async function readExample(example: ExampleCheckpoint, reference = './checkpoint'): Promise<Checkpoint> {
  return await readCheckpoint(memorySource(reference, exampleFiles(example)));
}

/** What the ordinary pipeline says of an example, beside its base where it has one. */
export async function judgeExample(example: { readonly checkpoint: ExampleCheckpoint; readonly base?: ExampleCheckpoint }): Promise<CheckpointReport> {
  const base = example.base === undefined ? null : await readExample(example.base, './base');
  return await judgeCheckpoint(await readExample(example.checkpoint), base);
}

/** Judges checkpoints that were read, with no settings but the defaults. */
export async function judgeCheckpoint(checkpoint: Checkpoint, base: Checkpoint | null = null): Promise<CheckpointReport> {
  const found = { checkpoint: base, found: base === null ? null : ('input' as const), reasons: [] };
  const { report } = await judge(checkpoint, found, { target: { reference: checkpoint.reference, origin: null, waivers: [] }, severities: {}, today: '2026-01-01' });
  return report;
}

/** Ids of the rules that said something, each once, in order. */
export function rulesOf(report: CheckpointReport, severity?: 'error' | 'warning' | 'note'): string[] {
  return [...new Set(report.findings.filter((finding) => severity === undefined || finding.severity === severity).map(({ rule }) => rule))];
}

/** An example with some of its config changed; a key set to undefined is taken out. */
export function withConfig(example: ExampleCheckpoint, changes: JsonObject): ExampleCheckpoint {
  const config = { ...(isObject(example.config) ? example.config : {}), ...changes };
  return { ...example, config: Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) };
}
