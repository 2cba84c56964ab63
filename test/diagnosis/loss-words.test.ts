import assert from 'node:assert/strict';
import { test } from 'node:test';
import { llama } from '../../src/diagnosis/examples.ts';
import { enclosedLoss } from '../../src/diagnosis/loss-words.ts';
import { markdown } from '../../src/report/markdown.ts';
import { plain } from '../../src/report/report.ts';
import { terminal } from '../../src/report/terminal.ts';
import { judged } from '../support/examples.ts';
import { checkpoint, reportOf } from '../support/reports.ts';

test('a size that nothing tells is never 0', async () => {
  const names = Object.keys(llama().tensors);
  const shards = { 'model-00001-of-00002.safetensors': names, 'model-00002-of-00002.safetensors': [] };
  const map = Object.fromEntries([...names.map((name) => [name, 'model-00001-of-00002.safetensors']), ...[0, 1].map((i) => [`extra.${i}.weight`, 'model-00002-of-00002.safetensors'])]);
  const index = JSON.stringify({ metadata: { total_size: 1 }, weight_map: map });
  const report = await judged({ checkpoint: { ...llama(), shards, files: { 'model.safetensors.index.json': index, 'model-00002-of-00002.safetensors': null } } });
  const found = report.findings.find(({ rule }) => rule === 'unexpected-parameters');
  assert.match(plain(found?.message ?? []), /extra\.0\.weight, extra\.1\.weight\. Loaders/);
  assert.deepEqual(report.unexpected.map(({ shape, bytes }) => [shape, bytes]), [[[], 0], [[], 0]]);
  assert.match(terminal(reportOf(report), { colour: false }), /extra\.\{0-1\}\.weight +unknown +not known +not known/);
});

test('a sum of which a part is not known is at least so much', () => {
  assert.equal(plain(enclosedLoss({ bytes: 2048, isPartial: true })), ' (at least 2,048 bytes, 2.05 kB)');
  assert.equal(plain(enclosedLoss({ bytes: 2048, isPartial: false })), ' (2,048 bytes, 2.05 kB)');
  assert.equal(plain(enclosedLoss({ bytes: 0, isPartial: true })), '');
  const known = Array.from({ length: 6 }, (_, i) => ({ name: `a${i}.weight`, dtype: 'BF16', shape: [2 + i, 2], bytes: 1000 }));
  const unknown = { name: 'b.weight', dtype: 'BF16', shape: [], bytes: 0 };
  assert.match(markdown(reportOf(checkpoint({ verdict: 'incomplete', missing: [...known, unknown] }))), /7 missing parameters, at least 6\.00 kB/);
  assert.match(markdown(reportOf(checkpoint({ verdict: 'incomplete', missing: Array.from({ length: 7 }, (_, i) => ({ ...unknown, name: `n${i}x` })) }))), /7 missing parameters</);
});
