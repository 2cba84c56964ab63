import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DTYPES, SAFETENSORS_DTYPES } from '../../src/format/dtype.ts';
import { HeaderError } from '../../src/format/header-error.ts';
import { parseSafetensorsHeader } from '../../src/format/safetensors.ts';
import { TensorTable } from '../../src/format/tensor-table.ts';

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function file(json: string): { bytes: Uint8Array; headerBytes: number } {
  const text = Buffer.from(json);
  const bytes = new Uint8Array(8 + text.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return { bytes, headerBytes: bytes.length };
}

const dtype = fc.constantFrom(...DTYPES.slice(0, SAFETENSORS_DTYPES));
/** A name of a tensor or a key: anything that UTF-8 can hold. */
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 6 }), fc.constantFrom('dtype', '__proto__', 'a"b\\', '\u0000', '\uFFFD'));

/** Tensors one behind the other, as a sound file has them, but in any order in its header. */
const tensors = fc.uniqueArray(fc.record({ name: text, type: dtype, shape: fc.array(fc.nat(5), { maxLength: 4 }) }), { selector: ({ name }) => name, maxLength: 12 })
  .map((list) => {
    let at = 0;
    return list.filter(({ name }) => name !== '__metadata__').map(({ name, type, shape }): Entry => {
      // The last dimension is made a multiple of 8, so that packed types fill whole bytes.
      const whole = shape.length === 0 && type.bits < 8 ? [8] : shape.map((dim, i) => (i === shape.length - 1 ? 8 * dim : dim));
      const begin = at;
      at += (whole.reduce((product, dim) => product * dim, 1) * type.bits) / 8;
      return { name, dtype: type.name, shape: whole, begin, end: at };
    });
  })
  .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })));

const metadata = fc.option(fc.dictionary(text, text, { maxKeys: 4 }), { nil: null });
/** White space, wherever JSON allows it. */
const indent = fc.constantFrom(undefined, 1, '\t', '\n \r');

function headerText(entries: readonly Entry[], extra: Readonly<Record<string, string>> | null, space: string | number | undefined): string {
  const members = entries.map(({ name, dtype, shape, begin, end }) => [name, { dtype, shape, data_offsets: [begin, end] }] as const);
  // Object.fromEntries would treat `__proto__` well, but sort numeric names to the front: written by hand instead.
  const all = extra === null ? members : [['__metadata__', extra] as const, ...members];
  return `{${all.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value, null, space)}`).join(space === undefined ? ',' : ' ,\n')}}`;
}

test('what was written is read', () => {
  fc.assert(fc.property(tensors, metadata, indent, ([inOrder, entries], extra, space) => {
    const { bytes, headerBytes } = file(headerText(entries, extra, space));
    const fileSize = headerBytes + (inOrder.at(-1)?.end ?? 0);
    const header = parseSafetensorsHeader(bytes, { fileSize });
    const table = new TensorTable(header.columns, new Uint16Array(entries.length));
    const read = entries.map((_, row): Entry => ({
      name: table.name(row), dtype: table.dtype(row), shape: table.shape(row), begin: header.columns.begins[row] ?? -1, end: header.columns.ends[row] ?? -1,
    }));
    assert.deepEqual(read, entries);
    assert.deepEqual(header.metadata === null ? null : Object.entries(header.metadata), extra === null ? null : Object.entries(extra));
    assert.deepEqual([header.expectedSize, header.actualSize], [fileSize, fileSize]);
  }), { numRuns: 500 });
});

test('every name finds its row', () => {
  fc.assert(fc.property(tensors, ([, entries]) => {
    const { bytes } = file(headerText(entries, null, undefined));
    const { columns } = parseSafetensorsHeader(bytes, { fileSize: bytes.length });
    const table = new TensorTable(columns, new Uint16Array(entries.length));
    entries.forEach(({ name }, row) => assert.equal(table.row(name), row));
  }));
});

/** Accepted tensors sorted by name, or null: by way of JSON.parse and objects, slowly and plainly. */
function model(json: string): { entries: Entry[]; size: number } | null {
  const root = parsed(json);
  // JSON.parse does not tell 1.0 from 1.
  if (!isObject(root) || json.includes('1.0')) return null;
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(root)) {
    if (name === '__metadata__') {
      if (value !== null && (!isObject(value) || Object.values(value).some((text) => typeof text !== 'string'))) return null;
      continue;
    }
    const entry = isObject(value) ? modelEntry(name, value) : null;
    if (entry === null) return null;
    entries.push(entry);
  }
  let at = 0;
  for (const { begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) return null;
    at = end;
  }
  return { entries: entries.toSorted(byName), size: at };
}

function modelEntry(name: string, { dtype, shape, data_offsets: offsets }: Readonly<Record<string, unknown>>): Entry | null {
  const bits = DTYPES.slice(0, SAFETENSORS_DTYPES).find((type) => type.name === dtype)?.bits;
  if (bits === undefined || typeof dtype !== 'string' || !isWhole(shape) || !isWhole(offsets) || offsets.length !== 2) return null;
  const [begin = 0, end = 0] = offsets;
  const size = shape.reduce((product, dim) => product * BigInt(dim), 1n) * BigInt(bits);
  return end >= begin && size === 8n * BigInt(end - begin) ? { name, dtype, shape, begin, end } : null;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0 && !Object.is(item, -0));
}

const byName = (a: Entry, b: Entry): number => (a.name < b.name ? -1 : 1);

/** Headers that are nearly sound: names that repeat, offsets that may not fit, odd values, odd syntax. */
const nearly = fc.array(fc.record({
  name: fc.constantFrom('a', 'b', 'c', '\\u0061', '__metadata__', 'é'),
  dtype: fc.constantFrom('"F32"', '"U8"', '"F4"', '"f32"', '1'),
  shape: fc.constantFrom('[]', '[1]', '[2]', '[1,2]', '[0]', '[4]', '[1.0]', '[-1]', '[9007199254740991]', '{}', '[1,]'),
  offsets: fc.constantFrom('[0,4]', '[4,8]', '[0,1]', '[1,2]', '[0,0]', '[4,4]', '[8,4]', '[0,8]', '[0]', '[0,4,8]'),
  order: fc.nat(5), more: fc.constantFrom('', ',"x":null', ',"x":[{"y":1}]', ',"x":'),
}), { maxLength: 3 }).map((list) => {
  const names = list.map(({ name }): unknown => JSON.parse(`"${name}"`));
  return { isTwice: new Set(names).size < names.length, json: nearlyText(list) };
});

interface Odd {
  readonly name: string;
  readonly dtype: string;
  readonly shape: string;
  readonly offsets: string;
  readonly order: number;
  readonly more: string;
}

function nearlyText(list: readonly Odd[]): string {
  return `{${list.map(({ name, dtype, shape, offsets, order, more }) => {
    const fields = [`"dtype":${dtype}`, `"shape":${shape}`, `"data_offsets":${offsets}`];
    const rotated = [...fields.slice(order % 3), ...fields.slice(0, order % 3)];
    return `"${name}":{${rotated.join(',')}${more}}`;
  }).join(',')}}`;
}

test('it accepts what the plain model accepts, and nothing else; of duplicate keys, which JSON.parse hides, nothing', () => {
  let accepted = 0;
  fc.assert(fc.property(nearly, ({ json, isTwice }) => {
    const expected = isTwice ? null : model(json);
    const { bytes } = file(json);
    try {
      const { columns, expectedSize, headerBytes } = parseSafetensorsHeader(bytes, { fileSize: bytes.length });
      const table = new TensorTable(columns, new Uint16Array(columns.names.length));
      const entries = columns.names.map((name, row): Entry => ({ name, dtype: table.dtype(row), shape: table.shape(row), begin: columns.begins[row] ?? -1, end: columns.ends[row] ?? -1 }));
      assert.deepEqual({ entries: entries.toSorted(byName), size: expectedSize - headerBytes }, expected);
      accepted++;
    } catch (error) {
      if (!(error instanceof HeaderError)) throw error;
      assert.equal(expected, null, error.message);
    }
  }), { numRuns: 5000 });
  assert.ok(accepted > 100, `only ${accepted} were sound`);
});

test('any bytes give a HeaderError or a header', () => {
  const fragment = fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"dtype"', '"F32"', '"shape"', '"data_offsets"', '[0,4]', '1', ' ', '"', '\\', '\u0001', 'é', '"__metadata__"', 'null');
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.array(fragment, { maxLength: 20 }).map((parts) => file(parts.join('')).bytes));
  fc.assert(fc.property(bytes, fc.nat(200), (start, more) => {
    try {
      parseSafetensorsHeader(start, { fileSize: start.length + (start.length < 8 ? 0 : more) });
    } catch (error) {
      // RangeError: the header's end lies beyond the bytes at hand, which `fileSize` pretends to exist.
      assert.ok(error instanceof HeaderError || (error instanceof RangeError && /of a header of/.test(error.message)), String(error));
    }
  }), { numRuns: 3000 });
});

test('damage to one byte is found or harmless', () => {
  const { bytes, headerBytes } = file(headerText([{ name: 'a.b', dtype: 'BF16', shape: [2, 3], begin: 0, end: 12 }, { name: 'c', dtype: 'F32', shape: [1], begin: 12, end: 16 }], { format: 'pt' }, undefined));
  fc.assert(fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, byte) => {
    const damaged = Uint8Array.from(bytes);
    damaged[at] = byte;
    try {
      parseSafetensorsHeader(damaged, { fileSize: headerBytes + 16 });
    } catch (error) {
      assert.ok(error instanceof HeaderError || error instanceof RangeError, String(error));
    }
  }), { numRuns: 2000 });
});
