import { LEDGER_CAUSES } from '../comparison/ledger.ts';
import * as v from 'valibot';
import { MalformedError } from '../errors.ts';
import { OBSTACLES } from './obstacle.ts';
import { proseOf } from './prose-text.ts';
import type { CheckpointReport, Finding, Notice, Report } from './report.ts';

/**
 * Reads a JSON report that somebody else may have written: in two-step mode for forks it comes out of an artifact
 * that code of the pull request could have made. Nothing in it is believed beyond its shape. Texts become prose
 * (which reporters escape), links are made anew from the rule's id, lengths and counts are capped.
 */

/** A text beyond this is cut: a report is still worth showing when one server message in it is long. */
const LONGEST_TEXT = 4_000;
/** More is no report of ours for anything that exists; the largest known checkpoint has some 250,000 tensors. */
const MOST_TENSORS = 1_000_000;
const MOST_CHECKPOINTS = 2_000;
/** Findings, shards, ledger lines, loaders of one checkpoint: one a rule or a file. */
const MOST_ROWS = 10_000;
/** Deepest rank of any tensor seen is below ten; NumPy's limit is 64. */
const MOST_DIMENSIONS = 64;

const text = v.pipe(v.string(), v.transform((value) => value.slice(0, LONGEST_TEXT)));
const prose = v.pipe(text, v.transform(proseOf));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const difference = v.pipe(v.number(), v.safeInteger());
const line = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const ruleId = v.pipe(v.string(), v.maxLength(60), v.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/));
const severity = v.picklist(['error', 'warning', 'note']);
const verdict = v.picklist(['complete', 'incomplete', 'unreadable', 'unknown']);
const rows = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.maxLength(MOST_ROWS));
const tensors = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.maxLength(MOST_TENSORS));

const type = { dtype: text, shape: v.pipe(v.array(count), v.maxLength(MOST_DIMENSIONS)) };
const tensor = v.object({ name: text, ...type, bytes: count });
const location = v.nullable(v.object({ path: text, line: v.nullable(line) }));

const obstacle = v.optional(v.nullable(v.picklist(OBSTACLES)), null);
const waived = v.optional(v.nullable(v.object({ reason: text, until: v.nullable(text) })), null);

const finding = v.object({
  rule: ruleId,
  severity,
  title: prose,
  message: prose,
  cause: v.nullable(prose),
  parameters: tensors(text),
  fix: v.nullable(v.pipe(v.string(), v.transform((value) => value.slice(0, 2 * LONGEST_TEXT)))),
  fixCode: v.optional(v.nullable(v.object({ language: v.picklist(['python', 'shell', 'yaml', 'json']), text })), null),
  location,
  waived,
});

const checkpoint = v.object({
  reference: text,
  revision: v.nullable(text),
  format: v.fallback(v.picklist(['safetensors', 'torch', 'gguf', 'adapter', 'diffusers', 'none']), 'none'),
  verdict,
  reason: v.optional(v.nullable(prose), null),
  base: v.nullable(v.object({ reference: text, revision: v.nullable(text), found: text, within: v.optional(v.nullable(text), null) })),
  architecture: v.object({ modelType: v.nullable(text), class: v.nullable(text), intendedClass: v.nullable(text), declaredClass: v.optional(v.nullable(text), null) }),
  totals: v.object({ tensors: count, parameters: count, bytes: count, baseTensors: count, baseParameters: count, baseBytes: count }),
  missing: tensors(tensor),
  unexpected: tensors(tensor),
  mismatched: tensors(v.object({ name: text, expected: v.object(type), actual: v.object(type) })),
  tied: tensors(v.object({ name: text, source: text })),
  renamed: v.optional(tensors(v.object({ name: text, from: text })), []),
  ledger: rows(
    v.object({
      cause: v.picklist(LEDGER_CAUSES),
      bytes: difference,
      detail: prose,
    }),
  ),
  shards: v.optional(rows(v.object({ path: text, baseBytes: v.nullable(count), bytes: v.nullable(count) })), []),
  loaders: rows(v.object({ loader: text, outcome: prose })),
  findings: rows(finding),
  skipped: rows(v.object({ rule: ruleId, reason: text })),
  origin: v.optional(v.nullable(v.object({ path: text, line })), null),
  waived,
  obstacle,
});

const notice = v.object({ severity, message: prose, location, obstacle, about: v.optional(v.nullable(v.object({ reference: text, base: v.nullable(text) })), null) });

const report = v.object({
  schemaVersion: v.literal(1),
  tool: v.object({ name: v.literal('headcheck'), version: v.pipe(v.string(), v.maxLength(40), v.regex(/^[0-9A-Za-z.+-]+$/)) }),
  commit: v.optional(v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/))), null),
  verdict,
  checkpoints: v.pipe(v.array(checkpoint), v.maxLength(MOST_CHECKPOINTS)),
  notices: v.optional(rows(notice), []),
});

/**
 * Checks and reads a JSON report of version 1.
 * @param value what `JSON.parse` made of it
 * @param helpUrl the page of a rule: links in the report itself are not taken over
 * @throws MalformedError naming the first place that breaks the shape
 */
export function parseJsonV1(value: unknown, helpUrl: (rule: string) => string): Report {
  const parsed = v.safeParse(report, value, { abortEarly: true });
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new MalformedError(
      `The report is not a headcheck report of version 1: ${v.getDotPath(issue) ?? 'its top level'}: ${issue.message.slice(0, LONGEST_TEXT)}`,
      'Let the same version of headcheck write and read the report.',
    );
  }
  const { tool, commit, checkpoints, notices } = parsed.output;
  return { tool, ...(commit === null ? {} : { commit }), verdict: parsed.output.verdict, checkpoints: checkpoints.map((one) => checkpointOf(one, helpUrl)), notices: notices.map(noticeOf) };
}

function checkpointOf(one: v.InferOutput<typeof checkpoint>, helpUrl: (rule: string) => string): CheckpointReport {
  const { waived: forgiven, obstacle: kept, ...rest } = one;
  return { ...rest, findings: one.findings.map((found) => findingOf(found, helpUrl)), ...(kept === null ? {} : { obstacle: kept }), ...(forgiven === null ? {} : { waived: forgiven }) };
}

function noticeOf({ obstacle: kept, about, ...rest }: v.InferOutput<typeof notice>): Notice {
  return { ...rest, ...(kept === null ? {} : { obstacle: kept }), ...(about === null ? {} : { about }) };
}

function findingOf({ fix, fixCode, ...rest }: v.InferOutput<typeof finding>, helpUrl: (rule: string) => string): Finding {
  // The code stands at the end of `fix` too; what is before it are the steps.
  const ending = fixCode === null ? '' : `\n\n${fixCode.text}`;
  const steps = fix !== null && ending !== '' && fix.endsWith(ending) ? fix.slice(0, -ending.length) : fix;
  return {
    ...rest,
    fix: steps === null ? null : { steps: proseOf(steps.slice(0, LONGEST_TEXT)), code: fixCode },
    helpUrl: helpUrl(rest.rule),
  };
}
