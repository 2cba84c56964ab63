import { MAX_QUOTED_CHARACTERS } from './limits.ts';

/** Text from a file as messages repeat it: in quotes, escaped as in JSON, shortened when long. */
export function quote(text: string): string {
  if (text.length <= MAX_QUOTED_CHARACTERS) return quoted(text);
  return `${quoted(text.slice(0, MAX_QUOTED_CHARACTERS))}… (${count(text.length)} characters)`;
}

/** In single quotes where that spares the text its backslashes. */
function quoted(text: string): string {
  const escaped = JSON.stringify(text);
  return text.includes('"') && !text.includes("'") && escaped === `"${text.replaceAll('"', '\\"')}"` ? `'${text}'` : escaped;
}

/** A number with thousands separated by commas: 1,050,673,152. */
export function count(value: number | bigint): string {
  // The first use of a locale costs as much as all of a small check; whole numbers need none.
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return value.toLocaleString('en-US');
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** A number of bytes in words: `1 byte`, `1,024 bytes`. */
export function byteCount(value: number | bigint): string {
  return `${count(value)} ${value === 1 || value === 1n ? 'byte' : 'bytes'}`;
}
