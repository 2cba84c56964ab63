import { compareNames } from '../format/name-order.ts';
import { parseShardIndex } from '../format/shard-index.ts';
import type { Source, SourceFile } from '../source/source.ts';
import type { Checkpoint, ModelCard, ShardIndex } from './checkpoint.ts';
import { Documents } from './documents.ts';
import { MAX_CARD_BYTES, MAX_CONFIG_BYTES, MAX_INDEX_BYTES } from './limits.ts';
import { parseModelCard } from './model-card.ts';
import { PartReader, type ReadOptions, type Weights } from './parts.ts';
import { type Folder, type Layout, type Selection, chooseLayout, holdsModel, lookAt, select } from './selection.ts';
import { fileName, weightFile } from './weight-files.ts';

/** The files by which sentence-transformers shows that it wrote the folder. */
const SENTENCE_TRANSFORMERS = ['modules.json', 'config_sentence_transformers.json', 'sentence_bert_config.json'];

/**
 * Reads what a loader takes from one folder of a source, and the documents beside it, all at the same time: only the
 * index has to come before the heads, and where the names of the shards leave no doubt not even that.
 * @param path the folder, with a slash at its end; `''` for the root
 */
export async function readFolder(source: Source, path: string, options: ReadOptions): Promise<Checkpoint> {
  const documents = new Documents(source);
  const whole = lookAt(source.files, path);
  const { folder, layout, isConfigured } = source.named !== undefined ? aroundNamed(source.named, whole, documents)
    : { folder: whole, layout: isSingleFile(source) ? singleFile(source.files[0]) : layoutOf(whole, documents), isConfigured: true };
  const [{ index, selection, weights }, config, adapterConfig, card] = await Promise.all([
    readWeights(source, folder, layout, documents, options),
    isConfigured ? documents.object(`${path}config.json`, MAX_CONFIG_BYTES) : null,
    isConfigured ? documents.object(`${path}adapter_config.json`, MAX_CONFIG_BYTES) : null,
    isConfigured ? readCard(documents, path) : null,
  ]);
  return {
    reference: source.reference,
    revision: source.revision,
    format: layout === null ? 'none' : layout.role === 'adapter' ? 'adapter' : layout.container,
    tensors: weights.tensors,
    shared: weights.shared,
    shards: weights.shards,
    parts: weights.parts,
    strays: selection.strays,
    variant: layout?.variant ?? null,
    files: source.files,
    index,
    config,
    adapterConfig,
    card,
    sentenceTransformers: SENTENCE_TRANSFORMERS.map((name) => path + name).find((name) => documents.has(name)) ?? null,
    components: [],
    problems: [...documents.problems, ...weights.problems].sort((a, b) => compareNames(a.path, b.path)),
    readTensor: weights.readTensor,
    isLocal: source.isLocal,
  };
}

/** Whether the reference named a file rather than a folder: then nothing is known of what lies beside it. */
function isSingleFile({ files, reference }: Source): boolean {
  const [only] = files;
  return files.length === 1 && only !== undefined && reference.endsWith(fileName(only.path));
}

/** A file by itself, whatever its name says of its place in a set. Without a known ending its content must show what it is. */
function singleFile(file: SourceFile | undefined): Layout | null {
  if (file === undefined || file.path.endsWith('.json')) return null;
  const known = weightFile(file);
  const weights = { file, container: known?.container ?? 'safetensors', role: known?.role ?? 'model', stem: known?.stem ?? '', variant: null, shard: null };
  return { container: weights.container, role: weights.role === 'adapter' ? 'adapter' : 'model', variant: null, weights: [weights], index: null };
}

/**
 * What a file that was named by itself stands for: the folder, where the folder's weights are this file or the set
 * that its number belongs to; else itself, with the config where that can only be its own.
 */
function aroundNamed(named: string, whole: Folder, documents: Documents): { folder: Folder; layout: Layout | null; isConfigured: boolean } {
  const chosen = layoutOf(whole, documents);
  const file = whole.weights.find((weights) => weights.file.path === named);
  const singles = chosen?.weights.filter(({ shard }) => shard === null) ?? [];
  const isPart = chosen?.weights.some((weights) => weights.file.path === named) === true;
  const isWhole = isPart && (file?.shard === null ? singles.length === 1 : select(whole, chosen, null).parts.some(({ path }) => path === named));
  if (isWhole) return { folder: whole, layout: chosen, isConfigured: true };
  // Of several files of free names one alone may be the model or a part of it, and so may a shard of another set.
  const isOwn = file !== undefined && file.shard === null && !isPart && (file.role === 'model' || file.role === 'adapter');
  return { folder: { ...whole, weights: file === undefined ? [] : [file], indexes: [], below: [] }, layout: singleFile(file?.file), isConfigured: isOwn };
}

/** Which weights count. An adapter's config makes a folder an adapter, with or without weights, unless a whole model lies there. */
function layoutOf(folder: Folder, documents: Documents): Layout | null {
  if (!holdsModel(folder)) {
    const adapter = chooseLayout(folder, 'adapter');
    if (adapter !== null) return adapter;
    if (documents.has(`${folder.path}adapter_config.json`)) return { container: 'safetensors', role: 'adapter', variant: null, weights: [], index: null };
  }
  return chooseLayout(folder, 'model') ?? chooseLayout(folder, 'original-release');
}

interface FolderWeights {
  readonly index: ShardIndex | null;
  readonly selection: Selection;
  readonly weights: Weights;
}

async function readWeights(source: Source, folder: Folder, layout: Layout | null, documents: Documents, options: ReadOptions): Promise<FolderWeights> {
  const reader = new PartReader(source, options);
  const container = layout?.container ?? 'safetensors';
  const byName = select(folder, layout, null);
  if (layout === null || layout.index === null) {
    return { index: null, selection: byName, weights: await reader.read(byName.parts, container) };
  }
  // A set that is whole by its numbers is what its index names, but for rare accidents.
  if (byName.parts.every(({ path }) => documents.has(path))) reader.prefetch(byName.parts.map(({ path }) => path), container);
  const index = await readIndex(documents, layout.index.file.path, folder.path);
  const selection = select(folder, layout, index);
  return { index: selection.indexed ? index : null, selection, weights: await reader.read(selection.parts, container) };
}

/** The front matter of a folder's README.md, or null. */
export async function readCard(documents: Documents, path: string): Promise<ModelCard | null> {
  const text = await documents.beginning(`${path}README.md`, MAX_CARD_BYTES);
  return text === null ? null : await parseModelCard(text);
}

/** Reads an index. Its file names count from the index's own folder. */
async function readIndex(documents: Documents, path: string, folder: string): Promise<ShardIndex | null> {
  const index = await documents.parsed(path, MAX_INDEX_BYTES, parseShardIndex);
  if (index === null) return null;
  const files = new Set(index.weightMap.values());
  if (folder === '' && ![...files].some((file) => file.startsWith('./'))) return { path, ...index };
  const weightMap = new Map([...index.weightMap].map(([name, file]) => [name, folder + file.replace(/^(?:\.\/)+/, '')]));
  return { path, ...index, weightMap };
}
