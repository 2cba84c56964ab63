import assert from 'node:assert/strict';
import { it } from 'node:test';
import { checkAtCommit } from '../../src/gate/at-commit.ts';
import { parseSettings } from '../../src/settings/inputs.ts';
import { passing, reportOf } from '../support/reports.ts';
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
