import { isAscii } from 'node:buffer';
import { MalformedError } from '../errors.ts';
import { JsonError, parseJson } from '../format/json.ts';
import { parsePointer } from '../format/sniff.ts';
import type { Source, SourceFile } from '../source/source.ts';
import type { JsonObject, Problem } from './checkpoint.ts';
import { isObject } from './config.ts';
import { unreachable } from './head.ts';

/** Reads the text files of a checkpoint and gathers what is wrong with them. */
export class Documents {
  readonly problems: Problem[] = [];
  readonly #source: Source;
  readonly #files: ReadonlyMap<string, SourceFile>;

  constructor(source: Source) {
    this.#source = source;
    this.#files = new Map(source.files.map((file) => [file.path, file]));
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  /** The first `limit` bytes of a file as text; null where there is no such file, or a problem says why it cannot be had. */
  async beginning(path: string, limit: number): Promise<string | null> {
    const bytes = await this.#bytes(path, limit);
    return bytes === null ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  }

  async #bytes(path: string, limit: number): Promise<Uint8Array | null> {
    if (!this.#files.has(path)) return null;
    try {
      const reader = await this.#source.open(path);
      try {
        return await reader.read(0, Math.min(reader.size, limit));
      } finally {
        await reader.close?.();
      }
    } catch (error) {
      return this.fail({ path, ...unreachable(error) });
    }
  }

  /** All of a file of at most `limit` bytes as text; null likewise. */
  async whole(path: string, limit: number): Promise<string | null> {
    const size = this.#files.get(path)?.size;
    if (size === undefined) return null;
    if (size === 0) return this.fail({ kind: 'malformed-json', path, line: null, message: 'The file is empty (0 bytes).' });
    if (size > limit) return this.fail({ kind: 'malformed-json', path, line: null, message: `It has ${size} bytes; no such file needs more than ${limit}.` });
    const bytes = await this.#bytes(path, limit);
    return bytes === null ? null : (decoded(bytes) ?? this.fail({ kind: 'malformed-json', path, line: null, message: encoding(bytes) }));
  }

  /**
   * What `parse` makes of a whole file; null where it cannot be had, or `parse` throws a MalformedError, which becomes
   * a problem: that of a Git LFS pointer where the file is one.
   */
  async parsed<T>(path: string, limit: number, parse: (text: string, path: string) => T): Promise<T | null> {
    const text = await this.whole(path, limit);
    if (text === null) return null;
    try {
      return parse(text, path);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      const pointer = parsePointer(text);
      if (pointer !== null) return this.fail({ path, ...pointer });
      const isJson = error instanceof JsonError;
      return this.fail({ kind: 'malformed-json', path, line: isJson ? error.line : null, message: isJson ? error.reason : error.message });
    }
  }

  /** The object that a JSON file holds; null likewise. */
  async object(path: string, limit: number): Promise<JsonObject | null> {
    return await this.parsed(path, limit, parseObject);
  }

  /** Adds a problem. @returns null, for callers that have nothing then */
  fail(problem: Problem): null {
    this.problems.push(problem);
    return null;
  }
}

/** Text of UTF-8, or null where it is none. Of plain ASCII, which an index of 25 MB is, a copy of the bytes will do, in a tenth of the time. */
function decoded(bytes: Uint8Array): string | null {
  if (isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** What is wrong with text that is not UTF-8. Python reads these files as UTF-8 and stops (`UnicodeDecodeError`; run with both releases of transformers). */
function encoding([first, second]: Uint8Array): string {
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return `UTF-8 text was expected; found ${isUtf16 ? 'UTF-16, as PowerShell writes it' : 'bytes that are none'}. Loaders stop at it: save the file as UTF-8.`;
}

function parseObject(text: string, path: string): JsonObject {
  const value = parseJson(text, path);
  if (!isObject(value)) throw new JsonError(path, 1, 1, 'a JSON object was expected; found something else', 'Save the checkpoint again.');
  return value;
}
