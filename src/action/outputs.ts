import { setOutput } from '@actions/core';
import { PREDICATE_TYPE } from '../report/predicate.ts';
import type { Report } from '../report/report.ts';
import { active } from '../report/view.ts';
import type { Written } from './files.ts';

/** Sets every output of the step that a report and its files give. @param written null where no files were written */
export function setOutputs(report: Report, written: Written | null, commentUrl: string | null): void {
  const count = (severity: 'error' | 'warning'): number => report.checkpoints.reduce((sum, checkpoint) => sum + active(checkpoint, severity).length, 0);
  setOutput('verdict', report.checkpoints.length === 0 ? 'none' : report.verdict);
  setOutput('checkpoints', report.checkpoints.length);
  setOutput('errors', count('error'));
  setOutput('warnings', count('warning'));
  setOutput('missing', report.checkpoints.reduce((sum, { missing }) => sum + missing.length, 0));
  for (const [format, path] of Object.entries(written ?? {})) setOutput(format, path);
  if (written !== null) setOutput('predicate-type', PREDICATE_TYPE);
  setOutput('comment-url', commentUrl ?? '');
}

/** Where there was nothing to do, later steps still find the outputs that they may compare. */
export function nothingDone(): void {
  setOutput('verdict', 'none');
  for (const name of ['checkpoints', 'errors', 'warnings', 'missing']) setOutput(name, 0);
}
