import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { after, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { memoryReader } from '../../../src/bytes/reader.ts';
import { HttpClient } from '../../../src/source/http/client.ts';
import { HEAD_BYTES, rangeReader } from '../../../src/source/http/range-reader.ts';
import { inflatingReader } from '../../../src/source/inflate.ts';
import { startServer } from '../../support/server.ts';

const data = Buffer.concat(Array.from({ length: 8000 }, (_, i) => createHash('sha256').update(String(i)).digest()));
const ranges: [number, number][] = [];
const server = await startServer((request, response) => {
  const [, first, last] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? [];
  const [start, end] = [Number(first), Number(last) + 1];
  ranges.push([start, end]);
  response.writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${data.length}` }).end(data.subarray(start, end));
});
const client = new HttpClient({ proxy: null });
after(async () => { client.close(); await server.close(); });
const remote = () => rangeReader({ client, size: data.length, what: 'f', request: async () => ({ url: new URL(server.url) }), refusal: async () => new Error('refused') });

/** Ranges that begin at 0 or anywhere, short and long. */
const reads = fc.array(fc.tuple(fc.oneof(fc.constant(0), fc.nat(data.length)), fc.oneof(fc.nat(100), fc.nat(data.length))).map(([a, length]) => [a, Math.min(data.length, a + length)] as const), { minLength: 1, maxLength: 6 });

test('whatever is read, in turn or at once, is what the file holds, and its head is fetched once', async () => {
  await fc.assert(fc.asyncProperty(reads, fc.boolean(), async (list, atOnce) => {
    ranges.length = 0;
    const reader = remote();
    const read = async ([start, end]: readonly [number, number]) => assert.ok(data.subarray(start, end).equals(await reader.read(start, end)));
    if (atOnce) await Promise.all(list.map(read));
    else for (const one of list) await read(one);
    const heads = ranges.filter(([start]) => start === 0);
    assert.ok(heads.length <= 1);
    const [headEnd] = heads.map(([, end]) => end);
    const after = headEnd === undefined ? [] : ranges.slice(ranges.findIndex(([start]) => start === 0) + 1);
    if (!atOnce) assert.ok(after.every(([start]) => start >= (headEnd ?? 0)));
    assert.ok(headEnd === undefined || headEnd >= HEAD_BYTES);
  }), { numRuns: 60 });
});

test('a range outside the file is a mistake of the caller, and asks for nothing', async () => {
  ranges.length = 0;
  for (const [start, end] of [[0, data.length + 1], [-1, 4], [5, 4]] as const) await assert.rejects(remote().read(start, end), RangeError);
  assert.equal((await remote().read(7, 7)).length, 0);
  assert.deepEqual(ranges, []);
});

test('whatever is read of a deflated file is what it holds', async () => {
  const plain = Buffer.concat([Buffer.alloc(300_000), data, Buffer.alloc(100_000, 'abc')]);
  const packed = deflateRawSync(plain);
  const positions = fc.array(fc.tuple(fc.nat(plain.length), fc.nat(5000)), { minLength: 1, maxLength: 5 });
  await fc.assert(fc.asyncProperty(positions, async (list) => {
    const reader = inflatingReader(memoryReader(packed), plain.length, 'f');
    await Promise.all(list.map(async ([start, length]) => {
      const end = Math.min(plain.length, start + length);
      assert.ok(plain.subarray(start, end).equals(await reader.read(start, end)));
    }));
    await reader.close?.();
  }), { numRuns: 40 });
});
