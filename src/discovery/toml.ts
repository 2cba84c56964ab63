import { ParseError, parseTOML } from 'toml-eslint-parser';
import { MAX_DEPTH } from './limits.ts';
import { allBroken } from './tree.ts';
import type { AST } from 'toml-eslint-parser';
import type { Parsed, Tree, TreeEntry } from './tree.ts';

/** Reads TOML. */
export function parseToml(text: string): Parsed {
  const program = parse(text);
  if (typeof program === 'number') return { trees: [], broken: [allBroken(text, program)] };
  const [top] = program.body;
  const own = top.body.filter((node) => node.type === 'TOMLKeyValue').map(toEntry);
  const tables = top.body.filter((node) => node.type === 'TOMLTable').map((table) => nest(table.key, { kind: 'map', entries: table.body.map(toEntry) }));
  return { trees: [{ kind: 'map', entries: [...own, ...tables] }], broken: [] };
}

/** The line of the error where it is no TOML. */
function parse(text: string): AST.TOMLProgram | number {
  // The parser calls itself for each bracket; a text that would use up the stack is not given to it.
  if (opensTooMany(text)) return 1;
  try {
    return parseTOML(text);
  } catch (error) {
    return error instanceof ParseError ? error.lineNumber : 1;
  }
}

/** Whether more brackets than `MAX_DEPTH` stand open anywhere; those within quotes count too. */
function opensTooMany(text: string): boolean {
  let open = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open = bracket === '[' || bracket === '{' ? open + 1 : Math.max(0, open - 1);
    if (open > MAX_DEPTH) return true;
  }
  return false;
}

function toEntry({ key, value }: AST.TOMLKeyValue): TreeEntry {
  return nest(key, toTree(value));
}

/** `a.b = 1` and `[a.b]` are mappings within mappings. */
function nest(key: AST.TOMLKey, value: Tree): TreeEntry {
  const names = key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
  const last: TreeEntry = { key: names.at(-1) ?? '', value };
  return names.slice(0, -1).reduceRight<TreeEntry>((inner, name) => ({ key: name, value: { kind: 'map', entries: [inner] } }), last);
}

function toTree(node: AST.TOMLContentNode): Tree {
  switch (node.type) {
    case 'TOMLArray':
      return { kind: 'list', items: node.elements.map(toTree) };
    case 'TOMLInlineTable':
      return { kind: 'map', entries: node.body.map(toEntry) };
    case 'TOMLValue':
      return { kind: 'text', text: String(node.kind === 'string' ? node.value : ('number' in node ? node.number : node.value)), line: node.loc.start.line };
  }
}
