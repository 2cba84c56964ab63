import { JsonError, parseJson } from './json.ts';
import { quote } from './quote.ts';

/** What an index file says. */
export interface ParsedIndex {
  /** `metadata.total_size` as written, whatever it is; undefined where absent. */
  readonly totalSize: unknown;
  /** Whether there is a `metadata` object at all: every release of transformers stops at an index without (run). */
  readonly hasMetadata: boolean;
  /** Tensor name → file name, in the file's order. */
  readonly weightMap: ReadonlyMap<string, string>;
}

const HINT = 'Save the checkpoint again, or write the index anew from its shards.';

/**
 * Parses `*.index.json`.
 * @param path names the file in messages
 * @throws JsonError where it is no JSON, has no `weight_map` of names to file names, or names a file outside its folder
 */
export function parseShardIndex(text: string, path: string): ParsedIndex {
  return parsePlain(text) ?? parseAny(text, path);
}

/** One entry of a weight map: two strings without escape sequences. */
const PLAIN_ENTRY = /[ \t\n\r]*"([^"\\\u0000-\u001f]*)"[ \t\n\r]*:[ \t\n\r]*"([^"\\\u0000-\u001f]*)"[ \t\n\r]*/y;
const PLAIN_START = /"weight_map"[ \t\n\r]*:[ \t\n\r]*\{/g;

/**
 * Reads an index as every library writes it. To make an object of a weight map takes longer than anything else that is
 * done with a large checkpoint, so its entries are read one by one, and only the rest of the file is parsed as JSON.
 * @returns null for whatever is spelled otherwise, or is wrong
 */
function parsePlain(text: string): ParsedIndex | null {
  PLAIN_START.lastIndex = 0;
  const start = PLAIN_START.exec(text)?.index;
  if (start === undefined || start !== text.lastIndexOf('"weight_map"')) return null;
  const from = PLAIN_START.lastIndex;
  const weightMap = new Map<string, string>();
  const stop = readPlainEntries(text, from, weightMap);
  if (stop === null) return null;
  const rest = jsonOrNull(text.slice(0, from) + text.slice(stop));
  // The entries are those of the top level only where it is there that the rest has an empty map.
  if (!isObject(rest) || !isObject(rest['weight_map'])) return null;
  return parsedIndex(rest['metadata'], weightMap);
}

/** Reads entries up to the closing brace. @returns its position; null where an entry is not plain, or its file not one in the folder */
function readPlainEntries(text: string, from: number, weightMap: Map<string, string>): number | null {
  // Thousands of entries name the same file: it is looked at once, and one string serves all of them.
  const files = new Map<string, string>();
  let last: string | null = null;
  for (PLAIN_ENTRY.lastIndex = from; ;) {
    const [, name, file] = PLAIN_ENTRY.exec(text) ?? [];
    if (name === undefined || file === undefined) return null;
    if (file !== last) {
      last = files.get(file) ?? file;
      files.set(last, last);
    }
    weightMap.set(name, last);
    const next = text[PLAIN_ENTRY.lastIndex];
    if (next === '}') return [...files.keys()].every(isInside) ? PLAIN_ENTRY.lastIndex : null;
    if (next !== ',') return null;
    PLAIN_ENTRY.lastIndex++;
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function parsedIndex(metadata: unknown, weightMap: ReadonlyMap<string, string>): ParsedIndex {
  return { totalSize: isObject(metadata) ? metadata['total_size'] : undefined, hasMetadata: isObject(metadata), weightMap };
}

/** Reads an index in any spelling, and says what is wrong with it. */
function parseAny(text: string, path: string): ParsedIndex {
  const index = parseJson(text, path);
  if (!isObject(index)) throw new JsonError(path, 1, 1, `an index must be a JSON object with a "weight_map"; found ${typeName(index)}`, HINT);
  const map = index['weight_map'];
  if (!isObject(map)) throw new JsonError(path, lineOf(text, 'weight_map'), 1, `"weight_map" must be an object that maps tensor names to file names; found ${typeName(map)}`, HINT);
  const weightMap = new Map<string, string>();
  for (const [name, file] of Object.entries(map)) weightMap.set(name, checkedFile(text, path, name, file));
  return parsedIndex(index['metadata'], weightMap);
}

function checkedFile(text: string, path: string, name: string, file: unknown): string {
  if (typeof file !== 'string') throw new JsonError(path, lineOf(text, name), 1, `"weight_map" must give a file name for tensor ${quote(name)}; found ${typeName(file)}`, HINT);
  if (!isInside(file)) throw new JsonError(path, lineOf(text, name), 1, `"weight_map" puts tensor ${quote(name)} into ${quote(file)}, which is no file in or below the index's folder`, HINT);
  return file;
}

/** Whether a file name stays within its folder: an index is untrusted and must not make us read elsewhere. */
function isInside(file: string): boolean {
  if (file === '' || file.includes('\0') || /^[/\\]|^[A-Za-z]:|^[a-z][a-z0-9+.-]*:\/\//.test(file)) return false;
  return !file.split(/[/\\]/).includes('..');
}

/** The first line that holds a key. Found by its text: good enough to lead a reader there. */
function lineOf(text: string, key: string): number {
  const at = text.indexOf(`${JSON.stringify(key)}`);
  return at < 0 ? 1 : text.slice(0, at).split('\n').length;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeName(value: unknown): string {
  if (value === undefined) return 'none';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
