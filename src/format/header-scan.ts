import { CanonicalEntry } from './canonical-entry.ts';
import { ColumnBuilder } from './column-builder.ts';
import { DTYPES, SAFETENSORS_DTYPES } from './dtype.ts';
import { HeaderError, type HeaderViolation } from './header-error.ts';
import { BYTE, JsonCursor, JsonSyntaxError } from './json-cursor.ts';
import { checkSize } from './layout.ts';
import { readMetadata } from './metadata.ts';
import { NameColumn } from './name-column.ts';
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
const DTYPE_BITS = Uint8Array.from(DTYPES.slice(0, SAFETENSORS_DTYPES), (dtype) => dtype.bits);

/**
 * Reads the JSON of a header in one pass, straight into columns.
 * @param bytes the JSON, known to be valid UTF-8
 * @throws HeaderError
 */
export function scanHeader(bytes: Uint8Array): ScannedHeader {
  try {
    return new HeaderScan(bytes).run();
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw syntaxError(error);
  }
}

function syntaxError({ at, expected, found, tooDeep }: JsonSyntaxError): HeaderError {
  const where = `expected ${expected} at byte ${count(at)}, found ${found}`;
  return tooDeep ? new HeaderError('header-too-deep', `The header nests too deeply: ${where}.`) : new HeaderError('header-not-json', `The header is not valid JSON: ${where}.`);
}

class HeaderScan {
  readonly #cursor: JsonCursor;
  readonly #builder: ColumnBuilder;
  readonly #names: NameColumn;
  readonly #canonical: CanonicalEntry;
  #metadata: Readonly<Record<string, string>> | null = null;
  #metadataSeen = false;
  /** Type of the entry read before, and its name: the next one mostly has the same. */
  #lastDtype = -1;
  #lastDtypeName = '';
  /** Where the name of the entry that is being read lies. */
  #nameStart = 0;
  #nameStop = 0;
  #nameEscaped = false;
  /** What is known of that entry; here and not in an object, as there would be one a tensor. */
  #dtype = -1;
  #begin = -1;
  #end = -1;
  #hasShape = false;
  /** Names of its fields that the format does not know. */
  #others: Set<string> | null = null;
  /** Product of its dimensions, and whether no step of it was rounded. */
  #elements = 1;
  #exact = true;

  constructor(bytes: Uint8Array) {
    this.#cursor = new JsonCursor(bytes);
    this.#builder = new ColumnBuilder(bytes.length / BYTES_AN_ENTRY);
    this.#names = new NameColumn(this.#cursor.bytes);
    this.#canonical = new CanonicalEntry(bytes, this.#builder);
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
    const duplicate = this.#names.finish();
    if (duplicate !== null) throw new HeaderError('duplicate-name', `Two tensors have the name ${quote(duplicate)}: loaders keep one and drop the other silently.`);
    return { columns: this.#builder.columns(this.#names.names), metadata: this.#metadata };
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
    this.#nameStart = start;
    this.#nameStop = stop;
    this.#nameEscaped = escaped;
    if (escaped) this.#names.addDecoded(cursor.text());
    else this.#names.add(start, stop);
    if (this.#canonicalEntry()) return;
    cursor.take(BYTE.colon, '":"');
    this.#entry();
  }

  /** Reads the entry if it is spelled in the common way. */
  #canonicalEntry(): boolean {
    const entry = this.#canonical;
    const after = entry.read(this.#cursor.pos);
    if (after < 0) return false;
    this.#cursor.pos = after;
    this.#dtype = this.#lastDtype;
    this.#hasShape = true;
    this.#begin = entry.begin;
    this.#end = entry.end;
    this.#elements = entry.elements;
    this.#exact = entry.exact;
    this.#finishEntry();
    return true;
  }

  #entry(): void {
    const cursor = this.#cursor;
    if (cursor.peek() !== BYTE.openObject) {
      throw new HeaderError('entry-not-object', `Tensor ${quote(this.#name())} must be described by an object with dtype, shape and data_offsets; found ${cursor.found()}.`);
    }
    cursor.pos++;
    this.#dtype = -1;
    this.#begin = -1;
    this.#end = -1;
    this.#hasShape = false;
    this.#others = null;
    this.#elements = 1;
    this.#exact = true;
    if (cursor.peek() === BYTE.closeObject) cursor.pos++;
    else {
      do this.#field();
      while (cursor.more(BYTE.closeObject));
    }
    this.#finishEntry();
  }

  #finishEntry(): void {
    const dtype = this.#dtype;
    const begin = this.#begin;
    const end = this.#end;
    if (dtype < 0) throw this.#missingField('dtype');
    if (!this.#hasShape) throw this.#missingField('shape');
    if (begin < 0) throw this.#missingField('data_offsets');
    if (end < begin) throw new HeaderError('offsets-reversed', `Tensor ${quote(this.#name())}: data_offsets end at byte ${count(end)}, before they begin at ${count(begin)}.`);
    const bits = this.#elements * (DTYPE_BITS[dtype] ?? 0);
    // Where a double holds every step of the product exactly, this settles it; else, and to say what is wrong, whole numbers do.
    if (!this.#exact || bits > Number.MAX_SAFE_INTEGER || bits !== 8 * (end - begin)) checkSize(this.#name(), dtype, this.#builder.openDims, end - begin);
    this.#builder.row(dtype, begin, end);
  }

  #field(): void {
    const cursor = this.#cursor;
    cursor.string('a key in quotation marks');
    if (cursor.is('dtype')) {
      if (this.#dtype >= 0) throw this.#duplicateField('dtype');
      cursor.take(BYTE.colon, '":"');
      this.#dtype = this.#readDtype();
    } else if (cursor.is('shape')) {
      if (this.#hasShape) throw this.#duplicateField('shape');
      cursor.take(BYTE.colon, '":"');
      this.#hasShape = true;
      this.#readShape();
    } else if (cursor.is('data_offsets')) {
      if (this.#begin >= 0) throw this.#duplicateField('data_offsets');
      cursor.take(BYTE.colon, '":"');
      this.#readOffsets();
    } else this.#otherField();
  }

  /** A field that the format does not know: passed over, as the reference parser does. */
  #otherField(): void {
    const key = this.#cursor.text();
    this.#others ??= new Set();
    if (this.#others.has(key)) throw this.#duplicateField(key);
    this.#others.add(key);
    this.#cursor.take(BYTE.colon, '":"');
    this.#cursor.skip(2);
  }

  #readDtype(): number {
    const cursor = this.#cursor;
    if (cursor.peek() !== BYTE.quote) throw this.#unknownDtype(cursor.found());
    cursor.string('a dtype');
    if (this.#lastDtype >= 0 && cursor.is(this.#lastDtypeName)) return this.#lastDtype;
    const text = cursor.text();
    const code = DTYPE_CODES.get(text);
    if (code === undefined) throw this.#unknownDtype(quote(text));
    this.#lastDtype = code;
    this.#lastDtypeName = text;
    this.#canonical.expect(text);
    return code;
  }

  #readShape(): void {
    const cursor = this.#cursor;
    this.#openArray('shape-invalid', 'shape');
    if (cursor.peek() === BYTE.closeArray) {
      cursor.pos++;
      return;
    }
    do {
      const dim = this.#integer('shape-invalid', 'shape');
      this.#elements *= dim;
      if (this.#elements > Number.MAX_SAFE_INTEGER) this.#exact = false;
      this.#builder.dim(dim);
    } while (cursor.more(BYTE.closeArray));
  }

  #readOffsets(): void {
    const cursor = this.#cursor;
    this.#openArray('offsets-invalid', 'data_offsets');
    const at = cursor.pos;
    this.#begin = this.#integer('offsets-invalid', 'data_offsets');
    if (cursor.more(BYTE.closeArray)) {
      this.#end = this.#integer('offsets-invalid', 'data_offsets');
      if (!cursor.more(BYTE.closeArray)) return;
    }
    throw new HeaderError('offsets-invalid', `Tensor ${quote(this.#name())}: data_offsets must be two numbers, begin and end; found ${quote(cursor.bytes.toString('latin1', at - 1, cursor.pos))} at byte ${count(at)} of the header.`);
  }

  #integer(violation: HeaderViolation, field: string): number {
    const cursor = this.#cursor;
    const value = cursor.integer();
    if (value >= 0) return value;
    const found = cursor.found();
    if (value === -1) throw new HeaderError(violation, `Tensor ${quote(this.#name())}: ${field} must hold whole numbers from 0; found ${found} at byte ${count(cursor.pos)} of the header.`);
    throw new HeaderError('integer-too-large', `Tensor ${quote(this.#name())}: ${field} holds a number above 2^53 - 1 (${count(Number.MAX_SAFE_INTEGER)}), which cannot be the size of anything stored; found ${found} at byte ${count(cursor.pos)} of the header.`);
  }

  #openArray(violation: HeaderViolation, field: string): void {
    const cursor = this.#cursor;
    if (cursor.peek() !== BYTE.openArray) throw new HeaderError(violation, `Tensor ${quote(this.#name())}: ${field} must be an array of whole numbers; found ${cursor.found()}.`);
    cursor.pos++;
  }

  #readMetadata(): void {
    if (this.#metadataSeen) throw new HeaderError('duplicate-key', 'The header has "__metadata__" twice.');
    this.#metadataSeen = true;
    this.#cursor.take(BYTE.colon, '":"');
    this.#metadata = readMetadata(this.#cursor);
  }

  /** Name of the entry that is being read, decoded for a message. */
  #name(): string {
    const cursor = this.#cursor;
    cursor.start = this.#nameStart;
    cursor.stop = this.#nameStop;
    cursor.escaped = this.#nameEscaped;
    return cursor.text();
  }

  #duplicateField(field: string): HeaderError {
    return new HeaderError('duplicate-key', `Tensor ${quote(this.#name())} has the field ${quote(field)} twice.`);
  }

  #missingField(field: string): HeaderError {
    return new HeaderError('field-missing', `Tensor ${quote(this.#name())} has no ${field}.`);
  }

  #unknownDtype(found: string): HeaderError {
    return new HeaderError('dtype-unknown', `Tensor ${quote(this.#name())}: dtype must be one of ${[...DTYPE_CODES.keys()].join(', ')}; found ${found}.`);
  }
}
