import type { TensorTable } from '../format/tensor-table.ts';
import type { Source, SourceFile } from '../source/source.ts';
import { PartReader, type ReadOptions } from './parts.ts';
import { type Folder, type Layout, chooseLayout, holdsModel, isSavedName, select } from './selection.ts';
import { type WeightFile, fileName, weightFile } from './weight-files.ts';

/** What a file that was named by itself stands for. */
export interface Named {
  readonly folder: Folder;
  readonly layout: Layout | null;
  /** Whose the folder's config is: by likeness, where only the weights can tell whether it is that of the named one too. */
  readonly config: 'own' | 'foreign' | 'by-likeness';
  /** Other sets of weights that the config may be of. */
  readonly rivals: readonly (readonly WeightFile[])[];
}

/** Sets of weights that are looked at to tell whose a config is; of more, those that are nearest in size. */
const MAX_RIVALS = 4;
/** Files that such a set may have: each costs a read. */
const MAX_RIVAL_FILES = 32;
/** Names of what is cut out of a model: to lack the rest is what it is for. */
const PART_OF_MODEL = /(?:^|[-_. ])(?:(?:text|image|vision|audio)?[-_]?(?:encoder|decoder|tower)|backbone|body|trunk|head|classifier|embeds?|embeddings?|projector|connector|adapter|lora|delta|ema|unet|vae)(?:[-_. ]|$)/i;

/**
 * What a file that was named by itself stands for: the folder, where the folder's weights are this file or the set
 * that its number belongs to; else the set of its own, or itself. The config is that of weights under the names that
 * loaders look for. Of sets under other names it may be any's.
 */
export function aroundNamed(named: string, whole: Folder, documents: { has(path: string): boolean }): Named {
  const chosen = layoutOf(whole, documents);
  const file = whole.weights.find((weights) => weights.file.path === named);
  const own = file === undefined ? [] : whole.weights.filter((other) => isSameSet(file, other));
  const singles = chosen?.weights.filter(({ shard }) => shard === null) ?? [];
  const isPart = chosen?.weights.some((weights) => weights.file.path === named) === true;
  const isWhole = isPart && (file?.shard === null ? singles.length === 1 : select(whole, chosen, null).parts.some(({ path }) => path === named));
  const isModel = file?.role === 'model' && file.container !== 'gguf';
  const rivals = isModel && !isSavedName(file) ? rivalsOf(own, whole) : [];
  const byLikeness = file !== undefined && PART_OF_MODEL.test(fileName(named)) ? 'foreign' : 'by-likeness';
  if (isWhole) return { folder: whole, layout: chosen, config: rivals.length === 0 ? 'own' : byLikeness, rivals };
  if (file?.shard != null && file.role !== 'training-state' && isOwnSet(own, chosen)) {
    const folder: Folder = { ...whole, weights: own, indexes: whole.indexes.filter((index) => isAlike(file, index)), below: [] };
    const layout = chooseLayout(folder, file.role);
    return { folder, layout, config: file.role !== 'model' ? 'foreign' : rivals.length === 0 ? 'own' : byLikeness, rivals };
  }
  // One file of several may be the model or a part of it, and so may a shard of another save of the same.
  const isSingle = file !== undefined && file.shard === null && (file.role === 'model' || file.role === 'adapter');
  const config = !isSingle ? 'foreign' : rivals.length > 0 ? byLikeness : isPart ? 'foreign' : 'own';
  return { folder: { ...whole, weights: file === undefined ? [] : [file], indexes: [], below: [] }, layout: singleFile(file?.file), config, rivals };
}

function isAlike(a: Pick<WeightFile, 'container' | 'role' | 'stem' | 'variant'>, b: Pick<WeightFile, 'container' | 'role' | 'stem' | 'variant'>): boolean {
  return a.container === b.container && a.role === b.role && a.stem === b.stem && a.variant === b.variant;
}

/** Whether two files are of one save: of one name, with numbers up to the same. */
export function isSameSet(a: WeightFile, b: WeightFile): boolean {
  return isAlike(a, b) && a.shard?.of === b.shard?.of;
}

/** Whether a numbered set is one that is meant to be there: of a name of its own, or with all its numbers. What remains of an earlier save is neither. */
function isOwnSet(own: readonly WeightFile[], chosen: Layout | null): boolean {
  const [first] = own;
  if (first === undefined) return false;
  return chosen === null || !chosen.weights.some((other) => isAlike(first, other)) || own.length === first.shard?.of;
}

/** The other sets of models in a folder, those first that are nearest in size. */
function rivalsOf(own: readonly WeightFile[], { weights }: Folder): WeightFile[][] {
  const sets: WeightFile[][] = [];
  for (const file of weights) {
    if (file.role !== 'model' || file.container === 'gguf' || own.includes(file)) continue;
    const set = sets.find(([first]) => first !== undefined && isSameSet(first, file));
    if (set === undefined) sets.push([file]);
    else set.push(file);
  }
  const bytes = (set: readonly WeightFile[]): number => set.reduce((sum, { file }) => sum + file.size, 0);
  const distance = (set: readonly WeightFile[]): number => Math.abs(bytes(set) - bytes(own));
  return sets.filter((set) => set.length <= MAX_RIVAL_FILES).sort((a, b) => distance(a) - distance(b)).slice(0, MAX_RIVALS);
}

/** The tensors of each rival; what cannot be read of one says nothing about the checkpoint. */
export async function readRivals(source: Source, rivals: Named['rivals'], options: ReadOptions): Promise<readonly TensorTable[]> {
  const reader = new PartReader(source, options.heads === undefined ? {} : { heads: options.heads });
  const read = rivals.map(async (set) => await reader.read(set.map(({ file }) => ({ path: file.path, namedBy: 'name' })), set[0]?.container ?? 'safetensors'));
  return (await Promise.all(read)).map(({ tensors }) => tensors);
}

/** Whether two sets of tensors are of one architecture and size: what both have has one shape, and that is most of either. */
export function isSameModel(a: TensorTable, b: TensorTable): boolean {
  let common = 0;
  for (let row = 0; row < a.length; row++) {
    const same = b.row(a.name(row));
    if (same < 0) continue;
    if (!a.sameShape(row, b, same)) return false;
    common++;
  }
  return common > 0 && common * 2 >= Math.max(a.length, b.length);
}

/** A file by itself, whatever its name says of its place in a set. Without a known ending its content must show what it is. */
export function singleFile(file: SourceFile | undefined): Layout | null {
  if (file === undefined || file.path.endsWith('.json')) return null;
  const known = weightFile(file);
  const weights = { file, container: known?.container ?? 'safetensors', role: known?.role ?? 'model', stem: known?.stem ?? '', variant: null, shard: null };
  return { container: weights.container, role: weights.role === 'adapter' ? 'adapter' : 'model', variant: null, weights: [weights], index: null };
}

/** Which weights count. An adapter's config makes a folder an adapter, with or without weights, unless a whole model lies there. */
export function layoutOf(folder: Folder, documents: { has(path: string): boolean }): Layout | null {
  if (!holdsModel(folder)) {
    const adapter = chooseLayout(folder, 'adapter');
    if (adapter !== null) return adapter;
    if (documents.has(`${folder.path}adapter_config.json`)) return { container: 'safetensors', role: 'adapter', variant: null, weights: [], index: null };
  }
  return chooseLayout(folder, 'model') ?? chooseLayout(folder, 'original-release');
}
