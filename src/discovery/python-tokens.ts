/** A token of Python, as coarse as finding arguments needs. Comments and numbers' details are dropped. */
export type Token =
  | { readonly kind: 'name'; readonly text: string; readonly line: number }
  /** `isPlain`: its value is what stands between the quotes (no prefix but r, b or u, no escapes, on one line). */
  | { readonly kind: 'string'; readonly text: string; readonly line: number; readonly isPlain: boolean }
  /** A bracket, an operator or another single character. */
  | { readonly kind: 'mark'; readonly text: string; readonly line: number }
  /** The end of a line outside brackets. */
  | { readonly kind: 'end'; readonly text: ''; readonly line: number };

const NAME_START = /[\p{L}_]/u;
const NAME = /[\p{L}\p{N}_]*/uy;
const STRING_START = /([A-Za-z]{0,2})("""|'''|"|')/y;
const BLANKS = /[ \t\f\r]+/y;
const COMMENT = /#[^\n]*/y;
/** Up to the next quote, backslash or line's end. */
const STRING_RUN = /[^"'\\\n]+/y;

export interface Tokens {
  readonly tokens: readonly Token[];
  /** The line of a bracket or a text of many lines that never closes; null for none. With one, all else may be misread. */
  readonly unclosed: number | null;
}

/**
 * Splits Python into tokens, in one pass and without ever failing: where the text is no Python, the tokens are odd
 * and match nothing.
 */
export function tokenize(text: string): Tokens {
  const tokens: Token[] = [];
  let line = 1;
  /** The lines of the brackets that are open. */
  const open: number[] = [];
  let at = 0;
  /** Moves past the sticky pattern and returns what it matched. */
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at += match[0].length;
    return match;
  };
  while (at < text.length) {
    if (take(BLANKS) !== null || take(COMMENT) !== null) continue;
    const quote = take(STRING_START);
    if (quote !== null) {
      const start = line;
      const { value, newlines, hasEscape, isClosed } = takeString(quote[2] ?? '"', text, take, () => at++);
      line += newlines;
      if (!isClosed) return { tokens, unclosed: start };
      const isPlain = /^(?:[rub]|br|rb)?$/i.test(quote[1] ?? '') && newlines === 0 && !hasEscape;
      tokens.push({ kind: 'string', text: value, line: start, isPlain });
      continue;
    }
    const character = text.charAt(at);
    if (NAME_START.test(character)) {
      tokens.push({ kind: 'name', text: take(NAME)?.[0] ?? '', line });
      continue;
    }
    at++;
    if (character === '\n') {
      if (open.length === 0) tokens.push({ kind: 'end', text: '', line });
      line++;
    } else if (character === '\\' && text.charAt(at) === '\n') {
      at++;
      line++;
    } else {
      if ('([{'.includes(character)) open.push(line);
      if (')]}'.includes(character)) open.pop();
      tokens.push({ kind: 'mark', text: character, line });
    }
  }
  return { tokens, unclosed: open.at(-1) ?? null };
}

interface StringBody { readonly value: string; readonly newlines: number; readonly hasEscape: boolean; /** Not where the text ends within it. */ readonly isClosed: boolean }

/** Reads on to the closing quotes; an unclosed one-line string ends with its line. */
function takeString(quotes: string, text: string, take: (pattern: RegExp) => RegExpExecArray | null, step: () => number): StringBody {
  const parts: string[] = [];
  let newlines = 0;
  let hasEscape = false;
  const close = new RegExp(quotes, 'y');
  for (;;) {
    if (take(close) !== null) break;
    const run = take(STRING_RUN);
    if (run !== null) {
      parts.push(run[0]);
      continue;
    }
    const here = step();
    const character = text.charAt(here);
    if (character === '') return { value: parts.join(''), newlines, hasEscape, isClosed: quotes.length === 1 };
    if (character === '\n') {
      if (quotes.length === 1) {
        // Not part of the string: the line ends here, and the tokens after it are to be read as usual.
        return { value: parts.join(''), newlines: 1, hasEscape: true, isClosed: true };
      }
      newlines++;
    }
    if (character === '\\') {
      hasEscape = true;
      if (text.charAt(step()) === '\n') newlines++;
    }
    parts.push(character);
  }
  return { value: parts.join(''), newlines, hasEscape, isClosed: true };
}
