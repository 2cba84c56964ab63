import type { ColumnBuilder } from './column-builder.ts';

const WORD = 4;
const COMMA = 0x2c;
const ZERO = 0x30;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;
const OFFSETS = words(',"data_offsets":[');

/** Some text as words of four bytes, and the bytes that are left over. */
interface Template {
  readonly length: number;
  readonly words: Int32Array;
  readonly rest: Uint8Array;
}

/**
 * Reads an entry that is spelled as the reference library spells all of them: `{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`,
 * without white space, in this order, and of the same type as the one before. That is nearly every entry there is, and
 * comparing with a template takes half the time of reading tokens. Whatever differs is left to the general reader.
 */
export class CanonicalEntry {
  begin = 0;
  end = 0;
  /** Product of the dimensions, and whether no step of it was rounded. */
  elements = 1;
  exact = true;
  readonly #view: DataView;
  readonly #builder: ColumnBuilder;
  #template: Template | null = null;
  #pos = 0;

  constructor(bytes: Uint8Array, builder: ColumnBuilder) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#builder = builder;
  }

  /** From now on entries of this type are expected. */
  expect(dtype: string): void {
    this.#template = words(`:{"dtype":"${dtype}","shape":[`);
  }

  /**
   * Reads what follows a name.
   * @param pos the byte after the name's closing quotation mark
   * @returns the byte after the entry, or -1 where it is not spelled so; then nothing has changed
   */
  read(pos: number): number {
    const template = this.#template;
    if (template === null || !this.#matches(template, pos)) return -1;
    this.#pos = pos + template.length;
    if (!this.#readShape() || !this.#matches(OFFSETS, this.#pos)) return this.#undo();
    this.#pos += OFFSETS.length;
    this.begin = this.#integer();
    if (this.begin < 0 || this.#byte() !== COMMA) return this.#undo();
    this.#pos++;
    this.end = this.#integer();
    if (this.end < 0 || this.#byte() !== CLOSE_ARRAY) return this.#undo();
    this.#pos++;
    return this.#byte() === CLOSE_OBJECT ? this.#pos + 1 : this.#undo();
  }

  #undo(): number {
    this.#builder.dropDims();
    return -1;
  }

  #readShape(): boolean {
    this.elements = 1;
    this.exact = true;
    if (this.#byte() === CLOSE_ARRAY) {
      this.#pos++;
      return true;
    }
    for (;;) {
      const dim = this.#integer();
      if (dim < 0) return false;
      this.elements *= dim;
      if (this.elements > Number.MAX_SAFE_INTEGER) this.exact = false;
      this.#builder.dim(dim);
      const byte = this.#byte();
      this.#pos++;
      if (byte === CLOSE_ARRAY) return true;
      if (byte !== COMMA) return false;
    }
  }

  /** A whole number in plain digits; -1 for all else, and for what a double cannot hold exactly. */
  #integer(): number {
    const view = this.#view;
    const start = this.#pos;
    const length = view.byteLength;
    let pos = start;
    let value = 0;
    while (pos < length) {
      const digit = view.getUint8(pos) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      pos++;
    }
    this.#pos = pos;
    const isPlain = pos === start + 1 || (pos > start && view.getUint8(start) !== ZERO);
    return isPlain && value <= Number.MAX_SAFE_INTEGER ? value : -1;
  }

  #byte(): number {
    return this.#pos < this.#view.byteLength ? this.#view.getUint8(this.#pos) : -1;
  }

  #matches({ length, words, rest }: Template, pos: number): boolean {
    const view = this.#view;
    if (pos + length > view.byteLength) return false;
    let at = pos;
    for (let i = 0; i < words.length; i++, at += WORD) if (view.getInt32(at, true) !== words[i]) return false;
    for (let i = 0; i < rest.length; i++) if (view.getUint8(at + i) !== rest[i]) return false;
    return true;
  }
}

function words(text: string): Template {
  const bytes = Buffer.from(text);
  const whole = Math.floor(bytes.length / WORD);
  return { length: bytes.length, words: Int32Array.from({ length: whole }, (_, i) => bytes.readInt32LE(i * WORD)), rest: Uint8Array.from(bytes.subarray(whole * WORD)) };
}
