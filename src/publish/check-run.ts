import { markdown, type Signpost } from '../report/markdown.ts';
import { exitCode, type FailOn } from '../report/exit-code.ts';
import type { Report } from '../report/report.ts';
import { annotationsOf } from './annotations.ts';
import { explained, isRefusal, type GitHub } from './client.ts';
import { withinBytes } from './summary.ts';

/** GitHub takes so many annotations a request; more are added by further ones. */
export const MOST_PER_REQUEST = 50;
/** In all; a list of thousands is read by nobody. */
const MOST_ANNOTATIONS = 500;
const LONGEST_FIELD = 65_535;
/** GitHub's own limit of an annotation's title. */
const LONGEST_TITLE = 255;

export interface CheckRun {
  readonly name: string;
  readonly head: string;
  readonly report: Report;
  readonly failOn: FailOn;
  /** Where the whole report is, for what does not fit; null where nowhere. */
  readonly wholeReport: Signpost | null;
}

/**
 * Makes a check run of its own name, for those who require it by name. It lands under an arbitrary workflow of the
 * commit, which is why the job summary is the default.
 * @returns its address, or null where the token may not write checks
 */
export async function publishCheckRun(github: GitHub, { name, head, report, failOn, wholeReport }: CheckRun): Promise<string | null> {
  const { owner, repo } = github;
  const code = exitCode(report, failOn);
  const title = code === 2 ? 'Not all could be checked' : report.checkpoints.length === 0 ? 'Nothing to check' : `Verdict: ${report.verdict}`;
  const output = { title, summary: withinBytes((limit) => markdown(report, { limit, wholeReport }), LONGEST_FIELD) };
  const annotations = checkAnnotations(report);
  try {
    const { data } = await github.rest.checks.create({
      owner, repo, name, head_sha: head, status: 'completed',
      conclusion: code !== 0 ? 'failure' : report.verdict === 'complete' ? 'success' : 'neutral',
      output: { ...output, annotations: annotations.slice(0, MOST_PER_REQUEST) },
    });
    for (let at = MOST_PER_REQUEST; at < annotations.length; at += MOST_PER_REQUEST) {
      await github.rest.checks.update({ owner, repo, check_run_id: data.id, output: { ...output, annotations: annotations.slice(at, at + MOST_PER_REQUEST) } });
    }
    return data.html_url;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw explained(error, 'make a check run');
  }
}

type CheckAnnotation = { path: string; start_line: number; end_line: number; annotation_level: 'failure' | 'warning'; message: string; title: string };

function checkAnnotations(report: Report): CheckAnnotation[] {
  const all = annotationsOf(report).flatMap(({ level, title, message, place }): CheckAnnotation[] => {
    if (place === null) return [];
    const line = place.line ?? 1;
    return [{ path: place.path, start_line: line, end_line: line, annotation_level: level === 'error' ? 'failure' : 'warning', message: message.slice(0, LONGEST_FIELD), title: title.slice(0, LONGEST_TITLE) }];
  });
  return all.slice(0, MOST_ANNOTATIONS);
}
