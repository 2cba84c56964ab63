import { isSameSet } from '../inventory/named-file.ts';
import { indexFile, weightFile, type IndexFile, type WeightFile } from '../inventory/weight-files.ts';

/** Files that come together: of one name, of one container, with numbers up to the same. */
type FileSet = readonly [WeightFile, ...WeightFile[]];

/** One thing to judge. */
export interface ReleaseSet {
  /** The asset that stands for it; null for the release as a whole, where that is the same. */
  readonly asset: string | null;
  /** Its first file. */
  readonly first: string;
}

/** GGUF files that are no shard: each is a model by itself, as are the quantisations of one model. */
function isWholeGguf({ container, shard }: WeightFile): boolean {
  return container === 'gguf' && shard === null;
}

/**
 * Parts the assets of a release into what each is to be judged by itself: a file, a set of numbered shards, an adapter.
 * Judged as one, a whole model among them would hide what another lacks, and two models would contradict each other.
 * What lies beside a model and is none of its own, as loaders see it, makes no set: the publisher's own layout, a
 * projector, the state of the training.
 * Where there is nothing else, that is the release.
 * @param names of the assets that hold weights, or say which do
 */
export function releaseSets(names: readonly string[]): readonly ReleaseSet[] {
  const files = names.map((path) => ({ path, size: 0, sha256: null }));
  const all = setsOf(files.flatMap((file) => weightFile(file) ?? []).filter(({ role }) => role !== 'training-state'));
  const models = all.filter(([{ role, container, stem }]) => role !== 'original-release' && !(container === 'gguf' && stem.startsWith('mmproj')));
  const sets = models.length > 0 ? models : all.slice(0, 1);
  const ggufs = sets.filter(([first]) => isWholeGguf(first)).map(([{ file }]) => file.path);
  const others = sets.filter(([first]) => !isWholeGguf(first));
  const lost = files.flatMap((file) => indexFile(file) ?? []).filter((index) => !all.some(([first]) => isOf(index, first)));
  const listed = [...others.map(([{ file }]) => file.path), ...lost.map(({ file }) => file.path)];
  // As a folder, the release is taken for what is no GGUF file.
  const isWhole = listed.length === 1 && (ggufs.length === 0 || !listed.some((path) => path.endsWith('.gguf')));
  return [...listed.map((first) => ({ asset: isWhole ? null : first, first })), ...ggufs.map((first) => ({ asset: first, first }))];
}

function setsOf(weights: readonly WeightFile[]): FileSet[] {
  const sets: [WeightFile, ...WeightFile[]][] = [];
  for (const file of weights) {
    const set = sets.find(([first]) => isSameSet(first, file));
    if (set === undefined) sets.push([file]);
    else set.push(file);
  }
  return sets;
}

function isOf(index: IndexFile, file: WeightFile): boolean {
  return index.container === file.container && index.stem === file.stem && index.variant === file.variant;
}
