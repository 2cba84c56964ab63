import measured from 'string-width';
import type { Prose } from './report.ts';
import type { TableData } from './tables.ts';
import { visible } from './untrusted.ts';

/** Colours one piece of text; the identity where there is no colour. */
export type Paint = (text: string) => string;

export interface Style {
  readonly text: Paint;
  readonly code: Paint;
  /** Whether code stands between backticks: where no colour sets it apart. */
  readonly quoted: boolean;
}

/** Between the columns of a table. */
const GAP = '  ';
/** A text is not shortened below this, however narrow the terminal: shards would look alike. */
const LEAST_WIDTH = 34;

/** What takes one column a character: all that our own words are made of. Told at a glance, where Unicode's rules take milliseconds. */
const PLAIN = /^[ -~‘’“”–—−×·…→✓✗]*$/u;

/** Columns that a text takes on a terminal. */
function stringWidth(text: string): number {
  return PLAIN.test(text) ? text.length : measured(text);
}

/** Prose on one line, without colour. */
export function flat(text: Prose, quoted = false): string {
  return text.map((part) => (typeof part === 'string' ? oneLine(part) : shownCode(part.code, quoted))).join('');
}

/** Prose broken into lines of at most `width` columns; a name is never broken, nor parted from the signs beside it. */
export function wrap(text: Prose, width: number, style: Style): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const { words: glued, wide } of chunks(text, style.quoted)) {
    if (used > 0 && used + 1 + wide > width) {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += (used > 0 ? ' ' : '') + glued.map(({ raw, paint }) => (paint === 'code' ? style.code(raw) : style.text(raw))).join('');
    used += wide + (used > 0 ? 1 : 0);
  }
  return line === '' ? lines : [...lines, line];
}

/** Words with no white space between them, and the columns that they take together. */
function chunks(text: Prose, quoted: boolean): { readonly words: Word[]; wide: number }[] {
  const found: { readonly words: Word[]; wide: number }[] = [];
  for (const word of words(text, quoted)) {
    const last = found.at(-1);
    const wide = stringWidth(word.raw);
    if (last === undefined || word.spaced) found.push({ words: [word], wide });
    else {
      last.words.push(word);
      last.wide += wide;
    }
  }
  return found;
}

/**
 * A table as lines of at most `width` columns where that is possible: the widest column of text is shortened in the
 * middle of its cells.
 */
export function columns(data: TableData, width: number, style: { readonly head: Paint; readonly code: Paint }): string[] {
  const heads = data.heads.map((head) => head.replace(/^>/, ''));
  const texts = data.rows.map((row) => row.map((cell) => flat(cell)));
  const isNumber = (i: number): boolean => (data.heads[i] ?? '').startsWith('>');
  const widths = fitted(heads.map((head, i) => Math.max(stringWidth(head), ...texts.map((row) => stringWidth(row[i] ?? '')))), width, isNumber);
  const byColumn = widths.map((wide, i) => withoutCommonStart(data.rows.map((row) => row[i]), texts.map((row) => row[i] ?? ''), wide));
  const line = (cells: readonly string[], paint: (cell: string, i: number) => string): string =>
    cells
      .map((cell, i) => {
        const shown = cell === '' ? '' : visible(cell, widths[i]);
        const padding = ' '.repeat(Math.max(0, (widths[i] ?? 0) - stringWidth(shown)));
        return isNumber(i) ? padding + paint(shown, i) : paint(shown, i) + padding;
      })
      .join(GAP)
      .trimEnd();
  return [line(heads, style.head), ...texts.map((_, r) => line(byColumn.map((cells) => cells[r] ?? ''), (cell, i) => (isCode(data.rows[r]?.[i]) ? style.code(cell) : cell)))];
}

/** Names without the segments with which all of them begin (`base_model.model.…`), as far as they are too wide: what tells them apart stands at the end. */
function withoutCommonStart(cells: readonly (Prose | undefined)[], texts: readonly string[], wide: number): string[] {
  const [first = ''] = texts;
  const excess = Math.max(0, ...texts.map(stringWidth)) - wide;
  if (texts.length < 2 || excess <= 0 || !cells.every(isCode)) return [...texts];
  let end = 0;
  const isCommon = (dot: number): boolean => dot >= 0 && texts.every((text) => text.startsWith(first.slice(0, dot + 1)));
  for (let dot = first.indexOf('.'); end <= excess && isCommon(dot); dot = first.indexOf('.', dot + 1)) end = dot + 1;
  return end < 2 ? [...texts] : texts.map((text) => `…${text.slice(end)}`);
}

/** The widths with the widest column of text narrowed, so that all fit into `width` if they can. */
function fitted(widths: readonly number[], width: number, isNumber: (i: number) => boolean): number[] {
  const widest = Math.max(0, ...widths.filter((_, i) => !isNumber(i)));
  const elastic = widths.findIndex((wide, i) => wide === widest && !isNumber(i));
  const excess = widths.reduce((sum, wide) => sum + wide + GAP.length, -GAP.length) - width;
  return widths.map((wide, i) => (i === elastic && excess > 0 ? Math.min(wide, Math.max(LEAST_WIDTH, wide - excess)) : wide));
}

interface Word {
  readonly raw: string;
  readonly paint: 'text' | 'code';
  /** Whether white space stands before it. */
  readonly spaced: boolean;
}

function words(text: Prose, quoted: boolean): Word[] {
  const found: Word[] = [];
  let spaced = false;
  for (const part of text) {
    if (typeof part !== 'string') {
      found.push({ raw: shownCode(part.code, quoted), paint: 'code', spaced });
      spaced = false;
      continue;
    }
    for (const piece of oneLine(part).split(/( +)/)) {
      if (piece.trim() === '') spaced = spaced || piece !== '';
      else {
        found.push({ raw: piece, paint: 'text', spaced });
        spaced = false;
      }
    }
  }
  return found;
}

function oneLine(text: string): string {
  return text === '' ? '' : visible(text.replaceAll('\n', ' '), 1_500);
}

function shownCode(code: string, quoted: boolean): string {
  return quoted ? `\`${visible(code)}\`` : visible(code);
}

function isCode(cell: Prose | undefined): boolean {
  return cell?.length === 1 && typeof cell[0] !== 'string';
}
