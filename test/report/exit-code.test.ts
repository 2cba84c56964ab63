import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCode } from '../../src/report/exit-code.ts';
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

test('a waived finding does not count', () => {
  const waived = { ...seed, findings: seed.findings.map((finding) => ({ ...finding, waived: { reason: 'agreed', until: null } })) };
  assert.equal(exitCode(reportOf(waived), 'warning'), 0);
});

test('a notice counts like a finding', () => {
  const report = { ...reportOf(passing), notices: [{ severity: 'warning' as const, message: ['expired'], location: null }] };
  assert.equal(exitCode(report, 'error'), 0);
  assert.equal(exitCode(report, 'warning'), 1);
});
