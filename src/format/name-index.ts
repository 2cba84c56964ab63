import { MAX_PROBES } from './limits.ts';

/**
 * Finds names that occur twice, by their bytes: no string is hashed, which for a header of 250,000 names takes longer
 * than reading it. Open addressing; the seed makes it hard to choose names that collide.
 */
export class NameIndex {
  readonly #bytes: Uint8Array;
  readonly #seed = Math.floor(Math.random() * 0x1_0000_0000) | 0;
  #slots: Int32Array;
  #starts: Uint32Array;
  #stops: Uint32Array;
  #hashes: Int32Array;
  #length = 0;

  constructor(bytes: Uint8Array, rows: number) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(16, rows)));
    this.#bytes = bytes;
    this.#slots = new Int32Array(2 * capacity);
    this.#starts = new Uint32Array(capacity);
    this.#stops = new Uint32Array(capacity);
    this.#hashes = new Int32Array(capacity);
  }

  /**
   * Adds the name that lies from `start` to `stop`.
   * @returns the row that has it already, -1 where it is new, or `GIVEN_UP` where too many names share a hash
   */
  add(start: number, stop: number): number {
    if (this.#length === this.#starts.length) this.#grow();
    const hash = this.#hash(start, stop);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let probes = 0; probes < MAX_PROBES; probes++) {
      const row = (this.#slots[slot] ?? 0) - 1;
      if (row < 0) {
        this.#slots[slot] = this.#length + 1;
        this.#hashes[this.#length] = hash;
        this.#starts[this.#length] = start;
        this.#stops[this.#length++] = stop;
        return -1;
      }
      if (this.#hashes[row] === hash && this.#equals(row, start, stop)) return row;
      slot = (slot + 1) & mask;
    }
    return GIVEN_UP;
  }

  #hash(start: number, stop: number): number {
    const bytes = this.#bytes;
    let hash = this.#seed;
    let i = start;
    for (; i + 4 <= stop; i += 4) {
      const word = (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) | ((bytes[i + 2] ?? 0) << 16) | ((bytes[i + 3] ?? 0) << 24);
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (; i < stop; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }

  #equals(row: number, start: number, stop: number): boolean {
    const other = this.#starts[row] ?? 0;
    if ((this.#stops[row] ?? 0) - other !== stop - start) return false;
    for (let i = 0; i < stop - start; i++) if (this.#bytes[other + i] !== this.#bytes[start + i]) return false;
    return true;
  }

  #grow(): void {
    const capacity = 2 * this.#starts.length;
    const starts = new Uint32Array(capacity);
    const stops = new Uint32Array(capacity);
    const hashes = new Int32Array(capacity);
    starts.set(this.#starts);
    stops.set(this.#stops);
    hashes.set(this.#hashes);
    this.#starts = starts;
    this.#stops = stops;
    this.#hashes = hashes;
    this.#slots = new Int32Array(2 * capacity);
    const mask = this.#slots.length - 1;
    for (let row = 0; row < this.#length; row++) {
      let slot = (hashes[row] ?? 0) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = row + 1;
    }
  }
}

/** Answer of `NameIndex.add`: use a Set of the names instead. */
export const GIVEN_UP = -2;
