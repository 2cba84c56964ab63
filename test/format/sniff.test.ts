import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, parsePointer, sniff, SNIFF_BYTES, type Content } from '../../src/format/sniff.ts';

const of = (bytes: Uint8Array | string): Content => {
  const whole = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  return sniff(whole.subarray(0, SNIFF_BYTES), whole.length);
};

const OID = '72e3b2f771658326d3cd996cb33f067732c6abd6ee1286e1589fff5f1490476a';

test('a Git LFS pointer gives size and hash', () => {
  assert.deepEqual(of(`version https://git-lfs.github.com/spec/v1\noid sha256:${OID}\nsize 4932875539\n`), { kind: 'pointer', size: 4932875539, sha256: OID });
});

test('a pointer with extension lines, or of the first version, is one too', () => {
  const extension = `version https://git-lfs.github.com/spec/v1\next-0-foo sha256:${OID}\noid sha256:${OID}\nsize 1\n`;
  assert.deepEqual(parsePointer(extension), { kind: 'pointer', size: 1, sha256: OID });
  assert.equal(of(`version https://hawser.github.com/spec/v1\noid sha256:${OID}\nsize 1\n`).kind, 'pointer');
});

test('a pointer without hash or size is none', () => {
  assert.deepEqual(of('version https://git-lfs.github.com/spec/v1\nsize 12\n'), { kind: 'other', what: 'a Git LFS pointer without a valid hash and size' });
  assert.equal(parsePointer(`version https://git-lfs.github.com/spec/v1\noid sha256:${OID}\nsize 99999999999999999999\n`), null);
});

test('safetensors are recognised, also behind white space and when cut short', () => {
  for (const name of ['plain', 'space-before', 'no-tensors', 'data-short', 'space-within']) {
    assert.equal(of(readFileSync(`test/fixtures/format/safetensors/${name}.safetensors`)).kind, 'safetensors', name);
  }
  assert.equal(of(readFileSync('test/fixtures/format/safetensors/plain.safetensors').subarray(0, 20)).kind, 'safetensors');
});

test('other containers are named', () => {
  assert.equal(of('PK\x03\x04....................').kind, 'zip');
  assert.equal(of('GGUF\x03\0\0\0............').kind, 'gguf');
  assert.equal(of(Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20)).kind, 'pickle');
  assert.equal(describe(of(gzipSync('x'))), 'a gzip archive');
});

test('pages and messages in the place of weights are named', () => {
  assert.equal(describe(of('<!DOCTYPE html>\n<html>')), 'an HTML page');
  assert.equal(describe(of('\n  <HTML lang="en">')), 'an HTML page');
  assert.equal(describe(of('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>')), 'an XML document');
  assert.equal(of('{"error":"Repository not found"}').kind, 'json');
  assert.equal(describe(of('Entry not found')), 'text of 15 bytes that begins "Entry not found"');
});

test('an empty file, zeros and noise', () => {
  assert.equal(of('').kind, 'empty');
  assert.equal(describe(of(new Uint8Array(100))), 'nothing but zero bytes, at least at its beginning');
  assert.equal(of(Uint8Array.of(1, 2, 3, 200, 201, 255, 254, 0, 9)).kind, 'unknown');
});

test('text whose last character was cut in two is text', () => {
  assert.equal(of(Buffer.from('Grüße und noch etwas é').subarray(0, -1)).kind, 'other');
});

test('any bytes are something', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => assert.ok(describe(of(bytes)).length > 0)));
});
