import { MalformedError } from '../errors.ts';
import { JsonCursor, JsonSyntaxError } from './json-cursor.ts';

/** A JSON file that cannot be parsed. The message begins with its path and the place; `line` and `column` count from 1. */
export class JsonError extends MalformedError {
  readonly line: number;
  readonly column: number;
  /** What is wrong there, without path and place. */
  readonly reason: string;

  constructor(path: string, line: number, column: number, reason: string, hint: string) {
    super(`${path}:${line}:${column}: ${reason}`, hint);
    this.line = line;
    this.column = column;
    this.reason = reason;
  }
}

/** Lines that Git leaves where two versions could not be merged. */
const CONFLICT_MARKER = /^(?:<{7}|={7}|>{7}|\|{7})(?=[ \r]|$)/mu;
/** A string, which is left alone, or a word that only Python takes for a number. */
const STRING_OR_WORD = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/gu;

/**
 * Parses JSON as Python does, which writes the files that lie beside weights: `NaN`, `Infinity` and `-Infinity` are
 * numbers.
 * @param path names the file in messages
 * @throws JsonError with line and column; unresolved merge conflicts, second documents and a byte order mark are named for what they are
 */
export function parseJson(text: string, path: string): unknown {
  // Python's `json` refuses it: run with both releases of transformers, on a config and on an index.
  if (text.startsWith('\uFEFF')) throw new JsonError(path, 1, 1, 'a byte order mark (BOM) stands before the JSON, and Python refuses it: save the file as UTF-8 without one', 'Save the file as UTF-8 without a BOM.');
  try {
    return JSON.parse(text);
  } catch (cause) {
    // The engine's own message has no line, and in some cases no position at all.
    checkSyntax(text, path);
    if (!(cause instanceof SyntaxError)) throw cause;
    return parseWithWords(text);
  }
}

function checkSyntax(text: string, path: string): void {
  const cursor = new JsonCursor(Buffer.from(text), { python: true });
  try {
    cursor.skip(0);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw conflict(text, path) ?? located(cursor.bytes, error.at, path, error.message, 'Correct the file, or save the checkpoint again.');
  }
  if (cursor.peek() === -1) return;
  const at = cursor.pos;
  throw conflict(text, path) ?? located(cursor.bytes, at, path, `the JSON document ends before this; something else follows: ${cursor.found()}`, 'Keep one document and delete the rest.');
}

function conflict(text: string, path: string): JsonError | null {
  const match = CONFLICT_MARKER.exec(text);
  if (match === null) return null;
  const line = text.slice(0, match.index).split('\n').length;
  return new JsonError(path, line, 1, `an unresolved merge conflict: the line begins with "${match[0]}"`, 'Resolve the conflict: keep one version and delete the marker lines.');
}

function located(bytes: Buffer, at: number, path: string, reason: string, hint: string): JsonError {
  const before = bytes.toString('utf8', 0, at).split('\n');
  return new JsonError(path, before.length, (before.at(-1)?.length ?? 0) + 1, reason, hint);
}

/** Parses text that is valid but for `NaN` and `Infinity`: these pass as strings that the text does not hold. */
function parseWithWords(text: string): unknown {
  let mark = '#';
  while (text.includes(mark)) mark += '#';
  const words = new Map([[`${mark}NaN`, NaN], [`${mark}Infinity`, Infinity], [`${mark}-Infinity`, -Infinity]]);
  const marked = text.replace(STRING_OR_WORD, (token) => (token.startsWith('"') ? token : `"${mark}${token}"`));
  return JSON.parse(marked, (_key, value: unknown) => (typeof value === 'string' ? (words.get(value) ?? value) : value));
}
