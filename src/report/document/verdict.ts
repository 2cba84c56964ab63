import { counted, grouped, size } from '../numbers.ts';
import { prose } from '../report.ts';
import type { CheckpointReport, Prose, Report } from '../report.ts';
import { active, countOf, mainFinding, needsAttention } from '../view.ts';
import { alert, bold, paragraph } from './nodes.ts';
import type { Alert, AlertKind } from './nodes.ts';

/** The first thing that a person reads about one checkpoint. */
export function verdictAlert(checkpoint: CheckpointReport): Alert {
  const cause = mainFinding(checkpoint)?.cause ?? null;
  const second = checkpoint.verdict === 'complete' ? calm(checkpoint) : cause;
  return alert(alertKind(checkpoint), [paragraph(bold(verdictSentence(checkpoint))), ...(second === null ? [] : [paragraph(second)])]);
}

/** `out/checkpoint is incomplete: lm_head.weight is missing`. */
export function verdictSentence(checkpoint: CheckpointReport): Prose {
  const reference = { code: checkpoint.reference };
  const why = verdictReason(checkpoint);
  switch (checkpoint.verdict) {
    case 'incomplete':
      return [reference, ' is incomplete', ...after(why)];
    case 'unreadable':
      return [reference, ' can’t be read', ...after(why)];
    case 'unknown':
      return [reference, ': can’t tell whether it is complete', ...after(why)];
    case 'complete': {
      const warnings = active(checkpoint, 'warning').length;
      return [reference, ' is complete', ...(warnings === 0 ? [] : [`, with ${counted(warnings, 'warning')}`])];
    }
  }
}

/** The reason in a few words; for a complete one, its first warning or the note that explains it. */
export function verdictReason(checkpoint: CheckpointReport): Prose | null {
  const main = mainFinding(checkpoint);
  if (checkpoint.verdict === 'unknown' || (checkpoint.verdict === 'unreadable' && main?.severity !== 'error')) return checkpoint.reason ?? main?.title ?? null;
  return main?.title ?? checkpoint.reason;
}

/** The verdict over several checkpoints. */
export function overallAlert(report: Report): Alert {
  const all = report.checkpoints.length;
  const broken = countOf(report, 'incomplete');
  const unreadable = countOf(report, 'unreadable');
  const unknown = countOf(report, 'unknown');
  const warned = report.checkpoints.filter((checkpoint) => checkpoint.verdict === 'complete' && needsAttention(checkpoint)).length;
  const parts = [
    ...(broken > 0 ? [`${grouped(broken)} of ${counted(all, 'checkpoint')} ${broken === 1 ? 'is' : 'are'} incomplete`] : []),
    ...(unreadable > 0 ? [`${grouped(unreadable)} can’t be read`] : []),
    ...(unknown > 0 ? [`${grouped(unknown)} can’t be decided`] : []),
  ];
  const complete = all - broken - unreadable - unknown;
  const rest = `${complete === all ? `All ${counted(all, 'checkpoint')} are` : `${grouped(complete)} ${complete === 1 ? 'is' : 'are'}`} complete${warned > 0 ? `, ${grouped(warned)} with warnings` : ''}`;
  const sentences = complete > 0 ? [...parts, rest] : parts;
  const kind = broken + unreadable > 0 ? 'caution' : unknown + warned > 0 ? 'warning' : 'note';
  return alert(kind, [paragraph(bold([`${sentences.join('; ')}.`]))]);
}

function alertKind(checkpoint: CheckpointReport): AlertKind {
  if (checkpoint.verdict === 'incomplete' || checkpoint.verdict === 'unreadable') return 'caution';
  return checkpoint.verdict === 'unknown' || needsAttention(checkpoint) ? 'warning' : 'note';
}

function calm(checkpoint: CheckpointReport): Prose | null {
  const { totals, base } = checkpoint;
  const held = `${counted(totals.tensors, 'tensor')}, ${size(totals.bytes)}`;
  const title = mainFinding(checkpoint)?.title ?? null;
  const compared = base === null ? [`${held}.`] : [`${held}, compared with `, ...prose`${base.reference}`, '.'];
  return title === null ? compared : [...title, '. ', ...compared];
}

function after(why: Prose | null): Prose {
  return why === null ? [] : [': ', ...why];
}
