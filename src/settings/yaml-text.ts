import { isAlias, isMap, isScalar, isSeq, LineCounter } from 'yaml';
import { MAX_NESTING, parseYaml } from '../bytes/yaml.ts';
import { prose } from '../report/report.ts';
import { MAX_ALIASES, MAX_CONFIG_LENGTH, MAX_SYNTAX_ERRORS } from './limits.ts';
import { reportError } from './notices.ts';
import type { Document, YAMLError } from 'yaml';
import type { Prose } from '../report/report.ts';
import type { Notices } from './notices.ts';

/** Where in a document: keys of mappings and positions in lists. */
export type Path = readonly (string | number)[];

/** A YAML text as plain values, with the line of each. */
export interface YamlText {
  readonly value: unknown;
  /** Line, from 1, of the key or list item at `path`, or of the nearest enclosing one that exists. */
  readonly lineOf: (path: Path) => number | null;
}

/** What the errors that people make most often ask for. */
const ADVICE: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Indent with spaces; YAML does not allow tabs.',
  BAD_INDENT: 'Lines that belong together start at the same column.',
  BLOCK_AS_IMPLICIT_KEY: 'Put the inner key on its own line, or quote a value that contains a colon and a space.',
  MULTILINE_IMPLICIT_KEY: 'A key is followed by a colon and a space on the same line.',
  DUPLICATE_KEY: 'Each key may stand once: merge the two.',
  BAD_SCALAR_START: 'Put the value in quotes.',
  MISSING_CHAR: 'Check quotes, brackets and the colon after each key.',
  UNEXPECTED_TOKEN: 'Check quotes and brackets.',
  TAG_RESOLVE_FAILED: 'Write plain values, without tags (!…).',
};

/** Reads YAML. What breaks its syntax is told, all of it, and null returned. */
export function readYaml(text: string, notices: Notices): YamlText | null {
  if (text.length > MAX_CONFIG_LENGTH) {
    reportError(notices, null, prose`The config file has ${text.length} characters; at most ${MAX_CONFIG_LENGTH} are read. Remove what it does not need.`);
    return null;
  }
  const lines = new LineCounter();
  const documents = parseYaml(text, lines, { uniqueKeys: true });
  if (documents === null) {
    reportError(notices, null, prose`The config file nests deeper than ${MAX_NESTING} levels. It needs four.`);
    return null;
  }
  const broken = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  for (const error of broken.slice(0, MAX_SYNTAX_ERRORS)) reportSyntax(error, lines, notices);
  const [document, second] = documents;
  if (second !== undefined) {
    reportError(notices, lines.linePos(second.range[0]).line, prose`The config file has more than one YAML document. Remove the lines that consist of ${'---'}.`);
  }
  if (document === undefined || second !== undefined || broken.length > 0) return null;
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { value, lineOf: (path) => lineOf(document, lines, path) };
  } catch (error) {
    // `toJS` throws for an alias without an anchor and for aliases that multiply.
    reportError(notices, null, prose`The config file's aliases (*name) cannot be followed: ${error instanceof Error ? error.message : String(error)}. Write the values out.`);
    return null;
  }
}

function reportSyntax(error: YAMLError, lines: LineCounter, notices: Notices): void {
  const { line, col } = lines.linePos(error.pos[0]);
  const what: Prose = prose`Not valid YAML at line ${line}, column ${col}: ${error.message.replace(/\s+/g, ' ')}. `;
  reportError(notices, line, [...what, ADVICE[error.code] ?? 'Check the syntax there.']);
}

function lineOf(document: Document.Parsed, lines: LineCounter, path: Path): number | null {
  let node: unknown = document.contents;
  let offset: number | null = startOf(node);
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step));
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset === null ? null : lines.linePos(offset).line;
}

function startOf(node: unknown): number | null {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return null;
  const start: unknown = node.range[0];
  return typeof start === 'number' ? start : null;
}
