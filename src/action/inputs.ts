import * as v from 'valibot';
import { getInput } from '@actions/core';
import { UsageError } from '../errors.ts';
import { LONGEST_KEY } from '../publish/marker.ts';
import { COMMENT_MODES, REVIEW_MODES, type CommentMode, type ReviewMode } from '../publish/pull-request.ts';

/** Formats that are written beside the JSON and the Markdown report when asked for. */
export const EXTRA_FORMATS = ['sarif', 'html'] as const;
export type ExtraFormat = (typeof EXTRA_FORMATS)[number];

/** The action's inputs. What makes up the settings of the check is passed on unread; `settings/` judges it. */
export interface Inputs {
  readonly checkpoint: string;
  readonly base: string;
  readonly class: string;
  readonly config: string;
  readonly failOn: string;
  readonly onlyRegressions: boolean;
  readonly baseline: string | null;
  readonly comment: CommentMode;
  readonly review: ReviewMode;
  readonly checkRun: string | null;
  readonly key: string;
  readonly pullRequest: number | null;
  readonly report: string | null;
  readonly formats: readonly ExtraFormat[];
  readonly artifact: string;
  readonly hubToken: string;
  readonly githubToken: string | null;
}

const orNull = v.transform((text: string) => (text === '' ? null : text));
const Schema = v.object({
  checkpoint: v.string(), base: v.string(), class: v.string(), config: v.string(), 'fail-on': v.string(), 'hf-token': v.string(),
  'only-regressions': v.pipe(v.string(), v.transform((text) => text.toLowerCase()), v.picklist(['true', 'false', ''], 'true or false'), v.transform((text) => text === 'true')),
  baseline: v.pipe(v.string(), orNull),
  comment: choice(COMMENT_MODES, 'findings'),
  review: choice(REVIEW_MODES, 'comment'),
  'check-run': v.pipe(v.string(), orNull),
  key: v.pipe(v.string(), v.maxLength(LONGEST_KEY, `at most ${LONGEST_KEY} characters`), v.transform((text) => text || 'default')),
  'pull-request': v.pipe(v.string(), v.regex(/^\d*$/, 'a number'), v.transform((text) => (text === '' ? null : Number(text)))),
  report: v.pipe(v.string(), orNull),
  format: v.pipe(v.string(), v.transform((text) => text.split(/[\s,]+/).filter((word) => word !== '' && word !== 'json' && word !== 'markdown')), v.array(v.picklist(EXTRA_FORMATS, EXTRA_FORMATS.join(' or ')))),
  artifact: v.pipe(v.string(), v.transform((text) => text || 'headcheck-report')),
  'github-token': v.pipe(v.string(), orNull),
});

/**
 * Reads the inputs of the step.
 * @throws UsageError naming every input that is wrong, and what it may be
 */
export function readInputs(): Inputs {
  const raw = Object.fromEntries(Object.keys(Schema.entries).map((name) => [name, getInput(name)]));
  const parsed = v.safeParse(Schema, raw);
  if (!parsed.success) {
    const wrong = parsed.issues.map((issue) => {
      const name = String(issue.path?.[0]?.key ?? '');
      return `The input ${name} should be ${issue.message}; found ${JSON.stringify(raw[name]?.slice(0, 80))}.`;
    });
    throw new UsageError(wrong.join('\n'), 'Correct the `with:` of the step.');
  }
  const { output } = parsed;
  return {
    checkpoint: output.checkpoint, base: output.base, class: output.class, config: output.config, failOn: output['fail-on'], onlyRegressions: output['only-regressions'], baseline: output.baseline,
    comment: output.comment, review: output.review, checkRun: output['check-run'], key: output.key, pullRequest: output['pull-request'],
    report: output.report, formats: output.format, artifact: output.artifact, hubToken: output['hf-token'], githubToken: output['github-token'],
  };
}

function choice<const T extends readonly [string, ...string[]]>(words: T, byDefault: T[number]) {
  return v.pipe(v.string(), v.transform((text) => text.trim().toLowerCase() || byDefault), v.picklist(words, words.join(', ')));
}
