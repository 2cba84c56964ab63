import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonV1, toJsonV1 } from '../../src/report/json-v1.ts';
import { ATTACKS } from '../support/attacks.ts';
import { fitsReportSchema, validateReport } from '../support/report-schema.ts';
import { fleet, headless, hostile, mixed, passing, reportOf, seed, tied, truncated, undecided, unreachable } from '../support/reports.ts';

test('every report fits the published schema', () => {
  for (const one of [seed, tied, headless, passing, truncated, undecided, unreachable, mixed]) validateReport(JSON.parse(jsonV1(reportOf(one))));
  validateReport(JSON.parse(jsonV1(fleet(20))));
  validateReport(JSON.parse(jsonV1(reportOf())));
  for (const text of ATTACKS) validateReport(JSON.parse(jsonV1(hostile(text))));
});

test('the schema refuses what is no report', () => {
  const whole = toJsonV1(reportOf(seed));
  assert.equal(fitsReportSchema({ ...whole, schemaVersion: 2 }), false);
  assert.equal(fitsReportSchema({ ...whole, verdict: 'fine' }), false);
  const { findings: _, ...withoutFindings } = whole.checkpoints[0] ?? {};
  assert.equal(fitsReportSchema({ ...whole, checkpoints: [withoutFindings] }), false);
  assert.equal(fitsReportSchema({ ...whole, checkpoints: [{ ...whole.checkpoints[0], missing: [{ name: 'x', dtype: 'F32', shape: [-1], bytes: 0 }] }] }), false);
});

test('has exactly the frozen keys and the announced additions', () => {
  const whole = toJsonV1(reportOf(seed));
  assert.deepEqual(Object.keys(whole), ['schemaVersion', 'tool', 'commit', 'verdict', 'checkpoints', 'notices']);
  const [one] = whole.checkpoints;
  assert.deepEqual(Object.keys(one ?? {}).sort(), [
    'architecture', 'base', 'findings', 'format', 'ledger', 'loaders', 'mismatched', 'missing', 'obstacle', 'origin', 'reason', 'reference',
    'renamed', 'revision', 'shards', 'skipped', 'tied', 'totals', 'unexpected', 'verdict', 'waived',
  ]);
  assert.deepEqual(Object.keys(one?.findings[0] ?? {}), [
    'rule', 'severity', 'title', 'message', 'cause', 'parameters', 'fix', 'fixCode', 'helpUrl', 'location', 'waived',
  ]);
  assert.deepEqual(one?.missing, [{ name: 'lm_head.weight', dtype: 'BF16', shape: [128256, 4096], bytes: 1050673152 }]);
});

test('sentences are text with names between backticks, the fix is steps and code', () => {
  const finding = toJsonV1(reportOf(seed)).checkpoints[0]?.findings[0];
  assert.equal(finding?.title, '`lm_head.weight` is missing');
  assert.match(finding?.fix ?? '', /^Load with `AutoModelForCausalLM`[^]*:\n\nimport torch\n/);
  assert.equal(finding?.fixCode?.language, 'python');
});
