import type { Nodes, Paragraph, RootContent } from 'mdast';
import { gfmTableToMarkdown } from 'mdast-util-gfm-table';
import { toMarkdown } from 'mdast-util-to-markdown';
import type { Options, State } from 'mdast-util-to-markdown';
import { stringifyEntitiesLight } from 'stringify-entities';
import type { Block } from './document/block.ts';
import { documentOf } from './document/document.ts';
import { alert, bold, inlines, link, paragraph, root } from './document/nodes.ts';
import type { Alert, Details, Inline } from './document/nodes.ts';
import { fit } from './fit.ts';
import { counted } from '../diagnosis/numbers.ts';
import type { Prose, Report } from './report.ts';

/** Characters that an issue comment may have, all in all. */
export const COMMENT_LIMIT = 65_536;
/** As many as surely fit the 1 MiB of a job summary, over which GitHub drops all of it: 3 bytes each at most. */
export const SUMMARY_LIMIT = 349_000;

export interface MarkdownOptions {
  /** Most characters of the result. */
  readonly limit?: number;
  /** Where the whole report is, said when something is left out: `in the artifact headcheck-report of this run`. */
  readonly wholeReport?: Signpost | null;
}

/** Prose that may link to an address of our own making. */
export type Signpost = readonly (Prose[number] | { readonly text: string; readonly url: string })[];

/**
 * The report for people, as GitHub-flavoured Markdown: verdict, cause, arithmetic, fix, and the rest folded away.
 * Markup is the serialiser's job; no untrusted text is ever pasted into it.
 * @returns at most `limit` characters. Where all does not fit, the least important goes first, and it says so
 */
export function markdown(report: Report, { limit = COMMENT_LIMIT, wholeReport = null }: MarkdownOptions = {}): string {
  const blocks = documentOf(report).map((block: Block) => block.map((version) => ({ ...version, least: lengthOf(version.nodes), text: () => serialise(version.nodes) })));
  const fitted = fit(blocks, limit, (lost) => serialise([leftOut(lost, wholeReport)]));
  return fitted ?? serialise([tooLong(report, wholeReport)]).slice(0, limit);
}

function leftOut(lost: ReadonlyMap<string, number>, wholeReport: Signpost | null): RootContent {
  const parts = [...lost].map(([what, count]) => what.replace(/#(\w+)/, (_, noun: string) => counted(count, noun)));
  return pointing(paragraph(`Left out to fit: ${parts.join(', ')}.`), wholeReport);
}

/** When even the kept parts are too long, which only hostile names achieve: the verdict in our own words. */
function tooLong(report: Report, wholeReport: Signpost | null): RootContent {
  return alert(report.verdict === 'complete' ? 'note' : 'caution', [pointing(paragraph(bold([`Verdict: ${report.verdict}.`]), ' The report is too long to be shown here.'), wholeReport)]);
}

/** A paragraph that ends by saying where the whole report is, where that is known. */
function pointing({ children }: Paragraph, wholeReport: Signpost | null): Paragraph {
  if (wholeReport === null) return { type: 'paragraph', children };
  const where = wholeReport.flatMap((part) => (typeof part !== 'string' && 'url' in part ? [link([part.text], part.url)] : inlines([part])));
  return { type: 'paragraph', children: [...children, ...inlines([' The whole report is ']), ...where, ...inlines(['.'])] };
}

/** Characters that are written whatever the markup: of names and sentences all that is no white space. */
function lengthOf(nodes: readonly Nodes[]): number {
  return nodes.reduce((sum, node) => sum + ('value' in node ? node.value.replace(/\s+/g, '').length : 0) + ('summary' in node ? lengthOf(node.summary) : 0) + ('children' in node ? lengthOf(node.children) : 0), 0);
}

function serialise(nodes: readonly RootContent[]): string {
  return toMarkdown(root([...nodes]), OPTIONS);
}

const OPTIONS: Options = {
  bullet: '-',
  rule: '-',
  fences: true,
  resourceLink: true,
  extensions: [gfmTableToMarkdown({ tablePipeAlign: false })],
  // `~~` is no construct of the serialiser without its extension, but GitHub strikes text through with it.
  unsafe: [{ character: '~', inConstruct: 'phrasing' }],
  handlers: { alert: alertMarkdown, details: detailsMarkdown },
};

/** A block quote whose first line is the kind of alert, unescaped. */
function alertMarkdown(node: Alert, _parent: unknown, state: State, info: Parameters<State['containerFlow']>[1]): string {
  const exit = state.enter('blockquote');
  const tracker = state.createTracker(info);
  tracker.move('> ');
  tracker.shift(2);
  const text = state.containerFlow(asRoot(node.children), tracker.current());
  exit();
  return state.indentLines(`[!${node.kind.toUpperCase()}]\n${text}`, (line, _index, blank) => (blank ? '>' : `> ${line}`));
}

/** The empty lines let GitHub read what is inside as Markdown again. */
function detailsMarkdown(node: Details, _parent: unknown, state: State, info: Parameters<State['containerFlow']>[1]): string {
  const text = state.containerFlow(asRoot(node.children), info);
  return `<details${node.open ? ' open' : ''}>\n<summary>${node.summary.map(inlineHtml).join('')}</summary>\n\n${text}\n\n</details>`;
}

function asRoot(children: readonly RootContent[]): Extract<Nodes, { type: 'root' }> {
  return root([...children]);
}

/** Inside `<summary>` GitHub reads HTML, not Markdown. */
function inlineHtml(node: Inline): string {
  if (node.type === 'strong') return `<b>${node.children.map(inlineHtml).join('')}</b>`;
  const text = stringifyEntitiesLight(node.value, { subset: ['<', '>', '&', '"', "'", '`'] });
  return node.type === 'inlineCode' ? `<code>${text}</code>` : text;
}
