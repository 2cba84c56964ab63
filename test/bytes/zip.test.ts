import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { memoryReader, type ByteReader } from '../../src/bytes/reader.ts';
import { openZip, ZipError } from '../../src/bytes/zip.ts';

interface Member {
  readonly name: string;
  readonly data: Uint8Array;
  readonly method?: number;
  /** Bytes of padding in the local header. */
  readonly padding?: number;
}

const LIMIT = 1e6;

/** A zip archive as tools write it, without zip64. */
function archive(members: readonly Member[], comment = ''): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, data, method = 0, padding = 0 } of members) {
    const packed = method === 8 ? deflateRawSync(data) : data;
    const local = Buffer.alloc(30 + name.length + padding);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(padding, 28);
    local.write(name, 30);
    const central = Buffer.alloc(46 + name.length);
    central.writeUInt32LE(0x02014b50);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(data.length, 24);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(at, 42);
    central.write(name, 46);
    parts.push(local, Buffer.from(packed));
    directory.push(central);
    at += local.length + packed.length;
  }
  const end = Buffer.alloc(22 + comment.length);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.reduce((sum, { length }) => sum + length, 0), 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  end.write(comment, 22);
  return Buffer.concat([...parts, ...directory, end]);
}

async function contents(bytes: Uint8Array): Promise<[string, string][]> {
  const zip = await openZip(memoryReader(bytes), LIMIT);
  return await Promise.all(zip.entries.map(async (entry): Promise<[string, string]> => [entry.name, Buffer.from(await zip.read(entry, LIMIT)).toString()]));
}

test('stored and deflated files are read, whatever padding precedes their data', async () => {
  const bytes = archive([{ name: 'a', data: Buffer.from('one') }, { name: 'b/c', data: Buffer.from('two'), method: 8 }, { name: 'd', data: Buffer.from('three'), padding: 3000 }]);
  assert.deepEqual(await contents(bytes), [['a', 'one'], ['b/c', 'two'], ['d', 'three']]);
});

test('what was written is read', async () => {
  const member = fc.record({ name: fc.stringMatching(/^[a-z/.]{1,20}$/), data: fc.uint8Array({ maxLength: 50 }), method: fc.constantFrom(0, 8), padding: fc.nat(200) });
  await fc.assert(fc.asyncProperty(fc.array(member, { maxLength: 5 }), fc.string({ maxLength: 20 }).filter((comment) => /^[ -~]*$/.test(comment)), async (members, comment) => {
    const zip = await openZip(memoryReader(archive(members, comment)), LIMIT);
    const read = await Promise.all(zip.entries.map(async (entry) => ({ name: entry.name, data: Buffer.from(await zip.read(entry, LIMIT)).toString('hex') })));
    assert.deepEqual(read, members.map(({ name, data }) => ({ name, data: Buffer.from(data).toString('hex') })));
  }));
});

test('data are located from the directory alone', async () => {
  const bytes = archive([{ name: 'a', data: Buffer.from('one'), padding: 61 }, { name: 'b', data: Buffer.from('two'), padding: 7 }]);
  const { entries } = await openZip(memoryReader(bytes), LIMIT);
  assert.deepEqual(entries.map(({ dataStart }) => bytes.toString('latin1', dataStart ?? 0, (dataStart ?? 0) + 3)), ['one', 'two']);
});

test('files beyond 4 GiB are found by their 64-bit fields', async () => {
  const { reader, dataStart } = large();
  const zip = await openZip(reader, LIMIT);
  const [first, second] = zip.entries;
  assert.deepEqual([first?.size, first?.dataStart], [5 * 2 ** 30, dataStart]);
  assert.ok(second !== undefined);
  assert.equal(Buffer.from(await zip.read(second, LIMIT)).toString(), 'behind');
});

/** An archive with a file of 5 GiB of zeros, which is nowhere, and one behind it. */
function large(): { reader: ByteReader; dataStart: number } {
  const size = 5 * 2 ** 30;
  const second = archive([{ name: 'b', data: Buffer.from('behind') }]).subarray(0, 31 + 6);
  const secondAt = 31 + size;
  const central = [wideEntry('a', size, 0), wideEntry('b', 6, secondAt)];
  const directoryAt = secondAt + second.length;
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50);
  end64.writeBigUInt64LE(2n, 32);
  end64.writeBigUInt64LE(BigInt(central.reduce((sum, { length }) => sum + length, 0)), 40);
  end64.writeBigUInt64LE(BigInt(directoryAt), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50);
  locator.writeBigUInt64LE(BigInt(directoryAt + central.reduce((sum, { length }) => sum + length, 0)), 8);
  const end = Buffer.alloc(22, 0xff);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(0, 20);
  const behind = Buffer.concat([second, ...central, end64, locator, end]);
  const reader: ByteReader = {
    size: secondAt + behind.length,
    async read(from, to) {
      const bytes = new Uint8Array(to - from);
      for (let i = Math.max(from, secondAt); i < to; i++) bytes[i - from] = behind[i - secondAt] ?? 0;
      return bytes;
    },
  };
  return { reader, dataStart: 31 };
}

function wideEntry(name: string, size: number, offset: number): Buffer {
  const entry = Buffer.alloc(46 + name.length + 28);
  entry.writeUInt32LE(0x02014b50);
  entry.fill(0xff, 20, 28);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt16LE(28, 30);
  entry.fill(0xff, 42, 46);
  entry.write(name, 46);
  const extra = 46 + name.length;
  entry.writeUInt16LE(1, extra);
  entry.writeUInt16LE(24, extra + 2);
  for (const [i, value] of [size, size, offset].entries()) entry.writeBigUInt64LE(BigInt(value), extra + 4 + 8 * i);
  return entry;
}

test('a file larger than the limit is refused before it is read or unpacked', async () => {
  const bytes = archive([{ name: 'bomb', data: new Uint8Array(2_000_000), method: 8 }]);
  const zip = await openZip(memoryReader(bytes), LIMIT);
  const [entry] = zip.entries;
  assert.ok(entry !== undefined);
  await assert.rejects(zip.read(entry, LIMIT), /takes 2000000 bytes; 1000000 are allowed/);
  // The directory may lie about the size: what comes out counts.
  await assert.rejects(zip.read({ ...entry, size: 10 }, LIMIT), /cannot be unpacked/);
});

test('a directory larger than the limit is refused', async () => {
  await assert.rejects(openZip(memoryReader(archive([{ name: 'a', data: Buffer.alloc(0) }])), 10), /directory is said to take 47 bytes; 10 are allowed/);
});

test('what is no archive, or a damaged one, is refused', async () => {
  await assert.rejects(openZip(memoryReader(Buffer.from('hello')), LIMIT), /no end record/);
  const bytes = archive([{ name: 'a', data: Buffer.from('one') }]);
  await fc.assert(fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (at, byte) => {
    const damaged = Buffer.from(bytes);
    damaged[at] = byte;
    try {
      await contents(damaged);
    } catch (error) {
      assert.ok(error instanceof ZipError, String(error));
    }
  }), { numRuns: 1000 });
});
