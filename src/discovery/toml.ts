import { parseTOML } from 'toml-eslint-parser';
import { MAX_DEPTH } from './limits.ts';
import type { AST } from 'toml-eslint-parser';
import type { Tree, TreeEntry } from './tree.ts';

/** Reads TOML; a text that does not parse gives nothing. */
export function tomlTrees(text: string): Tree[] {
  const [top] = parse(text)?.body ?? [];
  if (top === undefined) return [];
  const own = top.body.filter((node) => node.type === 'TOMLKeyValue').map(toEntry);
  const tables = top.body.filter((node) => node.type === 'TOMLTable').map((table) => nest(table.key, { kind: 'map', entries: table.body.map(toEntry) }));
  return [{ kind: 'map', entries: [...own, ...tables] }];
}

function parse(text: string): AST.TOMLProgram | null {
  // The parser calls itself for each bracket; a text that would use up the stack is not given to it.
  if (opensTooMany(text)) return null;
  try {
    return parseTOML(text);
  } catch {
    // Not TOML: there is nothing in it that could be trusted to be a reference.
    return null;
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
