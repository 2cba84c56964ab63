import { error, warning } from '@actions/core';
import { plain, type Prose, type Report } from '../report/report.ts';
import { visible } from '../report/untrusted.ts';
import { isUnread } from '../report/view.ts';
import { placeOf, type Place } from './place.ts';

/** GitHub shows ten annotations of a level a step, and drops the rest without a word. */
export const MOST_ANNOTATIONS = 10;

export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly message: string;
  readonly place: Place | null;
}

/** A longer message is not read in an annotation; the summary has it whole. */
const LONGEST_MESSAGE = 1_000;

/** What is worth an annotation: errors and warnings that nobody waived, and notices; notes are for those who look. */
export function annotationsOf(report: Report): readonly Annotation[] {
  const ofFindings = report.checkpoints.flatMap((checkpoint) => checkpoint.findings.flatMap((finding) => {
    if (finding.severity === 'note' || finding.waived !== null) return [];
    const text: Prose = [...finding.message, ...(finding.cause === null ? [] : [' ', ...finding.cause])];
    return [{ level: finding.severity, title: visible(`${checkpoint.reference}: ${plain(finding.title)}`), message: visible(plain(text), LONGEST_MESSAGE), place: placeOf(checkpoint, finding) }];
  }));
  const unreadable = report.checkpoints.filter((checkpoint) => checkpoint.findings.length === 0 && isUnread(checkpoint)).map((checkpoint) => ({
    level: 'error' as const, title: visible(`${checkpoint.reference} could not be read`), message: visible(plain(checkpoint.reason ?? ['It could not be read.']), LONGEST_MESSAGE), place: checkpoint.origin,
  }));
  const notices = report.notices.flatMap(({ severity, message, location }) => (severity === 'note' ? [] : [{ level: severity, title: 'Headcheck', message: visible(plain(message), LONGEST_MESSAGE), place: location }]));
  return [...unreadable, ...ofFindings, ...notices];
}

/** Writes annotations, at most ten of a level; where there are more, the tenth says how many. Needs no permission. */
export function publishAnnotations(annotations: readonly Annotation[]): void {
  for (const [level, write] of [['error', error], ['warning', warning]] as const) {
    for (const { title, message, place } of fitted(annotations.filter((one) => one.level === level), level)) {
      write(message, {
        title,
        ...(place === null ? {} : { file: place.path, ...(place.line === null ? {} : { startLine: place.line }) }),
      });
    }
  }
}

function fitted(annotations: readonly Annotation[], level: Annotation['level']): readonly Annotation[] {
  if (annotations.length <= MOST_ANNOTATIONS) return annotations;
  const shown = annotations.slice(0, MOST_ANNOTATIONS - 1);
  const left = annotations.length - shown.length;
  return [...shown, { level, title: 'Headcheck', message: `${left} more ${level}s are in the job summary.`, place: null }];
}
