import type { ByteReader } from '../bytes/reader.ts';
import { HeadcheckError, MalformedError } from '../errors.ts';
import { HeaderError } from '../format/header-error.ts';
import { readSafetensorsHeader } from '../format/safetensors.ts';
import { SNIFF_BYTES, describe, sniff } from '../format/sniff.ts';
import type { TensorColumns } from '../format/tensor-table.ts';
import type { Source, SourceFile } from '../source/source.ts';
import type { Problem, Shard } from './checkpoint.ts';
import type { Container } from './weight-files.ts';

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

/** Reads the head of one of a source's files. Whatever is wrong with the file, or keeps it from being read, is among the problems. */
export async function readHead(source: Source, file: SourceFile, container: Container): Promise<Head> {
  if (file.size === 0) return nothing({ kind: 'empty-file' });
  try {
    const reader = await source.open(file.path);
    try {
      return await parseHead(rememberBeginning(reader), container);
    } finally {
      await reader.close?.();
    }
  } catch (error) {
    return nothing(unreachable(error));
  }
}

/** What kept a file from being read, as a problem of the checkpoint. @throws what is no fault of the file: a bug */
export function unreachable(error: unknown): Extract<HeadProblem, { kind: 'unreachable' }> {
  if (!(error instanceof HeadcheckError) || error instanceof MalformedError) throw error;
  return { kind: 'unreachable', message: error.message, hint: error.hint };
}

function nothing(...problems: readonly HeadProblem[]): Head {
  return { columns: null, shared: [], hasData: false, headerBytes: 0, metadata: null, problems };
}

async function parseHead(reader: ByteReader, _container: Container): Promise<Head> {
  try {
    const { columns, headerBytes, metadata, expectedSize, actualSize, warnings } = await readSafetensorsHeader(reader);
    const problems: HeadProblem[] = warnings.map((warning) => ({ kind: 'header-warning', ...warning }));
    if (actualSize < expectedSize) problems.push({ kind: 'truncated', expectedSize, actualSize });
    if (actualSize > expectedSize) problems.push({ kind: 'trailing-bytes', expectedSize, actualSize });
    return { columns, shared: [], hasData: true, headerBytes, metadata, problems };
  } catch (error) {
    if (!(error instanceof HeaderError)) throw error;
    return nothing(await explain(error, reader));
  }
}

/** Why a file has no header that can be parsed: it is something else, or it was cut short, or its header breaks a rule. */
async function explain({ sizes, violation, message }: HeaderError, reader: ByteReader): Promise<HeadProblem> {
  const content = sniff(await reader.read(0, Math.min(reader.size, SNIFF_BYTES)), reader.size);
  if (content.kind === 'pointer') return content;
  if (content.kind === 'safetensors' && sizes !== null) return { kind: 'truncated', ...sizes };
  if (content.kind === 'safetensors' || content.kind === 'unknown') return { kind: 'malformed-header', violation, message };
  return { kind: 'other-content', what: describe(content) };
}

/** A reader that keeps the beginning of its file once it was read, so that a second look at it costs no second read. */
function rememberBeginning(reader: ByteReader): ByteReader {
  let beginning = new Uint8Array(0);
  return {
    size: reader.size,
    async read(start, end) {
      if (end <= beginning.length) return beginning.subarray(start, end);
      const bytes = await reader.read(start, end);
      if (start === 0 && bytes.length > beginning.length) beginning = Uint8Array.from(bytes);
      return bytes;
    },
  };
}
