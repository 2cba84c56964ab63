import type { CheckpointReport, Report } from '../report.ts';
import { countOf, isNothingNew, mainFinding, needsAttention } from '../view.ts';
import { calmSentence, overallSentence, verdictSentence } from '../words.ts';
import { alert, bold, paragraph } from './nodes.ts';
import type { Alert, AlertKind } from './nodes.ts';

/** The first thing that a person reads about one checkpoint. */
export function verdictAlert(checkpoint: CheckpointReport): Alert {
  const second = checkpoint.verdict === 'complete' ? calmSentence(checkpoint) : (mainFinding(checkpoint)?.cause ?? null);
  return alert(alertKind(checkpoint), [paragraph(bold(verdictSentence(checkpoint))), ...(second === null ? [] : [paragraph(second)])]);
}

/** The verdict over several checkpoints. */
export function overallAlert(report: Report): Alert {
  const isBroken = countOf(report, 'incomplete') + countOf(report, 'unreadable') > report.checkpoints.filter(isNothingNew).length;
  const isOpen = countOf(report, 'unknown') > 0 || report.checkpoints.some(needsAttention);
  return alert(isBroken ? 'caution' : isOpen ? 'warning' : 'note', [paragraph(bold([overallSentence(report)]))]);
}

function alertKind(checkpoint: CheckpointReport): AlertKind {
  if (isNothingNew(checkpoint)) return 'warning';
  if (checkpoint.verdict === 'incomplete' || checkpoint.verdict === 'unreadable') return 'caution';
  return checkpoint.verdict === 'unknown' || needsAttention(checkpoint) ? 'warning' : 'note';
}
