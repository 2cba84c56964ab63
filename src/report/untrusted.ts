/**
 * Strings that others wrote (tensor names, file names, repo ids, server messages, text of an untrusted report) made
 * fit to be shown. Nothing is deleted silently: what cannot be shown as it is appears as an escape.
 */

/** No name that a person can act on is longer; a longer one is cut in its middle, where names differ least. */
export const LONGEST_NAME = 200;

/**
 * Characters that are not shown as they are: controls (C0, DEL, C1), soft hyphen, line and paragraph separators,
 * zero-width and bidirectional controls, variation and tag characters, lone surrogates. A newline starts a block in
 * Markdown, an escape sequence drives a terminal, and a bidirectional override shows another name than the stored one.
 */
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]|\p{Cs}/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The same text on one line, with every hidden character as an escape, cut to `limit` UTF-16 units with `…` in the middle. */
export function visible(text: string, limit = LONGEST_NAME): string {
  if (text === '') return '""';
  // Cut first, so that a name of a megabyte costs nothing; then again, because escapes are longer than what they stand for.
  return shorten(shorten(text, limit).replace(HIDDEN, escapeOf), limit);
}

function escapeOf(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const point = character.codePointAt(0) ?? 0;
  const digits = point.toString(16);
  return point > 0xffff ? `\\u{${digits}}` : `\\u${digits.padStart(4, '0')}`;
}

function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = limit - 1;
  const head = Math.ceil(kept / 2);
  // Never cut a surrogate pair: half of one would be shown as an escape.
  const begin = isPairAt(text, head) ? head - 1 : head;
  const rest = text.length - (kept - head);
  const end = isPairAt(text, rest) ? rest + 1 : rest;
  return `${text.slice(0, begin)}…${text.slice(end)}`;
}

function isPairAt(text: string, index: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(index - 1, index + 1));
}

/** As `visible`, for a block of code of several lines: newlines stay, tabs become two spaces. */
export function visibleBlock(text: string, limit: number): string {
  const lines = text.slice(0, limit).split(/\r\n|\n/);
  return lines.map((line) => (line === '' ? '' : visible(line.replaceAll('\t', '  '), limit))).join('\n');
}

/** Splits what GitHub would make a link, a mention or a formula of; invisible to a reader. */
const BREAK = '\u200b';

/**
 * The same prose without anything that GitHub turns into a mention, a reference, a link or a formula. Character
 * references (`&#64;`) do not help there, because GitHub looks at the text after decoding; a zero-width space does.
 * The Markdown serialiser escapes the markup; this is only what it does not know of.
 */
export function linkless(text: string): string {
  return text
    .replace(/[@#](?=\S)/g, `$&${BREAK}`)
    .replace(/\bgh-(?=\d)/gi, `$&${BREAK}`)
    .replace(/\b(?:[a-z][a-z0-9+.-]*):(?=\/\/)/gi, `$&${BREAK}`)
    .replace(/\b(?:mailto|xmpp):/gi, `$&${BREAK}`)
    .replace(/www(?=\.)/gi, `$&${BREAK}`)
    .replace(/\b(?=[0-9]*[a-f])(?=[a-f]*[0-9])([0-9a-f]{6})(?=[0-9a-f])/gi, `$1${BREAK}`)
    .replaceAll('$', '\uff04');
}

/**
 * The same text, safe to print where a GitHub runner reads the log: it obeys `::command::` at the start of a line
 * (after white space) and `##[command]` anywhere. To be used on text whose control characters are escaped already;
 * colours of our own before the colons are looked through.
 */
export function commandless(text: string): string {
  return text.replace(/^((?:[^\S\n]|\u001b\[\d+m)*):(?=:)/gm, `$1:${BREAK}`).replace(/##(?=\[)/g, `#${BREAK}#`);
}
