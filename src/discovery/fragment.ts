import { MAX_LINE_LENGTH } from './limits.ts';
import type { DiffLine, Hunk } from './diff.ts';
import type { Tree, TreeEntry } from './tree.ts';

/**
 * A hunk of a file whose whole is not at hand. What stands above it is unknown: it may begin inside a text of many
 * lines, under any key. So only what one line says by itself is read, and a hunk that opens or closes such a text
 * is passed over.
 */
const KEY_LINE = /^(\s*(?:-\s+)?)["']?([A-Za-z_][\w.-]*)["']?\s*[:=]\s*(?:"([^"\\]*)"|'([^'\\]*)'|([^\s"'#,|>&*!{}[\]]+))\s*,?\s*(?:#.*)?$/;

/** Lines of the new file that a hunk shows. */
export function newSide(hunk: Hunk): readonly DiffLine[] {
  return hunk.filter(({ newLine }) => newLine !== null);
}

/** Mappings of the keys that stand at the same column in neighbouring lines. */
export function fragmentTrees(hunk: Hunk): Tree[] {
  const trees: Tree[] = [];
  let entries: TreeEntry[] = [];
  let column = -1;
  for (const { text, newLine } of newSide(hunk)) {
    const match = text.length > MAX_LINE_LENGTH ? null : KEY_LINE.exec(text);
    const indent = match?.[1] ?? '';
    if (match === null || indent.length !== column || indent.includes('-')) {
      entries = [];
      trees.push({ kind: 'map', entries });
      column = match === null ? -1 : indent.length;
    }
    if (match === null || newLine === null) continue;
    entries.push({ key: match[2] ?? '', value: { kind: 'text', text: match[3] ?? match[4] ?? match[5] ?? '', line: newLine } });
  }
  return trees;
}

/** The new side as text, and null where a string or comment of many lines may begin or end in it. */
export function fragmentText(hunk: Hunk, ambiguous: RegExp): string | null {
  const text = newSide(hunk).map((line) => line.text).join('\n');
  return ambiguous.test(text) ? null : text;
}

/** What opens or closes a text of many lines. */
export const PYTHON_AMBIGUOUS = /"""|'''/;
export const MARKDOWN_AMBIGUOUS = /^\s*(?:```|~~~)|<!--|-->|^---\s*$/m;
