import type { ByteReader } from '../bytes/reader.ts';

/** One file that a source holds. */
export interface SourceFile {
  /** Path inside the source, with forward slashes. */
  readonly path: string;
  /** Size in bytes. */
  readonly size: number;
  /** SHA-256 of the content in hexadecimal, where the source tells it (Git LFS, the Hub); else null. Equal hashes are equal files: nothing of a known one is read again. */
  readonly sha256: string | null;
}

/** A place that holds the files of one checkpoint. */
export interface Source {
  /** What the user wrote. */
  readonly reference: string;
  /** The commit that a moving revision resolved to, or null where there is no such thing. */
  readonly revision: string | null;
  /** All files, sorted by path. For a place that is one file, that file, and where that can be had what lies beside it. */
  readonly files: readonly SourceFile[];
  /** Path of the one file that the reference named, where others lie beside it. */
  readonly named?: string;
  /** Whether the bytes are on this machine, so that reading all of them is cheap. */
  readonly isLocal: boolean;
  /**
   * Opens one of `files`.
   * @throws UnreachableError | AccessError | NotFoundError
   */
  open(path: string): Promise<ByteReader>;
}
