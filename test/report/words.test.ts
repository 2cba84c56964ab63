import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SWITCHED_OFF } from '../../src/diagnosis/skipped.ts';
import { onlyRegressions } from '../../src/report/regressions.ts';
import { plain, type CheckpointReport } from '../../src/report/report.ts';
import { markdown } from '../../src/report/markdown.ts';
import { terminal } from '../../src/report/terminal.ts';
import { calmSentence, overallSentence, verdictSentence } from '../../src/report/words.ts';
import { checkpoint, finding, passing, reportOf, seed } from '../support/reports.ts';

test('a base that was not given is told with where it was found', () => {
  const said = (found: string): string => plain(calmSentence(checkpoint({ base: { reference: 'hf://org/base', revision: null, found, within: null } })) ?? []);
  assert.match(said('input'), /compared with hf:\/\/org\/base\.$/);
  assert.match(said('model-card'), /compared with hf:\/\/org\/base \(named by the model card\)\.$/);
  assert.match(said('name-or-path'), /\(named by _name_or_path in config\.json\)\.$/);
});

const waivedSeed = { ...seed, verdict: 'complete' as const, findings: seed.findings.map((entry) => ({ ...entry, waived: { reason: 'agreed in #12', until: '2099-01-31' } })) };

test('a waived finding is told with its reason among several checkpoints, on the terminal and in Markdown', () => {
  const report = reportOf(waivedSeed, passing);
  for (const text of [terminal(report, { colour: false, width: 110 }), markdown(report)]) {
    const flat = text.replace(/\s+/g, ' ');
    assert.match(flat, /All 2 checkpoints are complete, 1 with findings waived\./);
    assert.match(flat, /Waived until `2099-01-31`: `agreed in #12`/);
    assert.match(flat, /`lm_head\.weight` is missing/);
  }
});

test('a rule that is off is told in the headline, of one checkpoint and of several', () => {
  const skipped = [{ rule: 'head-missing', reason: SWITCHED_OFF }, { rule: 'tie-changed', reason: 'there is no base to compare with' }];
  const silenced = { ...passing, skipped };
  assert.match(plain(verdictSentence(silenced)), / is complete, 1 rule switched off$/);
  assert.match(plain(verdictSentence({ ...waivedSeed, skipped })), / is complete, 1 finding waived, 1 rule switched off$/);
  assert.doesNotMatch(plain(verdictSentence({ ...seed, skipped })), /switched off/);
  assert.equal(overallSentence(reportOf(silenced, passing)), 'All 2 checkpoints are complete, 1 rule switched off.');
});

test('a checkpoint that is complete but for a waiver says so in its headline', () => {
  assert.match(plain(verdictSentence(waivedSeed)), /is complete, 1 finding waived$/);
  assert.match(plain(verdictSentence(passing)), /is complete$/);
});

test('what was so before is said to be nothing new, and what is new beside it is told of', () => {
  const where = 'on main at 1234567';
  const gated = (checked: CheckpointReport, before: CheckpointReport): CheckpointReport => {
    const [first] = onlyRegressions(reportOf(checked), { where, of: () => before, notices: [] }).checkpoints;
    assert.ok(first !== undefined);
    return first;
  };
  const old = gated(seed, seed);
  assert.match(plain(verdictSentence(old)), /^\S+ is still incomplete, with nothing new: \S/);
  const undeclared = { ...old, architecture: { ...old.architecture, declaredClass: 'LlamaForOwnTask' } };
  assert.match(plain(verdictSentence(undeclared)), /^\S+, judged without the declared class, is still incomplete, with nothing new: \S/);
  assert.equal(overallSentence(reportOf(old, passing)), '1 of 2 checkpoints is incomplete (with nothing new); 1 is complete.');
  assert.equal(overallSentence(reportOf(old, seed)), 'All 2 checkpoints are incomplete (1 of them with nothing new).');
  const warned = gated({ ...seed, findings: [...seed.findings, finding({ rule: 'stale-files', severity: 'warning', title: ['A file lies beside'] })] }, seed);
  assert.match(plain(verdictSentence(warned)), /is still incomplete, with 1 new warning: a file lies beside$/);
  const worse = gated({ ...seed, findings: [...seed.findings, finding({ rule: 'shape-mismatch', parameters: ['a'], title: ['Wrong shape'] })] }, seed);
  assert.match(plain(verdictSentence(worse)), /is incomplete: wrong shape$/);
  assert.match(terminal(reportOf(old), { colour: false }), /^! [^]*not new: [^]*It is so on `main at 1234567` too/);
});
