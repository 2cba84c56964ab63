import { compareNames } from '../format/name-order.ts';
import { parseShardIndex } from '../format/shard-index.ts';
import type { Source } from '../source/source.ts';
import type { Checkpoint, ModelCard, ShardIndex } from './checkpoint.ts';
import { Documents } from './documents.ts';
import { MAX_CARD_BYTES, MAX_CONFIG_BYTES, MAX_INDEX_BYTES } from './limits.ts';
import { parseModelCard } from './model-card.ts';
import { PartReader, type ReadOptions, type Weights } from './parts.ts';
import { aroundNamed, isSameModel, layoutOf, readRivals, singleFile } from './named-file.ts';
import { type Folder, type Layout, type Selection, lookAt, select } from './selection.ts';
import { fileName } from './weight-files.ts';

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
  const { folder, layout, config: whose, rivals } = source.named !== undefined ? aroundNamed(source.named, whole, documents)
    : { folder: whole, layout: isSingleFile(source) ? singleFile(source.files[0]) : layoutOf(whole, documents), config: 'own' as const, rivals: [] };
  const hasConfig = documents.has(`${path}config.json`);
  const isRead = whose !== 'foreign';
  const [{ index, selection, weights }, beside, config, adapterConfig, card] = await Promise.all([
    readWeights(source, folder, layout, documents, options),
    whose === 'by-likeness' && hasConfig ? readRivals(source, rivals, options) : [],
    isRead ? documents.object(`${path}config.json`, MAX_CONFIG_BYTES) : null,
    isRead ? documents.object(`${path}adapter_config.json`, MAX_CONFIG_BYTES) : null,
    isRead ? readCard(documents, path) : null,
  ]);
  const isOwn = whose === 'own' || (whose === 'by-likeness' && (!hasConfig || beside.some((rival) => isSameModel(weights.tensors, rival))));
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
    config: isOwn ? config : null,
    adapterConfig: isOwn ? adapterConfig : null,
    card: isOwn ? card : null,
    ...(hasConfig && !isOwn ? { isConfigDoubtful: true } : {}),
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
