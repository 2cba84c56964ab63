import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exitCode } from '../../src/report/exit-code.ts';
import { predicate } from '../../src/report/predicate.ts';
import { onlyRegressions } from '../../src/report/regressions.ts';
import { plain, type CheckpointReport, type Finding, type Notice } from '../../src/report/report.ts';
import { checkpoint, finding, passing, reportOf, seed, unreachable } from '../support/reports.ts';

const lost = (...parameters: string[]): Finding => finding({ rule: 'parameters-missing', parameters });
const now = (...findings: Finding[]): CheckpointReport => checkpoint({ verdict: 'incomplete', findings });
const code = (checked: CheckpointReport, before: CheckpointReport | null): number => exitCode(onlyRegressions(reportOf(checked), { where: 'on main at 1234567', of: () => before, notices: [] }), 'warning');

describe('only regressions', () => {
  it('forgive what was so before, and say where', () => {
    const report = onlyRegressions(reportOf(seed), { where: 'on main at 1234567', of: () => seed, notices: [] });
    assert.equal(exitCode(report, 'warning'), 0);
    assert.deepEqual(report.checkpoints[0]?.findings[0]?.waived, { reason: 'not new: it is so on main at 1234567 too', until: null });
  });

  it('count what is new: another rule, another parameter, a worse severity, no predecessor, one that could not be had', () => {
    assert.equal(code(now(lost('a')), now(lost('a', 'b'))), 0);
    assert.equal(code(now(lost('a', 'c')), now(lost('a', 'b'))), 1);
    assert.equal(code(now(lost('a')), now(finding({ rule: 'shape-mismatch', parameters: ['a'] }))), 1);
    assert.equal(code(now(lost('a')), now({ ...lost('a'), severity: 'warning' })), 1);
    assert.equal(code(now({ ...lost('a'), severity: 'warning' }), now(lost('a'))), 0);
    assert.equal(code(now(lost('a')), null), 1);
    assert.equal(code(now(lost('a')), unreachable), 1);
  });

  it('forgive a file that was cut off before, but no other', () => {
    const cut = (path: string): CheckpointReport => ({ ...now(finding({ rule: 'file-truncated', location: { path, line: null } })), verdict: 'unreadable' });
    assert.equal(code(cut('a.safetensors'), cut('a.safetensors')), 0);
    assert.equal(code(cut('b.safetensors'), cut('a.safetensors')), 1);
    assert.equal(code(now(finding({ rule: 'dtype-widened' })), now(finding({ rule: 'dtype-widened' }))), 0);
  });

  it('forgive what could not be had there either, but for a server or a token', () => {
    const unread = (obstacle: 'state' | 'moment', reference = './out'): CheckpointReport => ({ ...unreachable, reference, obstacle });
    assert.equal(code(unread('state'), unread('state', 'out/')), 0);
    assert.equal(code(unread('state'), unread('state', './other')), 2);
    assert.equal(code(unread('state'), passing), 2);
    assert.equal(code(unread('moment'), unread('moment')), 2);
    assert.equal(code(unread('state'), unread('moment')), 2);
  });

  it('forgive a notice that is the same there, on whatever line, and show it', () => {
    const said = (message: string, more: Partial<Notice> = {}): Notice => ({ severity: 'error', message: [message], location: { path: 'headcheck.yml', line: 3 }, obstacle: 'state', ...more });
    const gate = (now: Notice, before: Notice) => onlyRegressions({ ...reportOf(passing), notices: [now] }, { where: 'on main at 1234567', of: () => null, notices: [before] });
    const forgiven = gate(said('Unknown key x.'), said('Unknown key x.', { location: { path: 'headcheck.yml', line: 9 } }));
    assert.equal(exitCode(forgiven, 'warning'), 0);
    assert.deepEqual([forgiven.notices[0]?.severity, plain(forgiven.notices[0]?.message ?? [])], ['note', 'Unknown key x. (not new: it is so on main at 1234567 too)']);
    const about = { reference: './out', base: './nowhere' };
    assert.equal(exitCode(gate(said('no ./nowhere', { about }), said('GitHub has no nowhere', { about: { ...about, reference: 'out' } })), 'warning'), 0);
    for (const [now, before] of [
      [said('a'), said('b')], [said('a'), said('a', { location: { path: 'other.yml', line: 3 } })], [said('a'), said('a', { severity: 'warning' })],
      [said('a', { obstacle: 'moment', about }), said('a', { obstacle: 'moment', about })], [said('a', { obstacle: 'search', location: null }), said('a', { obstacle: 'search', location: null })],
      [said('a', { about }), said('a', { about: { ...about, base: './elsewhere' } })],
    ] as const) assert.equal(exitCode(gate(now, before), 'error'), 2);
  });
});

describe('the predicate', () => {
  it('says what passed, and never that nothing did', () => {
    assert.equal(predicate(reportOf(passing), 'error').passed, true);
    assert.equal(predicate(reportOf(passing, seed), 'error').passed, false);
    assert.equal(predicate(reportOf(unreachable), 'error').passed, false);
    assert.equal(predicate(reportOf(), 'error').passed, false);
    const [first] = predicate(reportOf(seed), 'error').checkpoints;
    assert.deepEqual([first?.reference, first?.verdict, first?.findings], [seed.reference, 'incomplete', [{ rule: 'head-missing', severity: 'error', waived: false }]]);
  });
});
