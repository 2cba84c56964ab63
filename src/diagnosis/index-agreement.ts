import type { Checkpoint } from '../inventory/checkpoint.ts';

/** In what an index and the shards that were read disagree. */
export interface IndexAgreement {
  /** Names that the index places in a file which was read and does not hold them. */
  readonly lacking: readonly string[];
  /** Rows of stored tensors that the index does not list. */
  readonly unlisted: ReadonlySet<number>;
}

const NONE: IndexAgreement = { lacking: [], unlisted: new Set() };
const known = new WeakMap<Checkpoint, IndexAgreement>();

/** Sets an index beside the shards: once for a checkpoint, since its names may be hundreds of thousands. Without an index nothing disagrees. */
export function indexAgreement(checkpoint: Checkpoint): IndexAgreement {
  let agreement = known.get(checkpoint);
  if (agreement === undefined) {
    agreement = compareIndex(checkpoint);
    known.set(checkpoint, agreement);
  }
  return agreement;
}

function compareIndex({ index, parts, shards, tensors }: Checkpoint): IndexAgreement {
  if (index === null) return NONE;
  const read = new Set(parts.filter(({ state }) => state === 'read').map(({ path }) => path));
  const lacking: string[] = [];
  const listed = new Uint8Array(tensors.length);
  for (const [name, file] of index.weightMap) {
    const row = tensors.row(name);
    if (row >= 0) listed[row] = 1;
    if (read.has(file) && (row < 0 || shards[tensors.shards[row] ?? -1]?.path !== file)) lacking.push(name);
  }
  const unlisted = new Set<number>();
  // Of a name that stands in two shards only the last row was marked.
  for (let row = 0; row < tensors.length; row++) if (listed[row] === 0 && !index.weightMap.has(tensors.name(row))) unlisted.add(row);
  return { lacking, unlisted };
}
