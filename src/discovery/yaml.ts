import { isAlias, isMap, isScalar, isSeq, LineCounter } from 'yaml';
import { parseYaml } from '../bytes/yaml.ts';
import { MAX_DEPTH } from './limits.ts';
import type { Tree } from './tree.ts';

/** Reads YAML or JSON; a document that does not parse gives nothing. */
export function yamlTrees(text: string): Tree[] {
  const lineCounter = new LineCounter();
  return (parseYaml(text, lineCounter, { uniqueKeys: false }) ?? [])
    .filter(({ errors }) => errors.length === 0)
    .map(({ contents }) => toTree(contents, lineCounter, 0));
}

function toTree(node: unknown, lines: LineCounter, depth: number): Tree {
  // An alias repeats what its anchor said; the anchor is where it was written.
  if (isAlias(node) || depth > MAX_DEPTH) return { kind: 'null' };
  if (isMap(node)) {
    return {
      kind: 'map',
      entries: node.items.map(({ key, value }) => ({
        key: isScalar(key) ? String(key.value) : '',
        value: toTree(value, lines, depth + 1),
      })),
    };
  }
  if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => toTree(item, lines, depth + 1)) };
  if (!isScalar(node) || node.value === null) return { kind: 'null' };
  // A revision such as 1234567 or 2e10 is meant as it is written.
  const text = typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  // A block (`>-`) begins with its mark; the text is on the next line.
  const isBlock = node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL';
  return { kind: 'text', text, line: lines.linePos(node.range?.[0] ?? 0).line + (isBlock ? 1 : 0) };
}
