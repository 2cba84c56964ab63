import { HeaderError } from './header-error.ts';
import { BYTE, type JsonCursor } from './json-cursor.ts';
import { quote } from './quote.ts';

/**
 * Reads the value of `__metadata__`: an object of strings, or null, which the reference parser takes for none.
 * @returns an object without a prototype, in which a key such as `__proto__` is a key like any other
 * @throws HeaderError duplicate-key, metadata-not-strings
 */
export function readMetadata(cursor: JsonCursor): Readonly<Record<string, string>> | null {
  const first = cursor.peek();
  if (first === BYTE.null) {
    cursor.skip(1);
    return null;
  }
  if (first !== BYTE.openObject) throw notStrings(cursor, '');
  cursor.pos++;
  const metadata: Record<string, string> = Object.create(null);
  if (cursor.peek() === BYTE.closeObject) {
    cursor.pos++;
    return metadata;
  }
  do readMember(cursor, metadata);
  while (cursor.more(BYTE.closeObject));
  return metadata;
}

function readMember(cursor: JsonCursor, metadata: Record<string, string>): void {
  cursor.string('a key in quotation marks');
  const key = cursor.text();
  if (key in metadata) throw new HeaderError('duplicate-key', `"__metadata__" has the key ${quote(key)} twice.`);
  cursor.take(BYTE.colon, '":"');
  if (cursor.peek() !== BYTE.quote) throw notStrings(cursor, ` under the key ${quote(key)}`);
  cursor.string('a string');
  metadata[key] = cursor.text();
}

function notStrings(cursor: JsonCursor, where: string): HeaderError {
  return new HeaderError('metadata-not-strings', `"__metadata__" must map strings to strings; found ${cursor.found()}${where}.`);
}
