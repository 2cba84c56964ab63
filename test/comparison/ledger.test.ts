import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LEDGER_CAUSES, ledger } from '../../src/comparison/ledger.ts';
import type { LedgerCause, LedgerLine } from '../../src/comparison/ledger.ts';
import { llama } from '../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { safetensorsHead } from '../support/checkpoints/safetensors.ts';
import { exampleFiles } from '../support/examples.ts';
import { edited, sideBySide } from '../support/side-by-side.ts';

const MATRIX = 320 * 64 * 2;

function weights(example: ExampleCheckpoint): number {
  return exampleFiles(example).filter(({ path }) => path.endsWith('.safetensors')).reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** The lines by cause; their sum is checked against the files themselves. */
async function lines(example: ExampleCheckpoint, base: ExampleCheckpoint): Promise<Partial<Record<LedgerCause, LedgerLine>>> {
  const { checkpoint, base: compared, comparison } = await sideBySide(example, base);
  assert.ok(compared !== null);
  const found = ledger(checkpoint, compared, comparison);
  assert.equal(found.reduce((sum, { bytes }) => sum + bytes, 0), weights(example) - weights(base), 'every byte is accounted for, and none twice');
  assert.ok(found.every(({ cause, bytes }) => LEDGER_CAUSES.includes(cause) && bytes !== 0));
  return Object.fromEntries(found.map((line) => [line.cause, line]));
}

const base = llama();

describe('ledger', () => {
  test('has no line between equal files', async () => {
    assert.deepEqual(await lines(base, base), {});
  });

  test('what lay in a shard that is gone is missing by name', async () => {
    const names = Object.keys(base.tensors);
    const shards = { 'model-00001-of-00002.safetensors': names.slice(0, -1), 'model-00002-of-00002.safetensors': names.slice(-1) };
    const found = await lines({ ...base, shards, files: { 'model-00002-of-00002.safetensors': null } }, base);
    assert.deepEqual(found['missing-parameters']?.names, names.slice(-1));
  });

  test('a file cut off within its header counts as none, once', async () => {
    const { head } = safetensorsHead({ 'lm_head.weight': ['BF16', [320, 64]] });
    const { checkpoint, base: compared, comparison } = await sideBySide({ ...base, files: { 'model.safetensors': { base64: Buffer.from(head.subarray(0, 40)).toString('base64') } } }, base);
    assert.ok(compared !== null);
    const found = ledger(checkpoint, compared, comparison);
    assert.deepEqual(found.map(({ cause }) => cause), ['missing-parameters', 'header-text']);
    assert.equal(found.reduce((sum, { bytes }) => sum + bytes, 0), -weights(base));
  });

  test('missing, unexpected, misshapen and widened parameters each have a line of their own', async () => {
    const found = await lines(edited(base, {
      'lm_head.weight': null, 'extra.weight': ['F32', 10], 'model.norm.weight': ['F32', 64], 'model.layers.0.mlp.up_proj.weight': ['BF16', 90, 64],
    }), base);
    assert.deepEqual(found['missing-parameters'], { cause: 'missing-parameters', bytes: -MATRIX, names: ['lm_head.weight'] });
    assert.deepEqual(found['unexpected-parameters'], { cause: 'unexpected-parameters', bytes: 40, names: ['extra.weight'] });
    assert.deepEqual(found.shape, { cause: 'shape', bytes: -6 * 64 * 2, names: ['model.layers.0.mlp.up_proj.weight'] });
    assert.equal(found.dtype?.bytes, 64 * 2);
  });

  test('a head that is tied and that the base stores is told apart from a lost one', async () => {
    const found = await lines(llama({ tied: true, head: false }), llama({ tied: true, head: true }));
    assert.deepEqual(found['tied-parameters'], { cause: 'tied-parameters', bytes: -MATRIX, names: ['lm_head.weight'] });
    assert.equal(found['missing-parameters'], undefined);
  });

  test('the text of the header is a line', async () => {
    const found = await lines({ ...base, metadata: { format: 'pt', note: 'x'.repeat(80) } }, base);
    assert.deepEqual(Object.keys(found), ['header-text']);
    assert.ok((found['header-text']?.bytes ?? 0) >= 80);
  });

  test('a cut file, one with a rest, and files beside the weights', async () => {
    const cut = await lines({ ...base, resize: { 'model.safetensors': -100 } }, base);
    assert.deepEqual(cut.truncation, { cause: 'truncation', bytes: -100, names: ['model.safetensors'] });
    const rest = await lines({ ...base, resize: { 'model.safetensors': 7 } }, base);
    assert.deepEqual(rest['trailing-bytes'], { cause: 'trailing-bytes', bytes: 7, names: ['model.safetensors'] });
  });

  test('a wrapper in the names costs header text, and nothing is missing', async () => {
    const found = await lines(llama({ rename: (name) => `module.${name}` }), base);
    assert.deepEqual(Object.keys(found), ['header-text']);
  });

  test('a shard of an older save is stale, whatever else is wrong', async () => {
    const names = Object.keys(base.tensors);
    const shards = { 'model-00001-of-00002.safetensors': names.slice(0, 12), 'model-00002-of-00002.safetensors': names.slice(12) };
    const older = exampleFiles(llama({ layers: 1 })).find(({ path }) => path === 'model.safetensors');
    assert.ok(older !== undefined);
    const found = await lines({ ...base, shards, files: { 'model-00003-of-00003.safetensors': { base64: Buffer.from(older.bytes).toString('base64') } } }, base);
    assert.deepEqual(found['stale-files'], { cause: 'stale-files', bytes: older.bytes.length, names: ['model-00003-of-00003.safetensors'] });
  });
});
