import { MAX_PICKLE_STEPS } from './limits.ts';
import { PickleCall, PickleGlobal, PicklePersistent, PickleTuple, type PickleValue } from './pickle-values.ts';

const BROKEN_OFF = 'it breaks off';

/** The bytes are no pickle, or not a sound one. `at` is the byte of the instruction. */
export class PickleError extends Error {
  readonly at: number;

  /** Whether it only lacks its end. */
  get isBrokenOff(): boolean {
    return this.message === BROKEN_OFF;
  }

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** What a pickle says. */
export interface Pickle {
  readonly value: PickleValue;
  /** Every global that it names, once, in order of appearance. */
  readonly globals: readonly PickleGlobal[];
  /** Every reference to something stored beside it. */
  readonly persistents: readonly PicklePersistent[];
  /** The byte after its last. */
  readonly end: number;
}

/**
 * Interprets the instructions of a pickle (protocols 0 to 5) without importing or calling anything: a call stays a
 * `PickleCall`. Time and memory grow with the number of bytes, and no further than `MAX_PICKLE_STEPS` instructions.
 * @param start where the pickle begins
 * @throws PickleError
 */
export function parsePickle(bytes: Uint8Array, start = 0): Pickle {
  return new PickleMachine(bytes, start).run();
}

const MARK = Symbol('mark');
type Slot = PickleValue | typeof MARK;
type Step = (machine: PickleMachine) => void;

class PickleMachine {
  readonly globals = new Map<string, PickleGlobal>();
  readonly persistents: PicklePersistent[] = [];
  readonly #bytes: Buffer;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #pos: number;
  #at: number;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#pos = start;
    this.#at = start;
  }

  run(): Pickle {
    for (let steps = 0; steps < MAX_PICKLE_STEPS; steps++) {
      this.#at = this.#pos;
      const code = this.uint(1);
      if (code === 0x2e) return { value: this.pop(), globals: [...this.globals.values()], persistents: this.persistents, end: this.#pos };
      const step = STEPS.get(code);
      if (step === undefined) throw this.error(`0x${code.toString(16).padStart(2, '0')} is no instruction of a pickle`);
      step(this);
    }
    throw this.error(`it has more than ${MAX_PICKLE_STEPS} instructions`);
  }

  error(message: string): PickleError {
    return new PickleError(this.#at, message);
  }

  /** The next bytes, which must be there. */
  take(length: number): Buffer {
    if (length > this.#bytes.length - this.#pos) throw this.error(BROKEN_OFF);
    this.#pos += length;
    return this.#bytes.subarray(this.#pos - length, this.#pos);
  }

  uint(width: 1 | 2 | 4): number {
    const bytes = this.#bytes;
    const at = this.#pos;
    if (at + width > bytes.length) throw this.error(BROKEN_OFF);
    this.#pos = at + width;
    return width === 1 ? (bytes[at] ?? 0) : bytes.readUIntLE(at, width);
  }

  /** A length of 64 bits. */
  uint64(): number {
    const value = this.take(8).readBigUInt64LE();
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#pos);
    if (end < 0) throw this.error(BROKEN_OFF);
    const text = this.#bytes.toString('utf8', this.#pos, end);
    this.#pos = end + 1;
    return text;
  }

  push(value: Slot): void {
    this.#stack.push(value);
  }

  pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw this.error('it takes a value from an empty stack');
    return value;
  }

  top(): PickleValue {
    const value = this.pop();
    this.push(value);
    return value;
  }

  /** Takes or drops whatever is on top, a mark too. */
  drop(): void {
    if (this.#stack.pop() === undefined) throw this.error('it takes a value from an empty stack');
  }

  /** Takes all values down to the last mark. */
  popMark(): PickleValue[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) throw this.error('it looks for a mark that was not set');
    const values: PickleValue[] = [];
    for (const slot of this.#stack.splice(at).slice(1)) if (slot !== MARK) values.push(slot);
    return values;
  }

  put(key: number): void {
    this.#memo.set(key, this.top());
  }

  memoize(): void {
    this.#memo.set(this.#memo.size, this.top());
  }

  get(key: number): void {
    const value = this.#memo.get(key);
    if (value === undefined) throw this.error(`it recalls value ${key}, which was not kept`);
    this.push(value);
  }

  global(module: PickleValue, name: PickleValue): PickleGlobal {
    if (typeof module !== 'string' || typeof name !== 'string') throw this.error('it names a global by something that is no text');
    const global = new PickleGlobal(module, name);
    const known = this.globals.get(global.path);
    if (known !== undefined) return known;
    this.globals.set(global.path, global);
    return global;
  }
}

/** Puts pairs, a value after each key, into a dictionary or what stands for one. */
function setItems(machine: PickleMachine, values: readonly PickleValue[]): void {
  const target = machine.top();
  const entries = target instanceof PickleCall ? target.entries : target;
  if (!(entries instanceof Map) || values.length % 2 !== 0) throw machine.error('it sets items of something that has none');
  for (let i = 0; i < values.length; i += 2) entries.set(values[i] ?? null, values[i + 1] ?? null);
}

function append(machine: PickleMachine, values: readonly PickleValue[]): void {
  const target = machine.top();
  const items = target instanceof PickleCall ? target.items : target;
  if (!Array.isArray(items)) throw machine.error('it appends to something that is no list');
  for (const value of values) items.push(value);
}

function call(machine: PickleMachine, callee: PickleValue, args: PickleValue): void {
  if (!(args instanceof PickleTuple)) throw machine.error('it calls with arguments that are no tuple');
  machine.push(new PickleCall(callee, args.items));
}

function persistent(machine: PickleMachine, id: PickleValue): void {
  const value = new PicklePersistent(id);
  machine.persistents.push(value);
  machine.push(value);
}

function tuple(machine: PickleMachine, length: number): void {
  const items = Array.from({ length }, () => machine.pop()).reverse();
  machine.push(new PickleTuple(items));
}

/** A whole number of any length, little-endian, two's complement. */
function long(bytes: Buffer): number | bigint {
  if (bytes.length > 1024) return NaN;
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  if (bytes.length > 0 && (bytes.at(-1) ?? 0) >= 0x80) value -= 1n << BigInt(8 * bytes.length);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function decimal(text: string): PickleValue {
  if (text === '00' || text === '01') return text === '01';
  const digits = text.replace(/L$/, '');
  return /^[-+]?\d{1,40}$/.test(digits) ? Number(digits) : NaN;
}

/** A string in Python's quotes. Names have no escape sequences; those that do stay as they are written. */
function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, '$2');
}

const utf8 = (bytes: Buffer): string => bytes.toString('utf8');
/** A copy: what a pickle keeps must not keep the whole file alive. */
const copy = (bytes: Buffer): Uint8Array => Uint8Array.from(bytes);
const code = (character: string): number => character.charCodeAt(0);

/** What each instruction does, under its byte. Extension codes and out-of-band buffers are absent: no checkpoint has them. */
const STEPS: ReadonlyMap<number, Step> = new Map<number, Step>([
  [0x80, (m) => void m.uint(1)], [0x95, (m) => void m.uint64()],
  [code('('), (m) => m.push(MARK)], [code('0'), (m) => m.drop()], [code('1'), (m) => void m.popMark()], [code('2'), (m) => m.push(m.top())],
  [code('N'), (m) => m.push(null)], [0x88, (m) => m.push(true)], [0x89, (m) => m.push(false)],
  [code('I'), (m) => m.push(decimal(m.line()))], [code('L'), (m) => m.push(decimal(m.line()))], [code('F'), (m) => m.push(Number(m.line()))],
  [code('J'), (m) => m.push(m.take(4).readInt32LE())], [code('K'), (m) => m.push(m.uint(1))], [code('M'), (m) => m.push(m.uint(2))],
  [0x8a, (m) => m.push(long(m.take(m.uint(1))))], [0x8b, (m) => m.push(long(m.take(m.uint(4))))], [code('G'), (m) => m.push(m.take(8).readDoubleBE())],
  [code('S'), (m) => m.push(unquoted(m.line()))], [code('V'), (m) => m.push(m.line())],
  [code('T'), (m) => m.push(utf8(m.take(m.uint(4))))], [code('U'), (m) => m.push(utf8(m.take(m.uint(1))))],
  [code('X'), (m) => m.push(utf8(m.take(m.uint(4))))], [0x8c, (m) => m.push(utf8(m.take(m.uint(1))))], [0x8d, (m) => m.push(utf8(m.take(m.uint64())))],
  [code('B'), (m) => m.push(copy(m.take(m.uint(4))))], [code('C'), (m) => m.push(copy(m.take(m.uint(1))))],
  [0x8e, (m) => m.push(copy(m.take(m.uint64())))], [0x96, (m) => m.push(copy(m.take(m.uint64())))],
  [code(']'), (m) => m.push([])], [code('l'), (m) => m.push(m.popMark())], [code('a'), (m) => append(m, [m.pop()])], [code('e'), (m) => append(m, m.popMark())],
  [code('}'), (m) => m.push(new Map())], [code('u'), (m) => setItems(m, m.popMark())],
  [code('d'), (m) => { const pairs = m.popMark(); m.push(new Map()); setItems(m, pairs); }],
  [code('s'), (m) => { const value = m.pop(); const key = m.pop(); setItems(m, [key, value]); }],
  // Sets are kept as lists: nothing asks what they hold.
  [0x8f, (m) => m.push([])], [0x90, (m) => append(m, m.popMark())], [0x91, (m) => m.push(m.popMark())],
  [code(')'), (m) => m.push(new PickleTuple([]))], [code('t'), (m) => m.push(new PickleTuple(m.popMark()))],
  [0x85, (m) => tuple(m, 1)], [0x86, (m) => tuple(m, 2)], [0x87, (m) => tuple(m, 3)],
  [code('c'), (m) => m.push(m.global(m.line(), m.line()))], [0x93, (m) => { const name = m.pop(); m.push(m.global(m.pop(), name)); }],
  [code('R'), (m) => { const args = m.pop(); call(m, m.pop(), args); }], [0x81, (m) => { const args = m.pop(); call(m, m.pop(), args); }],
  [0x92, (m) => { m.pop(); const args = m.pop(); call(m, m.pop(), args); }],
  [code('o'), (m) => { const [callee = null, ...args] = m.popMark(); m.push(new PickleCall(callee, args)); }],
  [code('i'), (m) => { const callee = m.global(m.line(), m.line()); m.push(new PickleCall(callee, m.popMark())); }],
  [code('b'), (m) => { const state = m.pop(); const target = m.top(); if (target instanceof PickleCall) target.state = state; }],
  [code('P'), (m) => persistent(m, m.line())], [code('Q'), (m) => persistent(m, m.pop())],
  [code('p'), (m) => m.put(Number(m.line()))], [code('q'), (m) => m.put(m.uint(1))], [code('r'), (m) => m.put(m.uint(4))], [0x94, (m) => m.memoize()],
  [code('g'), (m) => m.get(Number(m.line()))], [code('h'), (m) => m.get(m.uint(1))], [code('j'), (m) => m.get(m.uint(4))],
]);
