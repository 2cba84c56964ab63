import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MalformedError } from '../../src/errors.ts';
import { jsonV1, toJsonV1 } from '../../src/report/json-v1.ts';
import { parseJsonV1 } from '../../src/report/json-v1-parse.ts';
import { markdown } from '../../src/report/markdown.ts';
import { ATTACKS } from '../support/attacks.ts';
import { validateReport } from '../support/report-schema.ts';
import { fleet, headless, hostile, mixed, passing, reportOf, seed, tied, truncated, undecided, unreachable } from '../support/reports.ts';

const help = (rule: string): string => `https://github.com/headcheck/headcheck/blob/main/docs/rules/${rule}.md`;

test('a report survives being written and read', () => {
  for (const one of [seed, tied, headless, passing, truncated, undecided, unreachable, mixed]) {
    const report = reportOf(one);
    assert.deepEqual(JSON.parse(JSON.stringify(parseJsonV1(JSON.parse(jsonV1(report)), help))), JSON.parse(JSON.stringify(report)), one.reference);
  }
  assert.equal(markdown(parseJsonV1(JSON.parse(jsonV1(fleet(20))), help)), markdown(fleet(20)));
});

test('links are made anew, never taken over', () => {
  const whole = toJsonV1(reportOf(seed));
  const [one] = whole.checkpoints;
  const forged = { ...whole, checkpoints: [{ ...one, findings: one?.findings.map((finding) => ({ ...finding, helpUrl: 'https://evil.example' })) }] };
  const report = parseJsonV1(forged, help);
  assert.equal(report.checkpoints[0]?.findings[0]?.helpUrl, help('head-missing'));
  assert.doesNotMatch(JSON.stringify(report), /evil\.example/);
});

test('refuses what is no report, and names the place', () => {
  const whole = toJsonV1(reportOf(seed));
  const [one] = whole.checkpoints;
  const [finding] = one?.findings ?? [];
  const cases: [unknown, RegExp][] = [
    [null, /its top level/],
    ['report', /its top level/],
    [[], /schemaVersion/],
    [{ ...whole, schemaVersion: 2 }, /schemaVersion/],
    [{ ...whole, checkpoints: [{ ...one, totals: { ...one?.totals, bytes: -1 } }] }, /checkpoints\.0\.totals\.bytes/],
    [{ ...whole, checkpoints: [{ ...one, totals: { ...one?.totals, bytes: 1e300 } }] }, /checkpoints\.0\.totals\.bytes/],
    [{ ...whole, checkpoints: [{ ...one, findings: [{ ...finding, rule: '[x](https://evil.example)' }] }] }, /findings\.0\.rule/],
    [{ ...whole, tool: { name: 'headcheck', version: '1 @octocat' } }, /tool\.version/],
    [{ ...whole, checkpoints: Array.from({ length: 2_001 }, () => one) }, /checkpoints/],
    [{ ...whole, checkpoints: [{ ...one, findings: [{ ...finding, fixCode: { language: 'mermaid', text: 'graph' } }] }] }, /fixCode/],
  ];
  for (const [value, place] of cases) {
    assert.throws(() => parseJsonV1(value, help), (error: unknown) => error instanceof MalformedError && place.test(error.message), String(place));
  }
});

test('cuts long texts and drops unknown keys', () => {
  const whole = toJsonV1(reportOf(seed));
  const report = parseJsonV1({ ...whole, extra: 1, checkpoints: [{ ...whole.checkpoints[0], reference: 'x'.repeat(1e6), __proto__: { polluted: true } }] }, help);
  assert.equal(report.checkpoints[0]?.reference.length, 4_000);
  assert.equal('extra' in report, false);
  assert.equal('polluted' in {}, false);
});

test('the commit that was checked survives the file, and is one', () => {
  const report = { ...reportOf(passing), commit: 'a'.repeat(40) };
  validateReport(JSON.parse(jsonV1(report)));
  assert.equal(parseJsonV1(JSON.parse(jsonV1(report)), help).commit, report.commit);
  assert.throws(() => parseJsonV1({ ...toJsonV1(report), commit: '@octocat' }, help), MalformedError);
});

test('what could not be checked, and what of it is no news, survives the file', () => {
  const about = { reference: 'hf://org/a', base: 'hf://org/base' };
  const notices = [{ severity: 'error' as const, message: ['the base could not be read'], location: null, obstacle: 'moment' as const, about }, { severity: 'note' as const, message: ['x'], location: null }];
  const waived = { ...unreachable, obstacle: 'state' as const, waived: { reason: 'not new', until: null } };
  const back = parseJsonV1(JSON.parse(jsonV1({ ...reportOf(waived), notices })), help);
  assert.deepEqual(back.notices, notices);
  assert.deepEqual([back.checkpoints[0]?.waived, back.checkpoints[0]?.obstacle], [waived.waived, 'state']);
  validateReport(JSON.parse(jsonV1({ ...reportOf(waived), notices })));
});

test('a hostile report is read or refused, and what is read can be shown', () => {
  for (const text of ATTACKS) {
    let report;
    try {
      report = parseJsonV1(JSON.parse(jsonV1(hostile(text))), help);
    } catch (error) {
      assert.ok(error instanceof MalformedError);
      continue;
    }
    assert.ok(markdown(report).length <= 65_536);
  }
});

test('any JSON gives a report or a MalformedError', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.throws(() => parseJsonV1(value, help), MalformedError);
    }),
    { numRuns: 200 },
  );
});
