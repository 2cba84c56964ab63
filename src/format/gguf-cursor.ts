/** Thrown inside the parser where the bytes at hand end too early; `needed` is how many would have been enough for this step. */
export class NeedMoreBytes extends Error {
  readonly needed: number;

  constructor(needed: number) {
    super(`${needed} bytes needed`);
    this.needed = needed;
  }
}

/** What a key of a GGUF file holds. Arrays are passed over: only their length is kept. */
export type GgufValue = number | bigint | boolean | string | { readonly arrayLength: number };

const STRING = 8;
const ARRAY = 9;
/** Bytes of each scalar type, under its number (`gguf_type`). */
const SCALAR_BYTES: readonly (number | undefined)[] = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8];
/** Arrays inside arrays that are followed: no known file has any. */
const MAX_ARRAY_DEPTH = 4;

/** Reads the parts of a GGUF head one after the other. */
export class GgufCursor {
  pos: number;
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(bytes: Uint8Array, start: number, little: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#little = little;
    this.pos = start;
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), this.#little);
  }

  /** A 64-bit number; Infinity where a double cannot hold it exactly. */
  uint64(): number {
    const value = this.#view.getBigUint64(this.#take(8), this.#little);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Infinity : Number(value);
  }

  string(): string {
    const length = this.uint64();
    const start = this.#take(length);
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length));
  }

  /** A value of a type; null where the type is none of the format's. */
  value(type: number): GgufValue | null {
    if (type === STRING) return this.string();
    if (type !== ARRAY) return this.#scalar(type);
    const length = this.#skipArray(0);
    return length === null ? null : { arrayLength: length };
  }

  /** Passes over an array: its elements' type, their number, the elements. @returns the number; null where a type is unknown */
  #skipArray(depth: number): number | null {
    const type = this.uint32();
    const length = this.uint64();
    const width = SCALAR_BYTES[type];
    if (width !== undefined) this.#take(length * width);
    else if (type === STRING) for (let i = 0; i < length; i++) this.#take(this.uint64());
    else if (type === ARRAY && depth < MAX_ARRAY_DEPTH) for (let i = 0; i < length; i++) this.#skipArray(depth + 1);
    else return null;
    return length;
  }

  #scalar(type: number): GgufValue | null {
    const width = SCALAR_BYTES[type];
    if (width === undefined) return null;
    const view = this.#view;
    const at = this.#take(width);
    const readers = [
      () => view.getUint8(at), () => view.getInt8(at), () => view.getUint16(at, this.#little), () => view.getInt16(at, this.#little),
      () => view.getUint32(at, this.#little), () => view.getInt32(at, this.#little), () => view.getFloat32(at, this.#little), () => view.getUint8(at) !== 0,
      undefined, undefined,
      () => exact(view.getBigUint64(at, this.#little)), () => exact(view.getBigInt64(at, this.#little)), () => view.getFloat64(at, this.#little),
    ];
    return readers[type]?.() ?? null;
  }

  /** Takes so many bytes. @returns where they begin */
  #take(length: number): number {
    const start = this.pos;
    if (start + length > this.#view.byteLength) throw new NeedMoreBytes(start + length);
    this.pos = start + length;
    return start;
  }
}

function exact(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
