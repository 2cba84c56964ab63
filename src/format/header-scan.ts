import { isAscii } from 'node:buffer';
import { ColumnBuilder } from './column-builder.ts';
import { DTYPES, SAFETENSORS_DTYPES } from './dtype.ts';
import { BYTE, HeaderCursor } from './header-cursor.ts';
import { HeaderError, type HeaderViolation } from './header-error.ts';
import { checkSize } from './layout.ts';
import { GIVEN_UP, NameIndex } from './name-index.ts';
import { count, quote } from './quote.ts';
import type { TensorColumns } from './tensor-table.ts';

/** What a header says, before its layout is checked. */
export interface ScannedHeader {
  readonly columns: TensorColumns;
  readonly metadata: Readonly<Record<string, string>> | null;
}

/** Bytes that an entry of a header takes at least on average: real ones take 90 to 150. Sizes the columns at the start. */
const BYTES_AN_ENTRY = 80;

const DTYPE_CODES: ReadonlyMap<string, number> = new Map(DTYPES.slice(0, SAFETENSORS_DTYPES).map((dtype, code) => [dtype.name, code]));

/**
 * Reads the JSON of a header in one pass, straight into columns.
 * @param bytes the JSON, known to be valid UTF-8
 * @throws HeaderError
 */
export function scanHeader(bytes: Uint8Array): ScannedHeader {
  return new HeaderScan(bytes).run();
}

class HeaderScan {
  readonly #cursor: HeaderCursor;
  readonly #builder: ColumnBuilder;
  readonly #index: NameIndex;
  /** The whole header as text, where it is ASCII: names are then views of it, which cost a tenth of strings of their own. */
  readonly #ascii: string | null;
  /** Whether duplicate names must be looked for with a Set: names with escape sequences differ in bytes and may be equal. */
  #compareStrings = false;
  #metadata: Record<string, string> | null = null;
  #metadataSeen = false;
  /** Type of the entry read before, and where its name lies: the next one mostly has the same. */
  #lastDtype = -1;
  #lastDtypeName = '';

  constructor(bytes: Uint8Array) {
    const rows = bytes.length / BYTES_AN_ENTRY;
    this.#cursor = new HeaderCursor(bytes);
    this.#builder = new ColumnBuilder(rows);
    this.#index = new NameIndex(bytes, rows);
    this.#ascii = isAscii(bytes) ? this.#cursor.bytes.toString('latin1') : null;
  }

  run(): ScannedHeader {
    const cursor = this.#cursor;
    if (cursor.peek() === -1) throw cursor.syntaxError('a JSON object');
    if (cursor.peek() !== BYTE.openObject) throw this.#notObject();
    cursor.pos++;
    if (cursor.peek() === BYTE.closeObject) cursor.pos++;
    else {
      do this.#member();
      while (cursor.more(BYTE.closeObject));
    }
    if (cursor.peek() !== -1) throw cursor.syntaxError('nothing but white space after the object');
    if (this.#compareStrings) this.#findDuplicate();
    return { columns: this.#builder.columns(), metadata: this.#metadata };
  }

  #notObject(): HeaderError {
    const cursor = this.#cursor;
    const found = cursor.found();
    cursor.skip(0);
    return new HeaderError('header-not-object', `The header must be a JSON object; found ${found}.`);
  }

  #member(): void {
    const cursor = this.#cursor;
    cursor.string('a tensor name in quotation marks');
    const { start, stop, escaped } = cursor;
    // Two underscores rule out nearly every name before the comparison.
    if ((escaped || cursor.bytes[start] === 0x5f) && cursor.is('__metadata__')) return this.#readMetadata();
    const name = this.#ascii !== null && !escaped ? this.#ascii.substring(start, stop) : cursor.text();
    if (escaped) this.#compareStrings = true;
    if (!this.#compareStrings) this.#addName(name, start, stop);
    cursor.take(BYTE.colon, '":"');
    this.#entry(name);
  }

  #addName(name: string, start: number, stop: number): void {
    const row = this.#index.add(start, stop);
    if (row === GIVEN_UP) this.#compareStrings = true;
    else if (row >= 0) throw duplicateName(name);
  }

  #findDuplicate(): void {
    const seen = new Set<string>();
    for (const name of this.#builder.names) {
      if (seen.has(name)) throw duplicateName(name);
      seen.add(name);
    }
  }

  #entry(name: string): void {
    const cursor = this.#cursor;
    if (cursor.peek() !== BYTE.openObject) {
      throw new HeaderError('entry-not-object', `Tensor ${quote(name)} must be described by an object with dtype, shape and data_offsets; found ${cursor.found()}.`);
    }
    cursor.pos++;
    const entry: Entry = { name, dtype: -1, begin: -1, end: -1, hasShape: false, others: null };
    if (cursor.peek() === BYTE.closeObject) cursor.pos++;
    else {
      do this.#field(entry);
      while (cursor.more(BYTE.closeObject));
    }
    const { dtype, begin, end } = entry;
    if (dtype < 0) throw missingField(name, 'dtype');
    if (!entry.hasShape) throw missingField(name, 'shape');
    if (begin < 0) throw missingField(name, 'data_offsets');
    if (end < begin) throw new HeaderError('offsets-reversed', `Tensor ${quote(name)}: data_offsets end at byte ${count(end)}, before they begin at ${count(begin)}.`);
    checkSize(name, dtype, this.#builder.openDims, end - begin);
    this.#builder.row(name, dtype, begin, end);
  }

  #field(entry: Entry): void {
    const cursor = this.#cursor;
    cursor.string('a key in quotation marks');
    if (cursor.is('dtype')) {
      if (entry.dtype >= 0) throw duplicateField(entry.name, 'dtype');
      cursor.take(BYTE.colon, '":"');
      entry.dtype = this.#dtype(entry.name);
    } else if (cursor.is('shape')) {
      if (entry.hasShape) throw duplicateField(entry.name, 'shape');
      cursor.take(BYTE.colon, '":"');
      entry.hasShape = true;
      this.#shape(entry.name);
    } else if (cursor.is('data_offsets')) {
      if (entry.begin >= 0) throw duplicateField(entry.name, 'data_offsets');
      cursor.take(BYTE.colon, '":"');
      this.#offsets(entry);
    } else this.#otherField(entry);
  }

  /** A field that the format does not know: passed over, as the reference parser does. */
  #otherField(entry: Entry): void {
    const key = this.#cursor.text();
    entry.others ??= new Set();
    if (entry.others.has(key)) throw duplicateField(entry.name, key);
    entry.others.add(key);
    this.#cursor.take(BYTE.colon, '":"');
    this.#cursor.skip(2);
  }

  #dtype(name: string): number {
    const cursor = this.#cursor;
    if (cursor.peek() !== BYTE.quote) throw unknownDtype(name, cursor.found());
    cursor.string('a dtype');
    if (this.#lastDtype >= 0 && cursor.is(this.#lastDtypeName)) return this.#lastDtype;
    const text = cursor.text();
    const code = DTYPE_CODES.get(text);
    if (code === undefined) throw unknownDtype(name, quote(text));
    this.#lastDtype = code;
    this.#lastDtypeName = text;
    return code;
  }

  #shape(name: string): void {
    const cursor = this.#cursor;
    this.#openArray('shape-invalid', 'shape', name);
    if (cursor.peek() === BYTE.closeArray) {
      cursor.pos++;
      return;
    }
    do this.#builder.dim(cursor.integer('shape-invalid', name, 'shape'));
    while (cursor.more(BYTE.closeArray));
  }

  #offsets(entry: Entry): void {
    const cursor = this.#cursor;
    const { name } = entry;
    this.#openArray('offsets-invalid', 'data_offsets', name);
    const at = cursor.pos;
    entry.begin = cursor.integer('offsets-invalid', name, 'data_offsets');
    if (cursor.more(BYTE.closeArray)) {
      entry.end = cursor.integer('offsets-invalid', name, 'data_offsets');
      if (!cursor.more(BYTE.closeArray)) return;
    }
    throw new HeaderError('offsets-invalid', `Tensor ${quote(name)}: data_offsets must be two numbers, begin and end; found ${quote(cursor.bytes.toString('latin1', at - 1, cursor.pos))} at byte ${count(at)} of the header.`);
  }

  #openArray(violation: HeaderViolation, field: string, name: string): void {
    const cursor = this.#cursor;
    if (cursor.peek() !== BYTE.openArray) throw new HeaderError(violation, `Tensor ${quote(name)}: ${field} must be an array of whole numbers; found ${cursor.found()}.`);
    cursor.pos++;
  }

  #readMetadata(): void {
    const cursor = this.#cursor;
    if (this.#metadataSeen) throw new HeaderError('duplicate-key', 'The header has "__metadata__" twice.');
    this.#metadataSeen = true;
    cursor.take(BYTE.colon, '":"');
    const first = cursor.peek();
    // The reference parser takes null for "no metadata".
    if (first === 0x6e) return cursor.skip(1);
    if (first !== BYTE.openObject) throw this.#metadataError();
    cursor.pos++;
    // Without a prototype a key such as `__proto__` is a key like any other.
    const metadata: Record<string, string> = Object.create(null);
    this.#metadata = metadata;
    if (cursor.peek() === BYTE.closeObject) {
      cursor.pos++;
      return;
    }
    do {
      cursor.string('a key in quotation marks');
      const key = cursor.text();
      if (key in metadata) throw new HeaderError('duplicate-key', `"__metadata__" has the key ${quote(key)} twice.`);
      cursor.take(BYTE.colon, '":"');
      if (cursor.peek() !== BYTE.quote) throw this.#metadataError(key);
      cursor.string('a string');
      metadata[key] = cursor.text();
    } while (cursor.more(BYTE.closeObject));
  }

  #metadataError(key?: string): HeaderError {
    const where = key === undefined ? '' : ` under the key ${quote(key)}`;
    return new HeaderError('metadata-not-strings', `"__metadata__" must map strings to strings; found ${this.#cursor.found()}${where}.`);
  }
}

interface Entry {
  readonly name: string;
  dtype: number;
  begin: number;
  end: number;
  hasShape: boolean;
  /** Names of the fields that the format does not know. */
  others: Set<string> | null;
}

function duplicateName(name: string): HeaderError {
  return new HeaderError('duplicate-name', `Two tensors have the name ${quote(name)}: loaders keep one and drop the other silently.`);
}

function duplicateField(name: string, field: string): HeaderError {
  return new HeaderError('duplicate-key', `Tensor ${quote(name)} has the field ${quote(field)} twice.`);
}

function missingField(name: string, field: string): HeaderError {
  return new HeaderError('field-missing', `Tensor ${quote(name)} has no ${field}.`);
}

function unknownDtype(name: string, found: string): HeaderError {
  return new HeaderError('dtype-unknown', `Tensor ${quote(name)}: dtype must be one of ${[...DTYPE_CODES.keys()].join(', ')}; found ${found}.`);
}
