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

  /**
   * The text of a file, or of its first `limit` bytes; null where there is none, or it cannot be read (then that is
   * one of the problems).
   */
  async text(path: string, limit: number): Promise<string | null> {
    const file = this.#files.get(path);
    if (file === undefined) return null;
    try {
      const reader = await this.#source.open(path);
      try {
        return new TextDecoder().decode(await reader.read(0, Math.min(reader.size, limit)));
      } finally {
        await reader.close?.();
      }
    } catch (error) {
      this.problems.push({ path, ...unreachable(error) });
      return null;
    }
  }

  /** The object that a JSON file holds; null where there is no such file, or a problem says why it cannot be had. */
  async object(path: string, limit: number): Promise<JsonObject | null> {
    const file = this.#files.get(path);
    if (file === undefined) return null;
    if (file.size === 0) return this.#fail({ kind: 'empty-file', path });
    if (file.size > limit) {
      return this.#fail({ kind: 'malformed-json', path, line: null, message: `it has ${file.size} bytes; no such file needs more than ${limit}` });
    }
    const text = await this.text(path, limit);
    return text === null ? null : this.#parse(path, text);
  }

  #parse(path: string, text: string): JsonObject | null {
    try {
      const value: unknown = JSON.parse(text);
      if (isObject(value)) return value;
      return this.#fail({ kind: 'malformed-json', path, line: 1, message: 'it holds no object' });
    } catch (error) {
      return this.#fail({ kind: 'malformed-json', path, line: null, message: String(error) });
    }
  }

  #fail(problem: Problem): null {
    this.problems.push(problem);
    return null;
  }
}
