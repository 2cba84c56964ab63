import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { HELP } from '../../src/cli/help.ts';
import { EXIT_CODES, exitCode } from '../../src/report/exit-code.ts';
import { headless, mixed, passing, reportOf, seed, tied, truncated, undecided, unreachable } from '../support/reports.ts';

test('0: nothing at or above the level', () => {
  assert.equal(exitCode(reportOf(passing, tied, undecided), 'warning'), 0);
  assert.equal(exitCode(reportOf(headless), 'error'), 0);
  assert.equal(exitCode(reportOf(seed, mixed, truncated), 'never'), 0);
});

test('1: findings at or above it', () => {
  assert.equal(exitCode(reportOf(passing, seed), 'error'), 1);
  assert.equal(exitCode(reportOf(truncated), 'error'), 1);
  assert.equal(exitCode(reportOf(headless), 'warning'), 1);
});

test('2: something could not be checked, whatever else was found', () => {
  assert.equal(exitCode(reportOf(seed, unreachable), 'error'), 2);
  assert.equal(exitCode(reportOf(unreachable), 'never'), 2);
});

test('2: what was asked for could not be done, whatever is found or forgiven in the rest', () => {
  for (const obstacle of ['state', 'moment'] as const) {
    const notices = [{ severity: 'error' as const, message: ['the base could not be read'], location: null, obstacle }];
    for (const one of [passing, seed]) for (const failOn of ['error', 'never'] as const) assert.equal(exitCode({ ...reportOf(one), notices }, failOn), 2);
  }
  assert.equal(exitCode(reportOf({ ...unreachable, waived: { reason: 'not new', until: null } }), 'warning'), 0);
});

test('the help, the README and the page on pull requests say what each code means, in the same words', async () => {
  const flat = (text: string): string => text.replace(/\s+/g, ' ');
  const texts = [HELP, await readFile('README.md', 'utf8'), await readFile('docs/pull-requests.md', 'utf8')].map(flat);
  for (const [code, meaning] of Object.entries(EXIT_CODES)) for (const text of texts) assert.ok(text.includes(`${code} ${meaning}`), `${code}: ${text.slice(0, 40)}`);
});

test('a waived finding does not count', () => {
  const waived = { ...seed, findings: seed.findings.map((finding) => ({ ...finding, waived: { reason: 'agreed', until: null } })) };
  assert.equal(exitCode(reportOf(waived), 'warning'), 0);
});

test('a notice counts like a finding', () => {
  const report = { ...reportOf(passing), notices: [{ severity: 'warning' as const, message: ['expired'], location: null }] };
  assert.equal(exitCode(report, 'error'), 0);
  assert.equal(exitCode(report, 'warning'), 1);
  assert.equal(exitCode({ ...report, notices: [{ severity: 'note', message: ['data.json was not looked into'], location: { path: 'data.json', line: null }, obstacle: 'search' }] }, 'warning'), 0);
});
