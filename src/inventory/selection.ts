import { compareNames } from '../format/name-order.ts';
import type { SourceFile } from '../source/source.ts';
import type { Part, ShardIndex, Stray } from './checkpoint.ts';
import { MAX_NUMBERED_SHARDS } from './limits.ts';
import { type Container, type IndexFile, type WeightFile, indexFile, weightFile } from './weight-files.ts';

/** The weights and indexes of one folder, by their names. */
export interface Folder {
  /** Path of the folder with a slash at its end; `''` for the root. */
  readonly path: string;
  readonly weights: readonly WeightFile[];
  readonly indexes: readonly IndexFile[];
  /** Weights in folders below. */
  readonly below: readonly WeightFile[];
}

/** Which of a folder's weights a loader takes, as far as names tell. */
export interface Layout {
  readonly container: Container;
  readonly role: 'model' | 'adapter' | 'original-release';
  readonly variant: string | null;
  /** All that share the chosen stem and variant: a single file, numbered sets. */
  readonly weights: readonly WeightFile[];
  /** The index that says which of them count, where there is one. */
  readonly index: IndexFile | null;
}

/** What a checkpoint consists of, and what lies beside it. Paths of `parts` that are there are those of files. */
export interface Selection {
  readonly parts: readonly Omit<Part, 'state' | 'size'>[];
  readonly strays: readonly Stray[];
  /** Whether the index decided: false where a single file of the same name comes before it. */
  readonly indexed: boolean;
}

/** Sorts a folder's files by what their names say. */
export function lookAt(files: readonly SourceFile[], path: string): Folder {
  const inside = files.filter((file) => file.path.startsWith(path));
  const here = inside.filter((file) => !file.path.includes('/', path.length));
  const read = (list: readonly SourceFile[]): WeightFile[] => list.flatMap((file) => weightFile(file) ?? []);
  return {
    path,
    weights: read(here),
    indexes: here.flatMap((file) => indexFile(file) ?? []),
    below: read(inside.filter((file) => file.path.includes('/', path.length))),
  };
}

/**
 * How soon a loader looks for weights of this name: first those that `save_pretrained` writes without a variant,
 * safetensors before PyTorch; then variants, which must be asked for; then any other name.
 */
function rank(weights: Pick<WeightFile, 'stem' | 'variant' | 'container'>): number {
  const { stem, variant, container } = weights;
  const stems = container === 'torch' ? ['pytorch_model', 'adapter_model'] : ['model', 'adapter_model'];
  const byContainer = container === 'safetensors' ? 0 : container === 'torch' ? 1 : 2;
  const byStem = container === 'gguf' ? 3 : stems.includes(stem) ? 0 : stem === 'diffusion_pytorch_model' ? 1 : 2;
  return byStem * 10 + (variant === null ? 0 : 5) + byContainer;
}

/** Whether a loader finds weights of this name without being told it. */
export function isSavedName(weights: Pick<WeightFile, 'stem' | 'variant' | 'container'>): boolean {
  return rank(weights) < 20;
}

/** Whether the folder holds a whole model under a name that loaders look for. An adapter beside it is then only beside it. */
export function holdsModel(folder: Folder): boolean {
  return [...folder.weights, ...folder.indexes].some((file) => file.role === 'model' && isSavedName(file));
}

/** Chooses the weights that are the checkpoint; null where the folder has none of that role. */
export function chooseLayout(folder: Folder, role: Layout['role']): Layout | null {
  const weights = folder.weights.filter((file) => file.role === role);
  const indexes = folder.indexes.filter((file) => file.role === role);
  const bytes = (file: WeightFile | IndexFile): number => ('shard' in file ? file.file.size : 0);
  const first = [...indexes, ...weights].sort(
    (a, b) => rank(a) - rank(b) || (a.container === 'gguf' ? bytes(b) - bytes(a) : 0) || compareNames(a.stem, b.stem),
  )[0];
  if (first === undefined) return null;
  const { container, stem, variant } = first;
  const alike = (file: WeightFile | IndexFile): boolean =>
    file.container === container && file.stem === stem && file.variant === variant;
  // Files of free names, none of them numbered, can only be meant together: vLLM loads all of them.
  const loose = weights.filter((file) => file.container === container && !isSavedName(file));
  const together = !isSavedName(first) && container !== 'gguf' && indexes.length === 0 && loose.every((file) => file.shard === null);
  return {
    container,
    role,
    variant,
    weights: together ? loose : weights.filter(alike),
    index: indexes.find(alike) ?? null,
  };
}

/**
 * Settles, once the index is read, which files are the checkpoint.
 * @param layout null where the folder holds no weights
 * @param index null where there is none or it cannot be read
 */
export function select(folder: Folder, layout: Layout | null, index: ShardIndex | null): Selection {
  const named = index === null ? [] : [...new Set(index.weightMap.values())];
  const single = layout?.weights.filter((file) => file.shard === null) ?? [];
  const first = single[0];
  const indexed = named.length > 0 && (first === undefined || named.includes(first.file.path));
  const parts = indexed ? named.map((path) => ({ path, namedBy: 'index' as const }))
    : first !== undefined ? single.map(({ file }) => ({ path: file.path, namedBy: 'name' as const }))
    : layout?.role === 'adapter' && layout.weights.length === 0 ? [{ path: `${folder.path}adapter_model.safetensors`, namedBy: 'name' as const }]
    : numberedParts(layout?.weights ?? []);
  return {
    parts: parts.sort((a, b) => compareNames(a.path, b.path)),
    strays: strays(folder, layout, new Set(parts.map(({ path }) => path)), indexed),
    indexed,
  };
}

/** The shards of the numbered set that is most nearly whole, with the absent ones between them. */
function numberedParts(weights: readonly WeightFile[]): { path: string; namedBy: 'numbering' }[] {
  const sets = new Map<number, WeightFile[]>();
  for (const file of weights) {
    const of = Math.max(file.shard?.of ?? 1, 1);
    const set = sets.get(of);
    if (set === undefined) sets.set(of, [file]);
    else set.push(file);
  }
  const bytes = (set: readonly WeightFile[]): number => set.reduce((sum, { file }) => sum + file.size, 0);
  const best = [...sets].sort(([a, setA], [b, setB]) => setB.length / b - setA.length / a || bytes(setB) - bytes(setA))[0];
  const sample = best?.[1][0];
  if (best === undefined || sample === undefined) return [];
  const paths = new Map(best[1].map((file) => [file.shard?.number ?? 0, file.file.path]));
  const start = paths.has(0) ? 0 : 1;
  const numbers = best[0] > MAX_NUMBERED_SHARDS ? [...paths.keys()] : Array.from({ length: best[0] }, (_, i) => start + i);
  return numbers.map((number) => ({ path: paths.get(number) ?? sibling(sample.file.path, number), namedBy: 'numbering' }));
}

/** The name that shard `number` of the same set has. */
function sibling(path: string, number: number): string {
  return path.replace(/(\d+)([-_]of[-_]\d+(?:\.[\w-]+)*)$/, (_, digits: string, rest: string) => String(number).padStart(digits.length, '0') + rest);
}

function strays(folder: Folder, layout: Layout | null, taken: ReadonlySet<string>, indexed: boolean): Stray[] {
  const counts = new Set(layout?.weights.filter(({ file }) => taken.has(file.path)).map(({ shard }) => shard?.of));
  const here = folder.weights.filter(({ file }) => !taken.has(file.path)).flatMap((file) => {
    const why = layout === null ? 'other-model' : besides(file, layout, indexed, counts);
    return why === null ? [] : [{ path: file.file.path, size: file.file.size, why }];
  });
  const index = layout?.index?.file;
  const isPassedOver = !indexed && layout?.weights.some(({ shard }) => shard === null) === true;
  const unused = index === undefined || !isPassedOver ? [] : [{ path: index.path, size: index.size, why: 'other-save' as const }];
  const below = folder.below.filter(({ file }) => !taken.has(file.path)).map((file) => ({
    path: file.file.path,
    size: file.file.size,
    why: file.role === 'training-state' ? file.role
      : file.role === 'original-release' || file.file.path.startsWith(`${folder.path}original/`) ? 'original-release' as const
      : 'subfolder' as const,
  }));
  return [...here, ...unused, ...below].sort((a, b) => compareNames(a.path, b.path));
}

/** Why a file of the same folder is no part of the checkpoint; null where it may be no weights at all. */
function besides(file: WeightFile, layout: Layout, indexed: boolean, counts: ReadonlySet<number | undefined>): Stray['why'] | null {
  if (file.role === 'training-state' || file.role === 'original-release') return file.role;
  if (file.role !== layout.role) return file.role === 'adapter' ? 'adapter' : 'other-model';
  if (file.container !== layout.container) return file.container === 'torch' && !isSavedName(file) ? null : 'other-format';
  if (file.variant !== layout.variant) return 'other-variant';
  const sameStem = layout.weights.some((other) => other.stem === file.stem);
  if (sameStem && file.shard !== null && !counts.has(file.shard.of)) return 'other-save';
  if (indexed) return 'not-in-index';
  if (sameStem) return 'other-save';
  return file.container === 'gguf' && !file.stem.startsWith('mmproj') ? 'other-variant' : 'other-model';
}
