import { MAX_JSON_DEPTH } from './limits.ts';
import { quote } from './quote.ts';

/** Bytes with a meaning in JSON. */
export const BYTE = { quote: 0x22, comma: 0x2c, minus: 0x2d, zero: 0x30, nine: 0x39, colon: 0x3a, openArray: 0x5b, backslash: 0x5c, closeArray: 0x5d, /** the n of null */ null: 0x6e, openObject: 0x7b, closeObject: 0x7d } as const;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;
const PYTHON_ONLY = /^(?:NaN|-?Infinity)$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Where a JSON text breaks the rules of JSON. */
export class JsonSyntaxError extends Error {
  /** The byte at which it does, counted from 0. */
  readonly at: number;
  /** What should have stood there, in words. */
  readonly expected: string;
  /** What stands there, quoted. */
  readonly found: string;
  /** Whether it only nests too deeply. */
  readonly tooDeep: boolean;

  constructor(at: number, expected: string, found: string, tooDeep = false) {
    super(`expected ${expected}, found ${found}`);
    this.at = at;
    this.expected = expected;
    this.found = found;
    this.tooDeep = tooDeep;
  }
}

/**
 * Walks over the bytes of a JSON text that is known to be UTF-8, token by token, making no value but those asked for.
 * Every method throws JsonSyntaxError where the text is no JSON.
 */
export class JsonCursor {
  readonly bytes: Buffer;
  pos = 0;
  /** First byte of the string last read, after its quotation mark. */
  start = 0;
  /** Its closing quotation mark. */
  stop = 0;
  /** Whether it holds a backslash. */
  escaped = false;

  /** Whether `NaN` and `Infinity` are values too, as they are to Python. */
  readonly #python: boolean;

  constructor(bytes: Uint8Array, { python = false } = {}) {
    this.#python = python;
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The next byte that is not white space, without taking it; -1 at the end. */
  peek(): number {
    const { bytes } = this;
    let byte = bytes[this.pos] ?? -1;
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++this.pos] ?? -1;
    return byte;
  }

  /** Takes one byte that must come next. */
  take(byte: number, what: string): void {
    if (this.peek() !== byte) throw this.syntaxError(what);
    this.pos++;
  }

  /** After an element: takes a comma (true: another element follows) or the closing bracket (false). */
  more(close: number): boolean {
    const byte = this.peek();
    if (byte !== BYTE.comma && byte !== close) throw this.syntaxError(`"," or "${String.fromCharCode(close)}"`);
    this.pos++;
    return byte === BYTE.comma;
  }

  /** Reads a string and leaves its limits in `start`, `stop` and `escaped`. */
  string(what: string): void {
    this.take(BYTE.quote, what);
    const { bytes } = this;
    const start = this.pos;
    let pos = start;
    let escaped = false;
    for (;;) {
      const byte = bytes[pos] ?? -1;
      if (byte === BYTE.quote) break;
      if (byte === BYTE.backslash) {
        escaped = true;
        pos++;
      } else if (byte < 0x20) {
        this.pos = Math.min(pos, bytes.length);
        throw this.syntaxError('the end of a string');
      }
      pos++;
    }
    this.start = start;
    this.stop = pos;
    this.escaped = escaped;
    this.pos = pos + 1;
    if (escaped) this.text();
  }

  /** The string last read, decoded. */
  text(): string {
    const raw = this.bytes.toString('utf8', this.start, this.stop);
    if (!this.escaped) return raw;
    const text = unescaped(raw);
    // The parser of safetensors refuses half a surrogate pair, which has no place in UTF-8; Python does not mind.
    if (text === null || (LONE_SURROGATE.test(text) && !this.#python)) {
      throw new JsonSyntaxError(this.start, 'escape sequences that mean characters', quote(raw));
    }
    return text;
  }

  /** Whether the string last read is this ASCII text. */
  is(text: string): boolean {
    if (this.escaped) return this.text() === text;
    if (this.stop - this.start !== text.length) return false;
    for (let i = 0; i < text.length; i++) if (this.bytes[this.start + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /**
   * Reads a whole number from 0 to 2^53 - 1.
   * @returns -1 where none stands here, and then takes nothing; -2 where it is larger
   */
  integer(): number {
    const { bytes } = this;
    const first = this.peek();
    const start = this.pos;
    if (first < BYTE.zero || first > BYTE.nine) return -1;
    let value = 0;
    let pos = start;
    let byte = first;
    do {
      value = value * 10 + (byte - BYTE.zero);
      byte = bytes[++pos] ?? -1;
    } while (byte >= BYTE.zero && byte <= BYTE.nine);
    // `.`, `e` and `E` would make it a floating-point number; a leading zero is no JSON.
    if (byte === 0x2e || byte === 0x65 || byte === 0x45 || (first === BYTE.zero && pos > start + 1)) return -1;
    // Beyond 2^53 a double can no longer tell neighbours apart; 2^53 itself may be a rounded 2^53 + 1.
    if (value > Number.MAX_SAFE_INTEGER) return -2;
    this.pos = pos;
    return value;
  }

  /** Passes over any value, checking its syntax. `depth` is the number of arrays and objects around it. */
  skip(depth: number): void {
    const byte = this.peek();
    if (byte === BYTE.quote) return this.string('a string');
    if (byte !== BYTE.openObject && byte !== BYTE.openArray) return this.#skipLiteral();
    if (depth >= MAX_JSON_DEPTH) throw new JsonSyntaxError(this.pos, `no more than ${MAX_JSON_DEPTH} arrays and objects inside one another`, this.found(), true);
    this.pos++;
    const close = byte === BYTE.openObject ? BYTE.closeObject : BYTE.closeArray;
    if (this.peek() === close) {
      this.pos++;
      return;
    }
    do {
      if (byte === BYTE.openObject) {
        this.string('a key in quotation marks');
        this.take(BYTE.colon, '":"');
      }
      this.skip(depth + 1);
    } while (this.more(close));
  }

  /** An error that says what should have come here and what did. */
  syntaxError(expected: string): JsonSyntaxError {
    return new JsonSyntaxError(this.pos, expected, this.found());
  }

  /** The next few characters of the line, for a message. */
  found(): string {
    if (this.peek() === -1) return 'the end';
    const text = this.bytes.toString('utf8', this.pos, this.pos + 24);
    return quote(text.replace(/(?<=\S)\s*[\r\n].*$/su, '').replace(/\uFFFD+$/u, ''));
  }

  #skipLiteral(): void {
    const start = this.pos;
    let pos = start;
    while (isLiteralByte(this.bytes[pos] ?? -1)) pos++;
    const text = this.bytes.toString('latin1', start, pos);
    const valid = text === 'true' || text === 'false' || text === 'null' || (NUMBER.test(text) && (this.#python || Number.isFinite(Number(text)))) || (this.#python && PYTHON_ONLY.test(text));
    if (!valid) throw this.syntaxError('a JSON value');
    this.pos = pos;
  }
}

function isLiteralByte(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x2b || byte === BYTE.minus || byte === 0x2e;
}

function unescaped(raw: string): string | null {
  try {
    const text: unknown = JSON.parse(`"${raw}"`);
    return typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
}
