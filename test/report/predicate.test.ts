import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { predicate } from '../../src/report/predicate.ts';
import { overallVerdict } from '../../src/report/assemble.ts';
import type { CheckpointReport, Report } from '../../src/report/report.ts';
import { checkpoint } from '../support/reports.ts';

function reportOf(...checkpoints: readonly CheckpointReport[]): Report {
  return { tool: { name: 'headcheck', version: '1' }, verdict: overallVerdict(checkpoints), checkpoints, notices: [] };
}

describe('what is attested', () => {
  test('is no pass where nothing was checked', () => {
    const { verdict, passed, checkpoints } = predicate(reportOf(), 'error');
    assert.deepEqual({ verdict, passed, checkpoints }, { verdict: 'none', passed: false, checkpoints: [] });
  });

  test('is the verdict on what was', () => {
    const { verdict, passed, checkpoints } = predicate(reportOf(checkpoint({ verdict: 'complete', findings: [] })), 'error');
    assert.deepEqual({ verdict, passed, count: checkpoints.length }, { verdict: 'complete', passed: true, count: 1 });
    assert.equal(predicate(reportOf(checkpoint({ verdict: 'incomplete' })), 'error').verdict, 'incomplete');
  });
});
