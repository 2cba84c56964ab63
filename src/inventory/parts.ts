import pLimit, { type LimitFunction } from 'p-limit';
import type { Source, SourceFile } from '../source/source.ts';
import type { Checkpoint, Part, Problem, Shard } from './checkpoint.ts';
import { type Head, HeadCache } from './head.ts';
import { DEFAULT_CONCURRENCY } from './limits.ts';
import { type Piece, mergeTensors } from './merge.ts';
import { readHead } from './read-head.ts';
import type { Selection } from './selection.ts';
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

export type Weights = Pick<Checkpoint, 'tensors' | 'shared' | 'shards' | 'parts' | 'readTensor'> & { readonly problems: readonly Problem[] };

interface ReadPart {
  readonly path: string;
  readonly namedBy: Part['namedBy'];
  readonly file: SourceFile | null;
  readonly head: Head | null;
}

/** Reads the heads of one folder's weights: each file once, many at a time. */
export class PartReader {
  readonly #source: Source;
  readonly #options: ReadOptions;
  readonly #cache: HeadCache;
  readonly #limit: LimitFunction;
  readonly #files: ReadonlyMap<string, SourceFile>;
  readonly #heads = new Map<string, Promise<Head>>();
  #done = 0;

  constructor(source: Source, options: ReadOptions) {
    this.#source = source;
    this.#options = options;
    this.#cache = options.heads ?? new HeadCache();
    this.#limit = pLimit(options.concurrency ?? DEFAULT_CONCURRENCY);
    this.#files = new Map(source.files.map((file) => [file.path, file]));
  }

  /** Begins to read files that will very likely be asked for, while what decides it is still on its way. */
  prefetch(paths: readonly string[], container: Container): void {
    for (const path of paths) {
      const file = this.#files.get(path);
      // Whoever asks for the head meets the error; nobody may, and an error that nobody meets would end the process.
      if (file !== undefined) this.#head(file, container).catch(() => undefined);
    }
  }

  /** Reads all parts that are there. A broken one costs none of the others. */
  async read(named: Selection['parts'], container: Container): Promise<Weights> {
    const parts = await Promise.all(named.map(async ({ path, namedBy }): Promise<ReadPart> => {
      const file = this.#files.get(path);
      return file === undefined ? { path, namedBy, file: null, head: null } : { path, namedBy, file, head: await this.#head(file, container) };
    }));
    return assemble(this.#source, parts);
  }

  #head(file: SourceFile, container: Container): Promise<Head> {
    const known = this.#heads.get(file.path);
    if (known !== undefined) return known;
    const head = this.#limit(async () => {
      const result = await this.#cache.get(file, () => readHead(this.#source, file, container));
      this.#options.progress?.(++this.#done, this.#heads.size);
      return result;
    });
    this.#heads.set(file.path, head);
    return head;
  }
}

/** Files of which loaders take the value for the state dict, whatever it is: one that lies under a key (`torch.save({'state_dict': …})`) they do not find. */
const LOADED_AS_IT_IS = /(?:^|\/)pytorch_model(?:[-.][\w.-]*)?\.bin$/;

/** A key of a file before the names under it. In brackets it is no segment that a loader would take for a prefix of its own. */
export function subscript(key: string): string {
  return `[${key}].`;
}

/** Sets what was read side by side, in the order of the parts. */
function assemble(source: Source, read: readonly ReadPart[]): Weights {
  const shards: Shard[] = [];
  const pieces: Piece[] = [];
  const shared: (readonly number[])[] = [];
  let rows = 0;
  let hasData = true;
  for (const { path, file, head } of read) {
    if (file === null || head === null || head.columns === null) continue;
    const first = rows;
    rows += head.columns.names.length;
    hasData &&= head.hasData;
    shared.push(...head.shared.map((group) => group.map((row) => first + row)));
    const keptUnder = LOADED_AS_IT_IS.test(path) ? (head.keptUnder ?? []) : [];
    pieces.push({ columns: head.columns, prefix: keptUnder.map(subscript).join(''), shards: shards.length });
    shards.push({ path, size: file.size, headerBytes: head.headerBytes, sha256: file.sha256, metadata: head.metadata, ...(keptUnder.length > 0 && { keptUnder }) });
  }
  const tensors = mergeTensors(pieces);
  return {
    tensors,
    shared,
    shards,
    parts: read.map(partOf),
    problems: read.flatMap(({ path, head }) => (head?.problems ?? []).map((problem) => ({ ...problem, path }))),
    readTensor: hasData ? tensorReader(source, tensors, shards) : null,
  };
}

function partOf({ path, namedBy, file, head }: ReadPart): Part {
  if (file === null || head === null) return { path, namedBy, state: 'absent', size: null };
  const pointer = head.problems.find((problem) => problem.kind === 'pointer');
  return { path, namedBy, state: head.columns === null ? 'unreadable' : 'read', size: pointer?.size ?? file.size };
}
