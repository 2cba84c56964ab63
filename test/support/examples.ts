import type { Example, ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import type { Checkpoint } from '../../src/inventory/checkpoint.ts';
import { readCheckpoint } from '../../src/inventory/read.ts';
import { judge } from '../../src/judge.ts';
import type { CheckpointReport } from '../../src/report/report.ts';
import { memorySource } from '../../src/source/memory.ts';
import type { MemoryFile } from '../../src/source/memory.ts';
import { safetensorsHead, tensorBytes } from './checkpoints/safetensors.ts';
import type { Tensors } from './checkpoints/safetensors.ts';

/** The day on which examples happen, so that what they give never changes. */
const TODAY = '2026-11-23';

/** Runs a documented example through the ordinary pipeline. */
export async function judged({ checkpoint, base }: Pick<Example, 'checkpoint' | 'base'>): Promise<CheckpointReport> {
  return await judgedRead(await readExample(checkpoint), base === undefined ? null : await readExample(base, './base'));
}

/** Reads an example as any checkpoint is read. */
export async function readExample(example: ExampleCheckpoint, reference = './checkpoint'): Promise<Checkpoint> {
  return await readCheckpoint(memorySource(reference, exampleFiles(example)));
}

/** Judges what was read, with no settings but the defaults. */
export async function judgedRead(checkpoint: Checkpoint, base: Checkpoint | null = null): Promise<CheckpointReport> {
  const target = { reference: checkpoint.reference, origin: null, waivers: [] };
  const found = base === null ? null : ('input' as const);
  const { report } = await judge(checkpoint, { checkpoint: base, found, reasons: [] }, { target, severities: {}, today: TODAY });
  return report;
}

/** Ids of the rules that said something, each once, in their order. */
export function rulesOf(report: CheckpointReport, severity?: 'error' | 'warning' | 'note'): string[] {
  return [...new Set(report.findings.filter((finding) => severity === undefined || finding.severity === severity).map(({ rule }) => rule))];
}

/** The files of an example's checkpoint, whole, in memory. */
export function exampleFiles(example: ExampleCheckpoint): MemoryFile[] {
  const files = new Map<string, Uint8Array>();
  const shards = example.shards ?? { 'model.safetensors': Object.keys(example.tensors) };
  for (const [path, names] of Object.entries(shards)) files.set(path, shard(example, names));
  if (example.shards !== undefined) files.set('model.safetensors.index.json', Buffer.from(index(example, example.shards)));
  if (example.config !== null) files.set('config.json', Buffer.from(`${JSON.stringify(example.config, null, 2)}\n`));
  for (const [path, content] of Object.entries(example.files ?? {})) {
    if (content === null) files.delete(path);
    else files.set(path, typeof content === 'string' ? Buffer.from(content) : Buffer.from(content.base64, 'base64'));
  }
  for (const [path, by] of Object.entries(example.resize ?? {})) files.set(path, resized(files.get(path) ?? new Uint8Array(0), by));
  return [...files].map(([path, bytes]) => ({ path, bytes }));
}

function shard(example: ExampleCheckpoint, names: readonly string[]): Uint8Array {
  const tensors = tensorsOf(example, names);
  const { head } = safetensorsHead(tensors, example.metadata === undefined ? { format: 'pt' } : example.metadata);
  const data = Object.entries(tensors).map(([name, tensor]) => new Uint8Array(tensorBytes(tensor)).fill(example.bytes?.[name] ?? 0));
  return Buffer.concat([head, ...data]);
}

function tensorsOf(example: ExampleCheckpoint, names: readonly string[]): Tensors {
  return Object.fromEntries(
    names.map((name) => {
      const tensor = example.tensors[name];
      if (tensor === undefined) throw new RangeError(`the example has no tensor ${name}`);
      const [dtype, ...shape] = tensor;
      return [name, [dtype, shape] as const];
    }),
  );
}

function index(example: ExampleCheckpoint, shards: Readonly<Record<string, readonly string[]>>): string {
  const map = Object.entries(shards).flatMap(([path, names]) => names.map((name): [string, string] => [name, path]));
  const total = Object.values(tensorsOf(example, map.map(([name]) => name))).reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  return JSON.stringify({ metadata: { total_size: total }, weight_map: Object.fromEntries(map.sort(([a], [b]) => (a < b ? -1 : 1))) }, null, 2);
}

function resized(bytes: Uint8Array, by: number): Uint8Array {
  const result = new Uint8Array(Math.max(0, bytes.length + by));
  result.set(bytes.subarray(0, result.length));
  return result;
}
