import { isAlias, isMap, isScalar, isSeq, LineCounter } from 'yaml';
import { parseYaml } from '../bytes/yaml.ts';
import { MAX_DEPTH } from './limits.ts';
import { allBroken, lineCount } from './tree.ts';
import type { Parsed, Tree } from './tree.ts';

/** Reads YAML or JSON, each document of it. */
export function parseTrees(text: string): Parsed {
  const lineCounter = new LineCounter();
  const documents = parseYaml(text, lineCounter, { uniqueKeys: false });
  if (documents === null) return { trees: [], broken: [allBroken(text, 1)] };
  const lineAt = (offset: number): number => Math.max(1, lineCounter.linePos(offset).line);
  return {
    trees: documents.filter(({ errors }) => errors.length === 0).map(({ contents }) => toTree(contents, lineCounter, 0)),
    broken: documents.flatMap(({ errors: [error], range }, i) => {
      if (error === undefined) return [];
      const next = documents[i + 1];
      const first = lineAt(range[0]);
      const last = Math.max(first, next === undefined ? lineCount(text) : lineAt(next.range[0]) - 1);
      return [{ first, last, at: Math.min(last, lineAt(error.pos[0])) }];
    }),
  };
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
