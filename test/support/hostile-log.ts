import { annotationsOf, publishAnnotations } from '../../src/publish/annotations.ts';
import { logGuarded } from '../../src/publish/log.ts';
import { plain } from '../../src/report/report.ts';
import { ATTACKS } from './attacks.ts';
import { hostile } from './reports.ts';

// Writes to the log what the action would of every hostile report, raw text included.
for (const attack of ATTACKS) {
  const report = hostile(attack);
  logGuarded(`raw: ${attack}\n${attack}\n${report.checkpoints.flatMap(({ findings }) => findings.map(({ message }) => plain(message))).join('\n')}`);
  publishAnnotations(annotationsOf(report));
}
