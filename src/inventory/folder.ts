import pLimit from 'p-limit';
import type { Source, SourceFile } from '../source/source.ts';
import type { Checkpoint, CheckpointFormat, Part, Problem, Shard, ShardIndex } from './checkpoint.ts';
import { isObject } from './config.ts';
import { Documents } from './documents.ts';
import { type Head, HeadCache, readHead } from './head.ts';
import { DEFAULT_CONCURRENCY, MAX_CARD_BYTES, MAX_CONFIG_BYTES, MAX_INDEX_BYTES } from './limits.ts';
import { type Piece, mergeTensors } from './merge.ts';
import { parseModelCard } from './model-card.ts';
import { type Folder, type Layout, type Selection, chooseLayout, compareNames, holdsModel, lookAt, select } from './selection.ts';
import { tensorReader } from './tensor-reader.ts';
import type { Container } from './weight-files.ts';

/** How a checkpoint is to be read. */
export interface ReadOptions {
  /** Shared by the checkpoint and its base, so that a file that both have is read once. */
  readonly heads?: HeadCache;
  /** Called after each head, with how many of how many are read. */
  readonly progress?: (done: number, total: number) => void;
  /** Heads read at the same time. */
  readonly concurrency?: number;
}

/** The files by which sentence-transformers shows that it wrote the folder. */
const SENTENCE_TRANSFORMERS = ['modules.json', 'config_sentence_transformers.json', 'sentence_bert_config.json'];

/** What a loader takes from one folder of a source, and the documents beside it. */
export async function readFolder(source: Source, path: string, options: ReadOptions): Promise<Checkpoint> {
  const documents = new Documents(source);
  const folder = lookAt(source.files, path);
  const [config, adapterConfig, cardText] = await Promise.all([
    documents.object(`${path}config.json`, MAX_CONFIG_BYTES),
    documents.object(`${path}adapter_config.json`, MAX_CONFIG_BYTES),
    documents.text(`${path}README.md`, MAX_CARD_BYTES),
  ]);
  const isAdapter = !holdsModel(folder) && (documents.has(`${path}adapter_config.json`) || chooseLayout(folder, 'adapter') !== null);
  const layout = isAdapter ? chooseLayout(folder, 'adapter') : (chooseLayout(folder, 'model') ?? chooseLayout(folder, 'original-release'));
  const written = layout?.index == null ? null : await readIndex(documents, layout.index.file.path, path);
  const selection = choose(folder, layout, written, isAdapter);
  const weights = await readParts(source, selection.parts, layout?.container ?? 'safetensors', options);
  return {
    reference: source.reference,
    revision: source.revision,
    format: isAdapter ? 'adapter' : formatOf(layout),
    ...weights,
    files: source.files,
    strays: selection.strays,
    variant: layout?.variant ?? null,
    index: selection.indexed ? written : null,
    config,
    adapterConfig,
    card: cardText === null ? null : await parseModelCard(cardText),
    sentenceTransformers: SENTENCE_TRANSFORMERS.map((name) => path + name).find((name) => documents.has(name)) ?? null,
    components: [],
    problems: [...documents.problems, ...weights.problems].sort((a, b) => compareNames(a.path, b.path)),
    isLocal: source.isLocal,
  };
}

function formatOf(layout: Layout | null): CheckpointFormat {
  return layout === null ? 'none' : layout.container;
}

function choose(folder: Folder, layout: Layout | null, index: ShardIndex | null, isAdapter: boolean): Selection {
  if (layout !== null) return select(folder, layout, index);
  const parts = isAdapter ? [{ path: `${folder.path}adapter_model.safetensors`, namedBy: 'name' as const }] : [];
  const nothing: Layout = { container: 'safetensors', role: isAdapter ? 'adapter' : 'model', variant: null, weights: [], index: null };
  return { ...select(folder, nothing, null), parts };
}

/** Reads an index. Its file names count from the index's own folder. */
async function readIndex(documents: Documents, path: string, folder: string): Promise<ShardIndex | null> {
  const object = await documents.object(path, MAX_INDEX_BYTES);
  const map = object?.['weight_map'];
  if (object === null || !isObject(map)) return null;
  const metadata = object['metadata'];
  const weightMap = new Map<string, string>();
  for (const [name, file] of Object.entries(map)) if (typeof file === 'string') weightMap.set(name, folder + file);
  return { path, totalSize: isObject(metadata) ? metadata['total_size'] : undefined, weightMap };
}

type Weights = Pick<Checkpoint, 'tensors' | 'shards' | 'parts' | 'readTensor'> & { readonly problems: readonly Problem[] };

/** Reads the heads of all parts that are there. */
async function readParts(source: Source, named: Selection['parts'], container: Container, options: ReadOptions): Promise<Weights> {
  const files = new Map(source.files.map((file) => [file.path, file]));
  const heads = options.heads ?? new HeadCache();
  const limit = pLimit(options.concurrency ?? DEFAULT_CONCURRENCY);
  const total = named.filter(({ path }) => files.has(path)).length;
  let done = 0;
  const read = async (file: SourceFile): Promise<Head> => {
    const head = await heads.get(file, () => readHead(source, file, container));
    options.progress?.(++done, total);
    return head;
  };
  const all = await Promise.all(named.map(async ({ path, namedBy }) => {
    const file = files.get(path);
    return { path, namedBy, file, head: file === undefined ? null : await limit(read, file) };
  }));

  const parts: Part[] = [];
  const shards: Shard[] = [];
  const pieces: Piece[] = [];
  const problems: Problem[] = [];
  for (const { path, namedBy, file, head } of all) {
    if (file === undefined || head === null) {
      parts.push({ path, namedBy, state: 'absent', size: null });
      continue;
    }
    const pointer = head.problems.find((problem) => problem.kind === 'pointer');
    parts.push({ path, namedBy, state: head.columns === null ? 'unreadable' : 'read', size: pointer?.size ?? file.size });
    problems.push(...head.problems.map((problem) => ({ ...problem, path })));
    if (head.columns === null) continue;
    pieces.push({ columns: head.columns, prefix: '', shards: shards.length });
    shards.push({ path, size: file.size, headerBytes: head.headerBytes, sha256: file.sha256, metadata: head.metadata });
  }
  const tensors = mergeTensors(pieces);
  return { tensors, shards, parts, problems, readTensor: tensorReader(source, tensors, shards) };
}
