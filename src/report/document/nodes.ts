import type { BlockContent, Code, Heading, ListItem, Paragraph, PhrasingContent, Root, RootContent, Strong, Table, TableCell } from 'mdast';
import { counted } from '../../diagnosis/numbers.ts';
import type { Prose } from '../report.ts';
import type { TableData } from '../tables.ts';
import { linkless, visible, visibleBlock } from '../untrusted.ts';

/**
 * The document that the Markdown comment and the HTML page are both made of: an mdast tree with two more kinds of
 * node. Every constructor takes text that may be hostile and makes it fit to be shown; nothing here takes markup.
 */

/** A GitHub alert. Only at the top level: GitHub does not draw a nested one. */
export interface Alert {
  type: 'alert';
  kind: AlertKind;
  children: BlockContent[];
}
export type AlertKind = 'note' | 'tip' | 'important' | 'warning' | 'caution';

/** `<details>` with its `<summary>`. */
export interface Details {
  type: 'details';
  open: boolean;
  summary: Inline[];
  children: RootContent[];
}

/** The phrasing that a summary and a table cell may hold. */
export type Inline = Extract<PhrasingContent, { type: 'text' | 'inlineCode' }> | (Strong & { children: Extract<PhrasingContent, { type: 'text' | 'inlineCode' }>[] });

declare module 'mdast' {
  interface RootContentMap {
    alert: Alert;
    details: Details;
  }
}

/** More text than this in one code block is no fix that anyone pastes. */
const LONGEST_CODE = 4_000;
/** Prose is a rule's sentence or a server's message; a longer one is cut. */
const LONGEST_TEXT = 1_500;

/** Phrasing of prose: text without links or mentions, names as code. */
export function inlines(text: Prose): Extract<PhrasingContent, { type: 'text' | 'inlineCode' }>[] {
  return text.map((part) =>
    typeof part === 'string'
      ? { type: 'text', value: part.trim() === '' ? part.replace(/\s+/g, ' ') : linkless(visible(part.replaceAll('\n', ' '), LONGEST_TEXT)) }
      : { type: 'inlineCode', value: visible(part.code) },
  );
}

export function paragraph(...parts: readonly (Prose | Inline | string)[]): Paragraph {
  return { type: 'paragraph', children: parts.flatMap(phrasing) };
}

export function bold(text: Prose): Strong & { children: Extract<PhrasingContent, { type: 'text' | 'inlineCode' }>[] } {
  return { type: 'strong', children: inlines(text) };
}

export function heading(depth: 1 | 2 | 3 | 4, text: Prose): Heading {
  return { type: 'heading', depth, children: inlines(text) };
}

/** A link whose address we made ourselves. */
export function link(text: Prose, url: string): PhrasingContent {
  return { type: 'link', url, children: inlines(text) };
}

export function codeBlock(language: string, text: string): Code {
  return { type: 'code', lang: language, value: visibleBlock(text, LONGEST_CODE) };
}

export function item(...children: BlockContent[]): ListItem {
  return { type: 'listItem', spread: false, children };
}

export function list(items: ListItem[]): RootContent {
  return { type: 'list', ordered: false, spread: false, children: items };
}

export function alert(kind: AlertKind, children: BlockContent[]): Alert {
  return { type: 'alert', kind, children };
}

export function details(summary: Prose | Inline[], children: RootContent[], open = false): Details {
  return { type: 'details', open, summary: isInlines(summary) ? [...summary] : inlines(summary), children };
}

/** A table, and where it does not hold all rows, the sentence that says so, and where the `rest` is. */
export function tableNodes({ heads, rows, left }: TableData, rest = 'the JSON report has them all'): [Table, ...Paragraph[]] {
  const cells = (row: readonly Prose[]): TableCell[] => row.map((cell) => ({ type: 'tableCell', children: inlines(cell) }));
  const lines = [heads.map((head) => [head.replace(/^>/, '')]), ...rows];
  const drawn: Table = {
    type: 'table',
    align: heads.map((head) => (head.startsWith('>') ? 'right' : 'left')),
    children: lines.map((row) => ({ type: 'tableRow', children: cells(row) })),
  };
  return left > 0 ? [drawn, paragraph(`… and ${counted(left, 'row')} more; ${rest}.`)] : [drawn];
}

export function root(children: RootContent[]): Root {
  return { type: 'root', children };
}

function phrasing(part: Prose | Inline | string): PhrasingContent[] {
  if (typeof part === 'string') return inlines([part]);
  return 'type' in part ? [part] : inlines(part);
}

function isInlines(summary: Prose | Inline[]): summary is Inline[] {
  return summary.some((part) => typeof part !== 'string' && 'type' in part);
}
