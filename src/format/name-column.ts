import { isAscii } from 'node:buffer';

/** Bytes of names that are decoded at once: so many that the garbage collector lets the text stay where it is. */
const CHUNK_BYTES = 1 << 19;
/** Bits of the filter for each byte of the header: entries take 50 bytes at least, so that no more than one bit in six is ever set. */
const FILTER_BITS_A_BYTE = 0.25;
/** No entry of a header is shorter: `"":{"dtype":"U8","shape":[],"data_offsets":[0,0]}` and a comma. */
const SHORTEST_ENTRY = 50;
const WORD = 4;

/**
 * The names of a header, in order. Decoding each by itself, and hashing each to find duplicates, would take longer
 * than reading all the rest. Hence names are gathered and decoded many at a time, each then a view of a longer string;
 * and a filter of bits sorts out the few that could be duplicates.
 */
export class NameColumn {
  readonly names: string[] = [];
  readonly #bytes: Buffer;
  readonly #ascii: boolean;
  readonly #view: DataView;
  readonly #chunk: Buffer;
  readonly #chunkView: DataView;
  #chunkLength = 0;
  /** Where each name that waits in the chunk ends. */
  readonly #pending: number[] = [];
  readonly #hashes: Int32Array;
  readonly #filter: Int32Array;
  /** Hashes whose bit was set when they came. */
  readonly #suspects: number[] = [];
  #length = 0;

  /** @param bytes the JSON of the header */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#ascii = isAscii(bytes);
    this.#view = viewOf(bytes);
    this.#chunk = Buffer.alloc(Math.min(CHUNK_BYTES, bytes.length));
    this.#chunkView = viewOf(this.#chunk);
    this.#hashes = new Int32Array(Math.ceil(bytes.length / SHORTEST_ENTRY) + 1);
    this.#filter = emptyFilter(bytes.length * FILTER_BITS_A_BYTE);
  }

  /** Adds the name that lies, without escape sequences, from `start` to `stop`. */
  add(start: number, stop: number): void {
    const length = stop - start;
    if (!this.#ascii || length > CHUNK_BYTES) {
      this.addDecoded(this.#bytes.toString('utf8', start, stop));
      return;
    }
    if (this.#chunkLength + length > this.#chunk.length) this.#flush();
    const view = this.#view;
    const chunk = this.#chunkView;
    let at = this.#chunkLength;
    let hash = length;
    let i = start;
    // Copied and hashed four bytes at a time.
    for (; i + WORD <= stop; i += WORD, at += WORD) {
      const word = view.getInt32(i, true);
      chunk.setInt32(at, word, true);
      hash = mixed(hash, word);
    }
    for (; i < stop; i++, at++) {
      const byte = view.getUint8(i);
      chunk.setUint8(at, byte);
      hash = mixed(hash, byte);
    }
    this.#chunkLength = at;
    this.#pending.push(at);
    this.#addHash(hash);
  }

  /** Adds a name that was written with escape sequences, decoded. */
  addDecoded(name: string): void {
    this.#flush();
    const bytes = Buffer.from(name);
    this.#addHash(hashOf(bytes));
    this.names.push(name);
  }

  /**
   * Decodes what waits and looks for duplicates.
   * @returns a name that occurs twice, or null
   */
  finish(): string | null {
    this.#flush();
    if (this.#suspects.length === 0) return null;
    const filter = emptyFilter(32 * this.#suspects.length);
    for (const hash of this.#suspects) set(filter, hash);
    const seen = new Set<string>();
    for (let row = 0; row < this.#length; row++) {
      if (!has(filter, this.#hashes[row] ?? 0)) continue;
      const name = this.names[row] ?? '';
      if (seen.has(name)) return name;
      seen.add(name);
    }
    return null;
  }

  #addHash(hash: number): void {
    this.#hashes[this.#length++] = hash;
    if (has(this.#filter, hash)) this.#suspects.push(hash);
    else set(this.#filter, hash);
  }

  #flush(): void {
    const text = this.#chunk.toString('latin1', 0, this.#chunkLength);
    let start = 0;
    for (const stop of this.#pending) {
      this.names.push(text.substring(start, stop));
      start = stop;
    }
    this.#pending.length = 0;
    this.#chunkLength = 0;
  }
}

/** A set of bits for at least so many, a power of two. */
function emptyFilter(bits: number): Int32Array {
  return new Int32Array(2 ** Math.ceil(Math.log2(Math.max(1024, bits))) / 32);
}

function has(filter: Int32Array, hash: number): boolean {
  return (((filter[(hash >>> 5) & (filter.length - 1)] ?? 0) >>> (hash & 31)) & 1) === 1;
}

function set(filter: Int32Array, hash: number): void {
  const word = (hash >>> 5) & (filter.length - 1);
  filter[word] = (filter[word] ?? 0) | (1 << (hash & 31));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The hash that `add` computes while it copies. */
function hashOf(bytes: Uint8Array): number {
  const view = viewOf(bytes);
  let hash = bytes.length;
  let i = 0;
  for (; i + WORD <= bytes.length; i += WORD) hash = mixed(hash, view.getInt32(i, true));
  for (; i < bytes.length; i++) hash = mixed(hash, view.getUint8(i));
  return hash;
}

/** One step of a quick hash. Names chosen to collide cost no more than a Set of them does. */
function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}
