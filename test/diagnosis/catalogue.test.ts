import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { RULES } from '../../src/diagnosis/catalogue.ts';
import { helpUrlOf } from '../../src/diagnosis/rule.ts';

const files = readdirSync('src/diagnosis/rules').map((file) => file.replace(/\.ts$/, '')).sort();

test('every file in rules/ is a rule of the catalogue under the name of the file, and the reverse', () => {
  assert.deepEqual(RULES.map(({ id }) => id).sort(), files);
});

test('the catalogue has errors before warnings before notes', () => {
  const order = ['error', 'warning', 'note'];
  const ranks = RULES.map(({ severity }) => order.indexOf(severity));
  assert.deepEqual(ranks, ranks.toSorted((a, b) => a - b));
});

for (const rule of RULES) {
  test(`${rule.id} is whole: words for its page, a source, examples of both kinds`, () => {
    assert.match(rule.id, /^[a-z]+(?:-[a-z]+)*$/);
    for (const text of [rule.summary, rule.why, rule.how]) assert.match(text, /^[A-Z\d`]|^transformers/);
    assert.ok(rule.summary.length <= 110, rule.summary);
    assert.ok(rule.sources.length > 0);
    for (const source of rule.sources) assert.match(source, /^[\w.-]+\/[\w.-]+#\d+$/);
    assert.equal(rule.helpUrl, helpUrlOf(rule.id));
    const { fires, silent } = rule.examples();
    assert.ok(fires.length > 0, 'an example in which it says something');
    assert.ok(silent.length > 0, 'an example in which it says nothing');
    for (const { name } of [...fires, ...silent]) assert.ok(name.length > 0 && name.length < 90, name);
    assert.equal(new Set([...fires, ...silent].map(({ name }) => name)).size, fires.length + silent.length, 'names differ');
  });
}

/** What was promised: the ids that reports, waivers and config files may name. They are never renamed or dropped. */
const PROMISED = [
  'head-missing', 'headless-architecture', 'head-tied', 'tied-head-differs', 'tied-head-redundant', 'tie-changed', 'head-not-expected', 'tie-flag-ambiguous',
  'empty-tensors', 'empty-checkpoint', 'wrapper-prefix', 'vocabulary-mismatch', 'vocabulary-resized', 'renamed-parameters', 'mtp-layers-missing',
  'index-mismatch', 'shard-missing', 'stale-files', 'index-total-size', 'pointer-not-weights', 'file-truncated', 'file-trailing-bytes', 'not-safetensors',
  'metadata-format-missing', 'dtype-widened', 'sharded-by-rank', 'layers-missing', 'layer-incomplete', 'parameters-missing', 'shape-mismatch',
  'unexpected-parameters', 'malformed-header', 'malformed-json', 'unsafe-pickle',
  'adapter-not-merged', 'adapter-target-missing', 'adapter-vocabulary-mismatch', 'adapter-breaks-tie', 'adapter-incomplete', 'quantization-incomplete',
];

test('no promised id is gone', () => {
  const ids = new Set(RULES.map(({ id }) => id));
  assert.deepEqual(PROMISED.filter((id) => !ids.has(id)), []);
});

test('every rule has its page, as the rule says it now', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/pages.mjs', '--check'], { encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.equal(status, 0);
});
