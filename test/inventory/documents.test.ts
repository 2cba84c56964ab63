import assert from 'node:assert/strict';
import { test } from 'node:test';
import { llama } from '../../src/diagnosis/examples.ts';
import { plain } from '../../src/report/report.ts';
import { judged, rulesOf } from '../support/examples.ts';

/** The report of a sound checkpoint whose config.json was encoded in another way. */
async function encoded(encode: (text: string) => Uint8Array): Promise<{ readonly rules: string[]; readonly message: string }> {
  const { config, ...rest } = llama();
  const bytes = encode(JSON.stringify({ ...config, note: 'é' }));
  const report = await judged({ checkpoint: { ...rest, config: null, files: { 'config.json': { base64: Buffer.from(bytes).toString('base64') } } }, base: llama() });
  return { rules: rulesOf(report, 'error'), message: plain(report.findings[0]?.message ?? []) };
}

test('UTF-8 is read', async () => {
  assert.deepEqual((await encoded((text) => Buffer.from(text))).rules, []);
});

test('what Python cannot decode is a broken file: a byte order mark, UTF-16, Latin-1', async () => {
  const mark = await encoded((text) => Buffer.from(`\uFEFF${text}`));
  assert.deepEqual(mark.rules, ['malformed-json']);
  assert.match(mark.message, /byte order mark/);
  const wide = await encoded((text) => Buffer.from(`\uFEFF${text}`, 'utf16le'));
  assert.deepEqual(wide.rules, ['malformed-json']);
  assert.match(wide.message, /UTF-8 text was expected; found UTF-16/);
  const latin = await encoded((text) => Buffer.from(text, 'latin1'));
  assert.deepEqual(latin.rules, ['malformed-json']);
  assert.match(latin.message, /found bytes that are none/);
});
