import assert from 'node:assert/strict';
import { it } from 'node:test';
import { checkAtCommit } from '../../src/gate/at-commit.ts';
import { parseSettings } from '../../src/settings/inputs.ts';
import { plain, prose } from '../../src/report/report.ts';
import { finding, passing, reportOf } from '../support/reports.ts';
import type { Target } from '../../src/settings.ts';

it('a report at a commit names what was written, also where a target has none', async () => {
  const named = (reference: string): Target => ({ reference, base: null, waivers: [], origin: null });
  const settings = { ...parseSettings({ directory: '/', today: '2026-01-01' }, null), targets: ['hf://org/none', './out', 'hf://org/a', 'out/', '.'].map(named) };
  const asked: string[] = [];
  const report = await checkAtCommit(async ({ targets }) => {
    asked.push(...targets.map(({ reference }) => reference));
    return reportOf(...targets.slice(1).map(({ reference }) => ({ ...passing, reference })));
  }, settings, 'c'.repeat(40), { serverUrl: 'https://github.com', repository: 'o/r' });
  const there = `https://github.com/o/r/tree/${'c'.repeat(40)}`;
  assert.deepEqual(asked, ['hf://org/none', `${there}/out`, 'hf://org/a', `${there}/out`, there]);
  assert.deepEqual(report.checkpoints.map(({ reference }) => reference), ['./out', 'hf://org/a', 'out/', '.']);
});

it('a report at a commit names what was written in its sentences, too', async () => {
  const settings = { ...parseSettings({ directory: '/', today: '2026-01-01' }, null), targets: [{ reference: './out', base: './base', waivers: [], origin: null }] };
  const report = await checkAtCommit(async ({ targets }) => {
    const [{ reference, base } = { reference: '', base: null }] = targets;
    const said = prose`${reference} is not what ${base ?? ''} is`;
    return {
      ...reportOf({
        ...passing, reference, base: { reference: base ?? '', revision: null, found: 'input', within: null }, reason: [`${reference} holds no weights.`],
        findings: [finding({ rule: 'head-missing', title: said, message: said, cause: said, fix: { steps: said, code: { language: 'python', text: `load("${base}")` } } })],
      }),
      notices: [{ severity: 'error', message: said, location: null }],
    };
  }, settings, 'c'.repeat(40), { serverUrl: 'https://github.com', repository: 'o/r' });
  assert.doesNotMatch(JSON.stringify(report), /c{40}/);
  const [checkpoint] = report.checkpoints;
  assert.deepEqual([checkpoint?.base?.reference, checkpoint?.reason, report.notices[0]?.message, checkpoint?.findings[0]?.fix?.code?.text], ['./base', ['./out holds no weights.'], prose`${'./out'} is not what ${'./base'} is`, 'load("./base")']);
});

it('a commit has nothing above its root: what is named there is refused, and the rest is checked', async () => {
  const targets = [['../../../other/repo/tree/main/x', null], ['./out', 'a/../../base'], ['a/../b', '..b']].map(([reference, base]): Target => ({ reference: reference ?? '', base: base ?? null, waivers: [], origin: { path: 'c.yml', line: 3 } }));
  const asked: unknown[] = [];
  const report = await checkAtCommit(async (settings) => {
    asked.push(...settings.targets.map(({ reference, base }) => [reference, base]));
    return reportOf(...settings.targets.map(({ reference }) => ({ ...passing, reference })));
  }, { ...parseSettings({ directory: '/', today: '2026-01-01' }, null), targets }, 'c'.repeat(40), { serverUrl: 'https://github.com', repository: 'o/r' });
  const there = `https://github.com/o/r/tree/${'c'.repeat(40)}`;
  assert.deepEqual(asked, [[`${there}/out`, null], [`${there}/b`, `${there}/..b`]]);
  assert.deepEqual(report.checkpoints.map(({ reference, verdict }) => [reference, verdict]), [['./out', 'complete'], ['a/../b', 'complete'], ['../../../other/repo/tree/main/x', 'unreadable']]);
  assert.equal(report.verdict, 'unreadable');
  assert.match(plain(report.checkpoints[2]?.reason ?? []), /^"?\.\.\/\.\.\/\.\.\/other\/repo\/tree\/main\/x"? lies outside of the repository\. Name a path in the repository/);
  assert.deepEqual(report.notices.map(({ severity, message, about }) => [severity, plain(message).slice(0, 74), about]), [['error', 'The base a/../../base could not be read: it lies outside of the repository', { reference: './out', base: 'a/../../base' }]]);
});
