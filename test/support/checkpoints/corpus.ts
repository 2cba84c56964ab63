import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { type MemoryFile, memorySource } from '../../../src/source/memory.ts';
import type { Source } from '../../../src/source/source.ts';

/** One file of weights of a case: its header's text, and the size of the whole. */
export interface CorpusFile {
  readonly path: string;
  readonly size: number;
  readonly header: string;
  /** Instead of a header: the whole text of a file that has none (a pointer, a web page). */
  readonly raw?: string;
}

/** One line of a corpus of checkpoints that real saves wrote. Which other keys a line has depends on the corpus. */
export interface CorpusCase {
  readonly id: string;
  /** Id of the undamaged save that it is compared with. */
  readonly base?: string | null;
  readonly config: unknown;
  /** Other JSON files by name: index, adapter config. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly files: readonly CorpusFile[];
  readonly [key: string]: unknown;
}

/**
 * Parses JSON as Python writes it: `NaN` and `Infinity` may stand where a number does. They become the strings
 * `@NaN` and so on, since they must survive being written again.
 */
export function parsePythonJson(text: string): unknown {
  if (!/NaN|Infinity/.test(text)) return JSON.parse(text);
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) => (token.startsWith('"') ? token : `"@${token}"`));
  return JSON.parse(marked);
}

/** Writes JSON as Python does, with the numbers that `parsePythonJson` kept. */
export function pythonJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/"@(-?Infinity|NaN)"/g, '$1');
}

/** The cases of a gzipped corpus, one JSON object a line. */
export async function* readCorpus(path: string): AsyncGenerator<CorpusCase> {
  for await (const line of createInterface({ input: createReadStream(path).pipe(createGunzip()) })) {
    if (line === '') continue;
    const value = parsePythonJson(line);
    if (!isCase(value)) throw new Error(`${path}: a line is no case: ${line.slice(0, 80)}`);
    yield value;
  }
}

function isCase(value: unknown): value is CorpusCase {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' && 'files' in value && Array.isArray(value.files);
}

/** The files of a case, as they lay in its directory. */
export function corpusFiles({ config, extra, files }: CorpusCase): MemoryFile[] {
  const documents = { ...(config === null || config === undefined ? {} : { 'config.json': config }), ...extra };
  return [
    ...Object.entries(documents).map(([path, value]) => ({ path, bytes: Buffer.from(pythonJson(value)) })),
    ...files.map(({ path, size, header, raw }) => {
      if (raw !== undefined) return { path, bytes: Buffer.from(raw) };
      const text = Buffer.from(header, 'utf8');
      const bytes = Buffer.alloc(8 + text.length);
      bytes.writeBigUInt64LE(BigInt(text.length));
      text.copy(bytes, 8);
      // A truncated file may end inside its header.
      return { path, bytes: bytes.subarray(0, size), size };
    }),
  ];
}

/** A case as a source in memory; its id is the reference. */
export function corpusSource(item: CorpusCase): Source {
  return memorySource(item.id, corpusFiles(item));
}
