import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RULES } from '../../src/diagnosis/catalogue.ts';
import { plain } from '../../src/diagnosis/prose.ts';
import type { CheckpointReport } from '../../src/report/report.ts';
import { judged, rulesOf } from '../support/examples.ts';

const said = (report: CheckpointReport): string => report.findings.map((finding) => `${finding.severity} ${finding.rule}: ${plain(finding.title)}`).join('\n') || 'nothing was found';

for (const rule of RULES) {
  describe(rule.id, () => {
    const { fires, silent } = rule.examples();
    for (const example of fires) {
      test(`says something: ${example.name}`, async () => {
        const report = await judged(example);
        const found = report.findings.filter((finding) => finding.rule === rule.id);
        assert.ok(found.length > 0, said(report));
        for (const finding of found) {
          assert.deepEqual(JSON.parse(JSON.stringify(finding)), finding, 'plain data that survives JSON');
          assert.notEqual(plain(finding.title), '');
          assert.notEqual(plain(finding.message), '');
        }
      });
    }
    for (const example of silent) {
      test(`says nothing: ${example.name}`, async () => {
        const report = await judged(example);
        assert.ok(!rulesOf(report).includes(rule.id), said(report));
      });
    }
  });
}
