import { MAX_LINE_LENGTH, MAX_MARKDOWN_LENGTH } from './limits.ts';
import type { Candidate } from './candidate.ts';
import type { Language } from './files.ts';

/** A piece of a document in another language, and the line that it begins on. */
export interface Embedded {
  readonly language: Language | 'front-matter';
  readonly text: string;
  readonly firstLine: number;
}

export interface MarkdownContent {
  readonly links: readonly Candidate[];
  readonly embedded: readonly Embedded[];
  /** Where a link is written for people, and may as well be an example: the targets of HTML links, and code that names no language. */
  readonly asides: readonly string[];
}

const FENCES: Readonly<Record<string, Language>> = { python: 'python', py: 'python', python3: 'python', yaml: 'tree', yml: 'tree', json: 'tree', jsonc: 'tree', toml: 'toml' };
/** Addresses in running text. Trailing punctuation belongs to the sentence; after `="` it is an attribute of HTML. */
const ADDRESS = /(?<!=["'])(?:https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/|hf:\/\/)[^\s<>()[\]{}"'`|\\]{1,300}/gi;
/** What an address was cut before: the rest of it is a template or a set of names. */
const CUT = /^[({[\\]/;
const CODE_SPAN = /(`+)(?!`)([^`]+)\1(?!`)/g;
/** A task of a template that nobody ticked. */
const OPEN_TASK = /^\s*(?:[-*+]|\d{1,9}[.)])\s+\[ \]\s/;
/** A line that begins something of its own, and so does not go on with the quotation above it. */
const OWN_BLOCK = /^\s*$|^ {0,3}(?:#{1,6}\s|(?:[-*+]|\d{1,9}[.)])\s|`{3}|~{3}|<|(?:-\s*){3,}$|(?:\*\s*){3,}$)/;
const WHOLE_ADDRESS = /^(?:https?|hf):\/\/\S+$/;
const FENCE = /^(\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)?)(`{3,}|~{3,})[ \t]*\{?\.?([\w+-]*)[^`]*$/;
const QUOTE_MARKS = /^(?: {0,3}> ?)+/;
/** The target of a link that is written in HTML. */
const ANCHOR = /<a\s[^<>]*?\bhref\s*=\s*(?:"([^"<>]{1,300})"|'([^'<>]{1,300})')/gi;
/** A line indented like this is code, unless it is an item of a list. */
const INDENTED = /^(?: {4}|\t)(?!\s*(?:[-*+]|\d{1,9}[.)])\s)/;

/** What stands open at the beginning of a line. */
interface State {
  fence: { readonly marks: string; readonly indent: number; readonly isPlain: boolean; readonly language: Language | undefined; readonly firstLine: number; readonly lines: string[] } | null;
  isComment: boolean;
  /** `<details>` that are open. */
  folded: number;
  /** Whether the line before was quoted text, with which a paragraph may go on without a mark. */
  isQuoted: boolean;
}

/**
 * Takes Markdown apart, line by line: links to the Hub, code in languages that are read, front matter. Not looked at
 * are comments and other HTML, images (badges among them), and code in other languages. A full parser was tried and
 * dropped: on hostile text the best kept one takes a minute for 100 kB, and its work on emphasis, tables and nesting
 * says nothing about addresses.
 * @param isQuoteSkipped whether quotations, and what `<details>` folds away, are somebody else's words: in the body of
 *   a pull request they are release notes that a bot quotes
 */
export function readMarkdown(text: string, isQuoteSkipped: boolean): MarkdownContent {
  if (text.length > MAX_MARKDOWN_LENGTH) return { links: [], embedded: [], asides: [] };
  const lines = text.split(/\r?\n/);
  const embedded: Embedded[] = [];
  const links: Candidate[] = [];
  const asides: string[] = [];
  const front = frontMatterEnd(lines);
  if (front > 0) embedded.push({ language: 'front-matter', text: lines.slice(1, front).join('\n'), firstLine: 2 });
  const state: State = { fence: null, isComment: false, folded: 0, isQuoted: false };
  lines.forEach((raw, i) => {
    if (i <= front && front > 0) return;
    if (isQuoteSkipped && isQuotation(raw, state)) return;
    const line = raw.replace(QUOTE_MARKS, '');
    if (raw.length > MAX_LINE_LENGTH || isFenced(line, i + 1, state, { embedded, asides })) return;
    const shown = withoutComments(line, state);
    if (isQuoteSkipped && isFolded(shown, state)) return;
    if (INDENTED.test(line)) asides.push(shown);
    else if (!(isQuoteSkipped && OPEN_TASK.test(line))) links.push(...addresses(shown, i + 1));
    for (const [, double, single] of shown.replace(CODE_SPAN, ' ').matchAll(ANCHOR)) asides.push(double ?? single ?? '');
  });
  closeFence(state, { embedded, asides });
  return { links, embedded, asides };
}

/** The line (from 0) that closes the front matter; 0 where there is none. */
function frontMatterEnd(lines: readonly string[]): number {
  if (lines[0]?.trimEnd() !== '---') return 0;
  return Math.max(0, lines.findIndex((line, i) => i > 0 && /^(?:---|\.\.\.)\s*$/.test(line)));
}

/** Whether the line is somebody else's words, or goes on with them. */
function isQuotation(line: string, state: State): boolean {
  if (state.fence !== null || state.isComment) return false;
  const isMarked = QUOTE_MARKS.test(line);
  const isQuoted = isMarked || (state.isQuoted && !OWN_BLOCK.test(line));
  state.isQuoted = isQuoted && line.replace(QUOTE_MARKS, '').trim() !== '';
  return isQuoted;
}

/** Where the text of fences goes. */
interface Fenced { readonly embedded: Embedded[]; readonly asides: string[] }

/** What a fence holds is read when it ends: by its marks, or with the document. */
function closeFence(state: State, { embedded, asides }: Fenced): void {
  if (state.fence?.isPlain === true) asides.push(state.fence.lines.join('\n'));
  // What an open <details> folds away has no language here.
  if (state.fence?.language !== undefined) embedded.push({ language: state.fence.language, text: state.fence.lines.join('\n'), firstLine: state.fence.firstLine });
  state.fence = null;
}

/** Whether the line opens, closes or lies in a fence. */
function isFenced(line: string, number: number, state: State, into: Fenced): boolean {
  if (state.isComment) return false;
  if (state.fence !== null) {
    const { marks, indent, lines } = state.fence;
    const text = line.trim();
    if (text.startsWith(marks) && text === marks.charAt(0).repeat(text.length)) closeFence(state, into);
    else lines.push(line.slice(Math.min(indent, line.length - line.trimStart().length)));
    return true;
  }
  const open = FENCE.exec(line);
  if (open === null) return false;
  const named = open[3]?.toLowerCase() ?? '';
  const language = state.folded > 0 ? undefined : FENCES[named];
  state.fence = { marks: open[2] ?? '```', indent: open[1]?.length ?? 0, isPlain: /^(?:text|txt|plain|plaintext)?$/.test(named), language, firstLine: number + 1, lines: [] };
  return true;
}

/** The line without the parts that lie in comments of HTML. A mark within a span of code opens none. */
function withoutComments(line: string, state: State): string {
  let shown = '';
  const visible = line.replace(CODE_SPAN, (span) => ' '.repeat(span.length));
  for (let at = 0; ;) {
    const mark = state.isComment ? '-->' : '<!--';
    const next = (state.isComment ? line : visible).indexOf(mark, at);
    if (!state.isComment) shown += line.slice(at, next < 0 ? undefined : next);
    if (next < 0) return shown;
    state.isComment = !state.isComment;
    at = next + mark.length;
  }
}

/** Follows `<details>`; true where the line lies within one, or opens or closes one. */
function isFolded(line: string, state: State): boolean {
  const before = state.folded;
  const visible = line.replace(CODE_SPAN, '');
  state.folded = Math.max(0, before + count(visible, /<details\b/gi) - count(visible, /<\/details>/gi));
  return before > 0 || state.folded > 0;
}

/** Finds addresses of the Hub in one line of prose. */
export function addresses(line: string, number: number): Candidate[] {
  if (!line.includes('://')) return [];
  const prose = line
    .replace(/~~[^~]+~~/g, ' ')
    .replace(CODE_SPAN, (_, _marks, code: string) => (WHOLE_ADDRESS.test(code.trim()) ? ` ${code.trim()} ` : ''))
    .replace(/!\[[^[\]]*\]\([^()]*\)/g, '')
    // What remains of a badge: a link around a picture.
    .replace(/\[\s*\]\([^()]*\)/g, '')
    .replace(/<\/?[A-Za-z][\w-]*(?:\s[^<>]*)?>/g, ' ');
  return [...prose.matchAll(ADDRESS)].filter(({ 0: address, index }) => !CUT.test(prose.slice(index + address.length, index + address.length + 1))).map(([address]) => ({
    text: address.replace(/[.,;:!?*_~]+$/, ''), kind: 'link', revision: null, folder: null, lines: [number], isWeak: false,
  }));
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
