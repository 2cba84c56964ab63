import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Log } from 'sarif';
import { sarif } from '../../src/report/sarif.ts';
import type { Report } from '../../src/report/report.ts';
import { ATTACKS } from '../support/attacks.ts';
import { headless, hostile, mixed, passing, reportOf, seed, unreachable } from '../support/reports.ts';

const RULES = [{ id: 'head-missing', severity: 'error', summary: 'The head is gone', why: 'Because.', helpUrl: 'https://github.com/x' }] as const;

function log(report: Report): Log {
  const parsed: Log = JSON.parse(sarif(report, RULES, '/ci/repo'));
  return parsed;
}

test('one result a finding, at the line that made the reference', () => {
  const [run] = log(reportOf(seed, passing)).runs;
  assert.equal(run?.results?.length, 1);
  const [result] = run?.results ?? [];
  assert.equal(result?.ruleId, 'head-missing');
  assert.equal(result?.level, 'error');
  assert.match(result?.message.text ?? '', /^\.\/out\/llama-3\.1-8b-support: `lm_head\.weight` is missing\. The base stores/);
  assert.deepEqual(result?.locations?.[0]?.physicalLocation, { artifactLocation: { uri: 'deploy/serving.yaml' }, region: { startLine: 12 } });
});

test('rules are described once, and results point at theirs', () => {
  const [run] = log(reportOf(seed, seed, mixed)).runs;
  const rules = run?.tool.driver.rules ?? [];
  assert.deepEqual(rules[0], {
    id: 'head-missing', shortDescription: { text: 'The head is gone' }, fullDescription: { text: 'Because.' }, helpUri: 'https://github.com/x',
    help: { text: 'Because.' }, defaultConfiguration: { level: 'error' },
  });
  for (const result of run?.results ?? []) assert.equal(rules[result.ruleIndex ?? -1]?.id, result.ruleId);
});

test('without such a line, the file in the checkpoint', () => {
  const place = log(reportOf(headless)).runs[0]?.results?.[0]?.locations?.[0]?.physicalLocation;
  assert.deepEqual(place, { artifactLocation: { uri: 'out/llama-3.2-1b-bare/config.json' }, region: { startLine: 3 } });
});

test('a path inside of the root is relative to it, whatever way it was written; one outside has a base of its own', () => {
  const located = (reference: string) => {
    const findings = seed.findings.map((one) => ({ ...one, location: null }));
    const [run] = log(reportOf({ ...seed, reference, findings, origin: null })).runs;
    assert.deepEqual(run?.originalUriBaseIds, { FILES: { uri: 'file:///' } });
    return run?.results?.[0]?.locations?.[0]?.physicalLocation?.artifactLocation;
  };
  for (const inside of ['out/a b', './out/a b', '/ci/repo/out/a b', '../repo/out/a b', 'x/../out/a b/']) assert.deepEqual(located(inside), { uri: 'out/a%20b' }, inside);
  assert.deepEqual(located('.'), { uri: '.' });
  for (const outside of ['../au/x', '/ci/au/x']) assert.deepEqual(located(outside), { uri: 'ci/au/x', uriBaseId: 'FILES' }, outside);
  assert.deepEqual(located('/ci/repository'), { uri: 'ci/repository', uriBaseId: 'FILES' });
  assert.deepEqual(located('hf://org/name@main'), { uri: 'hf://org/name%40main' });
});

test('a waived finding is suppressed, with its reason', () => {
  const waived = log(reportOf(mixed)).runs[0]?.results?.filter(({ suppressions }) => suppressions !== undefined) ?? [];
  assert.deepEqual(waived.map(({ ruleId, suppressions }) => [ruleId, suppressions?.[0]?.justification]), [['dtype-widened', 'full-precision release, agreed in #12']]);
});

test('what could not be checked is told as such', () => {
  const [invocation] = log(reportOf(unreachable)).runs[0]?.invocations ?? [];
  assert.equal(invocation?.executionSuccessful, false);
  assert.match(invocation?.toolExecutionNotifications?.[0]?.message.text ?? '', /answered 401/);
});

test('no attack leaves a valid address or brings a link', () => {
  for (const attack of ATTACKS) {
    const [run] = log(hostile(attack)).runs;
    for (const result of run?.results ?? []) {
      const uri = result.locations?.[0]?.physicalLocation?.artifactLocation?.uri ?? '';
      assert.match(uri, /^[A-Za-z0-9\-._~!*'()%/:]*$/, attack.slice(0, 60));
      assert.doesNotMatch(result.message.text ?? '', /[\u0000-\u001f\u202a-\u202e]|\]\(/u, attack.slice(0, 60));
    }
  }
});
