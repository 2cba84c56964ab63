import type { ByteReader } from '../bytes/reader.ts';
import { HeadcheckError, MalformedError } from '../errors.ts';
import { type Content, SNIFF_BYTES, sniff } from '../format/sniff.ts';
import type { TensorColumns } from '../format/tensor-table.ts';
import type { SourceFile } from '../source/source.ts';
import type { Problem, Shard } from './checkpoint.ts';

type WithoutPath<P> = P extends Problem ? Omit<P, 'path'> : never;
/** A problem of a file whose path is not part of it: equal files share what was read of one of them. */
export type HeadProblem = WithoutPath<Problem>;

/** What the head of one file of weights tells. */
export interface Head {
  /** Null where the problems left nothing to know. */
  readonly columns: TensorColumns | null;
  /** Rows that are one and the same memory, a group each. */
  readonly shared: readonly (readonly number[])[];
  /** Whether the bytes at the columns' offsets, from `headerBytes` on, are the tensors' own. */
  readonly hasData: boolean;
  readonly headerBytes: number;
  /** Of a PyTorch file, the keys under which the state dict lies: `state_dict`; absent where it is the file's own value. */
  readonly keptUnder?: readonly string[];
  readonly metadata: Shard['metadata'];
  readonly problems: readonly HeadProblem[];
}

/**
 * Heads by the SHA-256 of their file. One cache for a checkpoint and its base spares reading again what did not
 * change between them; what is being read at the moment is waited for, not asked for twice.
 */
export class HeadCache {
  readonly #heads = new Map<string, Promise<Head>>();

  async get(file: SourceFile, read: () => Promise<Head>): Promise<Head> {
    if (file.sha256 === null) return await read();
    const known = this.#heads.get(file.sha256);
    if (known !== undefined) return await known;
    const head = read();
    this.#heads.set(file.sha256, head);
    const { columns, problems } = await head;
    // A file that could not be reached may be reachable the next time, or elsewhere.
    if (columns === null && problems.some(({ kind }) => kind === 'unreachable')) this.#heads.delete(file.sha256);
    return await head;
  }
}

/** What kept a file from being read, as a problem of the checkpoint. @throws what is no fault of the file: a bug */
export function unreachable(error: unknown): Extract<HeadProblem, { kind: 'unreachable' }> {
  if (!(error instanceof HeadcheckError) || error instanceof MalformedError) throw error;
  return { kind: 'unreachable', message: error.message, hint: error.hint };
}

/** A head of which only problems are known. */
export function nothing(...problems: readonly HeadProblem[]): Head {
  return { columns: null, shared: [], hasData: false, headerBytes: 0, metadata: null, problems };
}

/** What a file is, by its beginning. */
export async function contentOf(reader: ByteReader): Promise<Content> {
  return sniff(await reader.read(0, Math.min(reader.size, SNIFF_BYTES)), reader.size);
}
