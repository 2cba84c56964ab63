import { mkdtemp, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type MemoryFile, memorySource } from '../../../src/source/memory.ts';
import type { Source } from '../../../src/source/source.ts';
import { type Tensors, safetensorsHead, tensorBytes } from './safetensors.ts';

/** What a checkpoint made for a test is to hold. */
export interface CheckpointSpec {
  /** One file `model.safetensors`, or several with an index: one record a shard. */
  readonly tensors?: Tensors | readonly Tensors[];
  readonly config?: unknown;
  readonly adapterConfig?: unknown;
  /** Front matter of README.md, as YAML. */
  readonly card?: string;
  /** `__metadata__` of every shard; null for none. Default `{format: 'pt'}`. */
  readonly metadata?: Readonly<Record<string, string>> | null;
  /** `model` for `model.safetensors`, `adapter_model`, `diffusion_pytorch_model`. */
  readonly stem?: string;
  /** False: shards without their index. */
  readonly index?: boolean;
  /** Files put beside the others, or in their place; null takes one away. */
  readonly files?: Readonly<Record<string, string | Uint8Array | null>>;
}

function isList(tensors: Tensors | readonly Tensors[]): tensors is readonly Tensors[] {
  return Array.isArray(tensors);
}

/** The files of such a checkpoint: heads, with zeros for data. */
export function checkpointFiles(spec: CheckpointSpec): MemoryFile[] {
  const files = new Map<string, MemoryFile>();
  const put = (path: string, bytes: Uint8Array, size = bytes.length): void => void files.set(path, { path, bytes, size });
  const text = (path: string, content: string): void => put(path, Buffer.from(content));
  const stem = spec.stem ?? 'model';
  const shards = spec.tensors === undefined ? [] : isList(spec.tensors) ? spec.tensors : [spec.tensors];
  const sharded = spec.tensors !== undefined && isList(spec.tensors);
  const pathOf = (i: number): string => (sharded ? `${stem}-${five(i + 1)}-of-${five(shards.length)}.safetensors` : `${stem}.safetensors`);
  shards.forEach((tensors, i) => {
    const { head, size } = safetensorsHead(tensors, spec.metadata === undefined ? { format: 'pt' } : spec.metadata);
    put(pathOf(i), head, size);
  });
  if (sharded && spec.index !== false) text(`${stem}.safetensors.index.json`, indexText(shards, pathOf));
  if (spec.config !== undefined) text('config.json', JSON.stringify(spec.config, null, 2));
  if (spec.adapterConfig !== undefined) text('adapter_config.json', JSON.stringify(spec.adapterConfig, null, 2));
  if (spec.card !== undefined) text('README.md', `---\n${spec.card}\n---\n# A model\n`);
  for (const [path, content] of Object.entries(spec.files ?? {})) {
    if (content === null) files.delete(path);
    else if (typeof content === 'string') text(path, content);
    else put(path, content);
  }
  return [...files.values()];
}

function indexText(shards: readonly Tensors[], pathOf: (i: number) => string): string {
  const total = shards.flatMap((tensors) => Object.values(tensors)).reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  const map = shards.flatMap((tensors, i) => Object.keys(tensors).map((name): [string, string] => [name, pathOf(i)]));
  return JSON.stringify({ metadata: { total_size: total }, weight_map: Object.fromEntries(map.sort(([a], [b]) => (a < b ? -1 : 1))) }, null, 2);
}

const five = (n: number): string => String(n).padStart(5, '0');

/** The checkpoint as a source in memory: for tests that need no disk. */
export function checkpointSource(spec: CheckpointSpec, reference = './checkpoint'): Source {
  return memorySource(reference, checkpointFiles(spec));
}

/**
 * The checkpoint in a new temporary directory, which the test removes when it ends. Files are sparse: the header is
 * written, the data is a hole of the true size.
 * @returns the directory
 */
export async function checkpointDirectory(t: TestContext, spec: CheckpointSpec): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'headcheck-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  await writeCheckpoint(directory, checkpointFiles(spec));
  return directory;
}

/** Lays files out in a directory, sparse. */
export async function writeCheckpoint(directory: string, files: readonly MemoryFile[]): Promise<void> {
  for (const { path, bytes, size } of files) {
    const full = join(directory, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, bytes);
    if (size !== undefined && size !== bytes.length) {
      const handle = await open(full, 'r+');
      await handle.truncate(size);
      await handle.close();
    }
  }
}
