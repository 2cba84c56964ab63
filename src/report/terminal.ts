import picocolors from 'picocolors';
import { columns, flat, wrap } from './layout.ts';
import { counted } from '../diagnosis/numbers.ts';
import type { CheckpointReport, Finding, Prose, Report } from './report.ts';
import { ledgerTable, mismatchTable, missingTable, shardTable, tensorTable } from './tables.ts';
import type { TableData } from './tables.ts';
import { commandless, visibleBlock } from './untrusted.ts';
import { byUrgency, isNothingNew, isOnlyPrefixed, loaderGroups, mainFinding, needsAttention, otherFindings } from './view.ts';
import { calmSentence, comparedSentences, noneSentence, overallSentence, prefixedSentence, skippedSentence, verdictReason, verdictSentence, waivedLabel, waiverSentence } from './words.ts';

export interface TerminalOptions {
  /** Whether escape sequences for colour may be written. */
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width?: number;
}

/** Longer lines are hard to read even where there is room. */
const WIDEST = 110;
const NARROWEST = 40;
/** Rows of a table on a terminal; `--format json` has them all. */
const MOST_ROWS = 12;
const LONGEST_CODE = 4_000;

type Colours = ReturnType<typeof picocolors.createColors>;
interface Paper {
  readonly c: Colours;
  /** Whether names stand between backticks, because no colour sets them apart. */
  readonly quoted: boolean;
  readonly width: number;
}

/**
 * The report for a terminal or a log. No control character of an untrusted text reaches it, and nothing in it is a
 * command to a GitHub runner.
 */
export function terminal(report: Report, { colour, width = 80 }: TerminalOptions): string {
  const paper = { c: picocolors.createColors(colour), quoted: !colour, width: Math.max(NARROWEST, Math.min(width, WIDEST)) };
  const sorted = byUrgency(report.checkpoints).reverse();
  const several = sorted.length > 1;
  const errors = notices(report.notices.filter(({ severity }) => severity === 'error'), paper);
  const parts = [
    // What could not be done as asked comes before a tick that does not know of it; of several, the last lines are read first.
    ...(several ? [] : errors),
    ...sorted.map((checkpoint) => (several && !needsAttention(checkpoint) ? brief(checkpoint, paper) : whole(checkpoint, paper))),
    ...notices(report.notices.filter(({ severity }) => severity !== 'error'), paper),
    ...(several ? errors : []),
    ...(several ? [[paper.c.bold(`${overallSentence(report)}${errors.length === 0 ? '' : ` ${counted(errors.length, 'error')} in what was asked: see above.`}`)]] : []),
    ...(sorted.length === 0 ? [[noneSentence(report)]] : []),
  ];
  return `${commandless(spaced(parts).join('\n'))}\n`;
}

/** An empty line between parts of more than one line. */
function spaced(parts: readonly (readonly string[])[]): string[] {
  return parts.flatMap((part, i) => (i > 0 && (part.length > 1 || (parts[i - 1]?.length ?? 0) > 1 || i === parts.length - 1) ? ['', ...part] : part));
}

function brief(checkpoint: CheckpointReport, paper: Paper): string[] {
  const reason = verdictReason(checkpoint);
  const note = reason === null || checkpoint.verdict === 'unknown' ? '' : paper.c.dim(` · ${flat(reason, paper.quoted)}`);
  return [`${mark(checkpoint, paper.c)} ${flat(verdictSentence(checkpoint), paper.quoted)}${note}`];
}

/** Everything, in the order in which somebody who must act needs it. */
function whole(checkpoint: CheckpointReport, paper: Paper): string[] {
  const { c } = paper;
  const main = mainFinding(checkpoint);
  const isBroken = checkpoint.verdict === 'incomplete' || checkpoint.verdict === 'unreadable';
  const second = checkpoint.verdict === 'complete' ? calmSentence(checkpoint) : (main?.cause ?? null);
  const sections = [
    second === null ? [] : lines(second, paper),
    main === null ? [] : lines(main.message, paper),
    checkpoint.verdict !== 'complete' || main === null || main.cause === null ? [] : lines(main.cause, paper),
    ...(isBroken ? evidence(checkpoint, paper) : []),
    loaders(checkpoint, paper),
    main === null ? [] : fix(main, paper),
    ...otherFindings(checkpoint).map((finding) => other(finding, paper)),
    footer(checkpoint, paper),
  ];
  const head = wrap(verdictSentence(checkpoint), paper.width - 2, { text: c.bold, code: c.bold, quoted: paper.quoted });
  const body = sections.filter((section) => section.length > 0).flatMap((section) => ['', ...section.map((line) => (line === '' ? '' : `  ${line}`))]);
  return [...head.map((line, i) => `${i === 0 ? mark(checkpoint, c) : ' '} ${line}`), ...body];
}

function mark(checkpoint: CheckpointReport, c: Colours): string {
  if (checkpoint.verdict === 'unknown') return c.yellow('?');
  if (isNothingNew(checkpoint)) return c.yellow('!');
  if (checkpoint.verdict !== 'complete') return c.red('✗');
  return needsAttention(checkpoint) ? c.yellow('!') : c.green('✓');
}

function evidence(checkpoint: CheckpointReport, paper: Paper): string[][] {
  const { missing, mismatched, unexpected, shards, ledger } = checkpoint;
  const isPrefixed = isOnlyPrefixed(checkpoint);
  return [
    isPrefixed ? lines(prefixedSentence(checkpoint), paper) : missing.length === 0 ? [] : drawn(missingTable(missing, MOST_ROWS), paper),
    mismatched.length === 0 ? [] : drawn(mismatchTable(mismatched, MOST_ROWS), paper),
    isPrefixed || unexpected.length === 0 ? [] : drawn(tensorTable('Unexpected', unexpected, MOST_ROWS), paper),
    shards.length === 0 ? [] : drawn(shardTable(shards), paper),
    ledger.length === 0 ? [] : drawn(ledgerTable(checkpoint), paper),
  ];
}

function drawn(data: TableData, { c, width }: Paper): string[] {
  const rows = columns(data, width - 2, { head: c.dim, code: c.cyan });
  return data.left > 0 ? [...rows, c.dim(`… and ${counted(data.left, 'row')} more (--format json has them all)`)] : rows;
}

function loaders(checkpoint: CheckpointReport, paper: Paper): string[] {
  return loaderGroups(checkpoint).flatMap(({ loader, outcome }) => hanging([`${loader}: `, ...outcome], paper));
}

function fix(finding: Finding, paper: Paper): string[] {
  if (finding.fix === null) return [];
  const { steps, code } = finding.fix;
  const [first, ...rest] = lines(['Fix: ', ...steps], paper);
  const block = code === null ? [] : ['', ...visibleBlock(code.text, LONGEST_CODE).split('\n').map((line) => (line === '' ? '' : `  ${line}`))];
  return [(first ?? '').replace('Fix:', paper.c.bold(paper.c.green('Fix:'))), ...rest, ...block];
}

function other(finding: Finding, paper: Paper): string[] {
  const { c } = paper;
  const paint = finding.waived !== null ? c.dim : { error: c.red, warning: c.yellow, note: c.blue }[finding.severity];
  const label = finding.waived === null ? finding.severity : waivedLabel(finding.waived).toLowerCase();
  const [first, ...rest] = lines([`${label}: `, ...finding.title], paper);
  const why: Prose = finding.waived === null ? finding.message : waiverSentence(finding.waived);
  const steps = finding.waived === null ? fix(finding, paper) : [];
  return [(first ?? '').replace(`${label}:`, paint(`${label}:`)), ...rest, ...lines(why, paper), ...steps];
}

function footer(checkpoint: CheckpointReport, paper: Paper): string[] {
  const pages = new Map(checkpoint.findings.map(({ rule, helpUrl }) => [rule, helpUrl]));
  const facts = checkpoint.verdict === 'complete' ? [] : comparedSentences(checkpoint).map((fact) => flat(fact));
  const skipped = checkpoint.skipped.map((skipped) => flat(skippedSentence(skipped), paper.quoted));
  const help = [...pages].map(([rule, url]) => flat([{ code: rule }, ': ', { code: url }]));
  return [...facts, ...skipped, ...help].map((line) => paper.c.dim(line));
}

function notices(some: Report['notices'], paper: Paper): string[][] {
  return some.map(({ severity, message, location }) => {
    const place: Prose = location === null ? [] : [{ code: location.line === null ? location.path : `${location.path}:${location.line}` }, ': '];
    const told = wrap([...place, ...message], paper.width - 2, { text: String, code: paper.quoted ? String : paper.c.cyan, quoted: paper.quoted });
    return told.map((line, i) => `${i === 0 ? NOTICE_MARKS[severity](paper.c) : ' '} ${line}`);
  });
}

const NOTICE_MARKS = { error: (c: Colours) => c.red('✗'), warning: (c: Colours) => c.yellow('!'), note: (c: Colours) => c.blue('·') };

function lines(text: Prose, { c, quoted, width }: Paper): string[] {
  return wrap(text, width - 2, { text: String, code: c.cyan, quoted });
}

function hanging(text: Prose, { c, quoted, width }: Paper): string[] {
  return wrap(text, width - 4, { text: String, code: c.cyan, quoted }).map((line, i) => (i === 0 ? line : `  ${line}`));
}
