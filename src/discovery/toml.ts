import { parseTOML } from 'toml-eslint-parser';
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
  try {
    return parseTOML(text);
  } catch {
    // Not TOML: there is nothing in it that could be trusted to be a reference.
    return null;
  }
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
