import { Composer, Parser } from 'yaml';
import type { CST, Document, LineCounter } from 'yaml';

/**
 * Deeper than any document that people write, and far from the depth (about 1,000) at which the `yaml` package runs out
 * of stack. The package catches that; but where V8 compiles a regular expression at that moment, the process ends.
 */
export const MAX_NESTING = 200;

/**
 * Parses YAML, or JSON, that anyone may have written: all documents of the stream, with their errors. Null where the
 * text nests deeper than `MAX_NESTING`. As the package's `parseAllDocuments`, with a look at the depth between its two
 * steps: the first makes tokens without recursion, the second follows them down.
 */
export function parseYaml(text: string, lines: LineCounter, options: { readonly uniqueKeys: boolean }): Document.Parsed[] | null {
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  if (nestsTooDeep(tokens)) return null;
  const composer = new Composer({ prettyErrors: false, uniqueKeys: options.uniqueKeys, logLevel: 'error' });
  return [...composer.compose(tokens, true, text.length)];
}

function nestsTooDeep(tokens: readonly CST.Token[]): boolean {
  const open: { readonly token: CST.Token | null | undefined; readonly depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > MAX_NESTING) return true;
    if (token === null || token === undefined) continue;
    if (token.type === 'document') open.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) open.push({ token: key, depth: depth + 1 }, { token: value, depth: depth + 1 });
  }
  return false;
}
