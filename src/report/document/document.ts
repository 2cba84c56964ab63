import { counted } from '../../diagnosis/numbers.ts';
import type { CheckpointReport, Prose, Report } from '../report.ts';
import { byUrgency, mainFinding, needsAttention } from '../view.ts';
import { noneSentence, stock, verdictReason, verdictSentence } from '../words.ts';
import { droppable, kept, RANKS } from './block.ts';
import type { Block, Version } from './block.ts';
import { checkpointBlocks } from './checkpoint.ts';
import { bold, details, item, link, list, paragraph, tableNodes } from './nodes.ts';
import { overallAlert, verdictAlert } from './verdict.ts';

/** Broken checkpoints whose section stands open; further ones are folded. */
const OPENED = 10;
/** Rows of the overview table that stand open. */
const OPEN_ROWS = 20;
/** Notices that stand open. */
const OPEN_NOTICES = 20;
/** Rules whose pages the last line links to. */
const MOST_RULES = 12;
/** Rows of a folded table, from whole to shortest. */
const TABLE_ROWS = [500, 100, 30] as const;

/** The whole report as a document: blocks in reading order. What has no room is left out afterwards, where that is said. */
export function documentOf(report: Report): Block[] {
  const [only] = report.checkpoints;
  const body = report.checkpoints.length === 1 && only !== undefined ? single(only) : several(report);
  return [...body, ...notices(report), footer(report)];
}

function single(checkpoint: CheckpointReport): Block[] {
  return [kept(verdictAlert(checkpoint)), ...checkpointBlocks(checkpoint)];
}

function several(report: Report): Block[] {
  if (report.checkpoints.length === 0) return [kept(paragraph(bold([noneSentence(report)])))];
  const sorted = byUrgency(report.checkpoints);
  const open = sorted.filter((checkpoint) => checkpoint.verdict !== 'complete');
  const complete = sorted.filter((checkpoint) => checkpoint.verdict === 'complete');
  const sections = open.map((checkpoint, i) => section(checkpoint, i < OPENED && checkpoint.verdict !== 'unknown'));
  return [
    kept(overallAlert(report)),
    ...(open.length > 0 ? overview(open) : []),
    ...sections,
    ...(complete.length > 0 ? [passing(complete)] : []),
  ];
}

/** One checkpoint among several, with two shorter versions: without what is folded in it, and its row in the table only. */
function section(checkpoint: CheckpointReport, open: boolean): Block {
  const blocks = checkpointBlocks(checkpoint);
  const whole = blocks.flatMap(([first]) => first?.nodes ?? []);
  const short = blocks.flatMap(([first]) => (first !== undefined && first.rank >= RANKS.evidence ? first.nodes : []));
  const summary = [bold(verdictSentence(checkpoint))];
  const cause = mainFinding(checkpoint)?.cause ?? null;
  const start = cause === null ? [] : [paragraph(cause)];
  return [
    { nodes: [details(summary, [...start, ...whole], open)], rank: RANKS.ledger, loses: 'the details of #checkpoint' },
    { nodes: [details(summary, [...start, ...short], open)], rank: RANKS.section, loses: 'the section of #checkpoint' },
  ];
}

const WORDS = { incomplete: 'incomplete', unreadable: 'can\'t be read', unknown: 'undecided', complete: 'complete' } as const;

/** A row for each that is not complete: the first ones open, further ones folded, so that the sections stay in reach. */
function overview(checkpoints: readonly CheckpointReport[]): Block[] {
  const rows = checkpoints.map((checkpoint): Prose[] => [[{ code: checkpoint.reference }], [WORDS[checkpoint.verdict]], verdictReason(checkpoint) ?? ['']]);
  const heads = ['Checkpoint', 'Verdict', 'Why'];
  const further = rows.slice(OPEN_ROWS);
  const lengths = TABLE_ROWS.filter((length, i) => i === 0 || length < further.length);
  const summary = [`${counted(further.length, 'more checkpoint')} ${further.length === 1 ? 'is' : 'are'} not complete`];
  const folded = lengths.map((length): Version => ({
    nodes: [details(summary, tableNodes({ heads, rows: further.slice(0, length), left: Math.max(0, further.length - length) }))],
    rank: RANKS.section + 1,
    loses: 'rows of the table',
  }));
  return [kept(...tableNodes({ heads, rows: rows.slice(0, OPEN_ROWS), left: 0 })), ...(further.length > 0 ? [folded] : [])];
}

function passing(checkpoints: readonly CheckpointReport[]): Block {
  const rows = checkpoints.map((checkpoint): Prose[] => [
    [{ code: checkpoint.reference }],
    verdictReason(checkpoint) ?? [''],
    [stock(checkpoint.totals.tensors, checkpoint.totals.parameters, checkpoint.totals.bytes)],
  ]);
  const [most] = TABLE_ROWS;
  const nodes = tableNodes({ heads: ['Checkpoint', 'Worth knowing', 'Holds'], rows: rows.slice(0, most), left: Math.max(0, rows.length - most) });
  const warned = checkpoints.filter(needsAttention).length;
  const summary = `${counted(checkpoints.length, 'complete checkpoint')}${warned === 0 ? '' : `, ${warned} with warnings`}`;
  return droppable(RANKS.passing, 'the table of complete checkpoints', details([summary], nodes));
}

const LABELS = { error: 'Error', warning: 'Warning', note: 'Note' } as const;

/** Errors first, because they fail the call; further ones are folded. */
function notices({ notices: all }: Report): Block[] {
  const sorted = [...all].sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'));
  const items = sorted.map(({ severity, message, location }) => {
    const place: Prose = location === null ? [] : [' (', { code: location.line === null ? location.path : `${location.path}:${location.line}` }, ')'];
    return item(paragraph(bold([`${LABELS[severity]}:`]), ' ', message, place));
  });
  const [shown, further] = [items.slice(0, OPEN_NOTICES), items.slice(OPEN_NOTICES)];
  return [
    ...(shown.length > 0 ? [kept(list(shown))] : []),
    ...(further.length > 0 ? [droppable(RANKS.section, counted(further.length, 'notice'), details([counted(further.length, 'more notice')], [list(further)]))] : []),
  ];
}

/** Which rules spoke, each with its page, and the version that spoke. */
function footer(report: Report): Block {
  const pages = new Map<string, string>();
  for (const { findings } of report.checkpoints) for (const { rule, helpUrl } of findings) pages.set(rule, helpUrl);
  const links = [...pages].slice(0, MOST_RULES).flatMap(([rule, url], i) => [...(i === 0 ? [] : [{ type: 'text', value: ', ' } as const]), !url.startsWith('https://') ? ({ type: 'inlineCode', value: rule } as const) : link([rule], url)]);
  const start = links.length === 0 ? '' : `Rule${pages.size === 1 ? '' : 's'}: `;
  const more = pages.size > MOST_RULES ? ` and ${pages.size - MOST_RULES} more` : '';
  const end = `${more}${links.length === 0 ? '' : ' · '}headcheck ${report.tool.version}`;
  return kept({ type: 'paragraph', children: [...paragraph(start).children, ...links, ...paragraph(end).children] });
}
