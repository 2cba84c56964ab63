import * as v from 'valibot';
import { MAX_TEXT_LENGTH } from './limits.ts';

/**
 * The values that a config file or an input may hold. Each message completes "expected …". The published
 * `schema/headcheck.schema.json` says the same to editors; a test holds the two together.
 */
const SINGLE_LINE = /^[^\p{Cc}]*$/u;

/** A reference: one line of text. Whether it names something is for `reference/` to say. */
export const Reference = v.pipe(
  v.string('a path or a reference, as text'),
  v.trim(),
  v.nonEmpty('a path or a reference'),
  v.regex(SINGLE_LINE, 'a path or a reference on one line, without control characters'),
  v.maxLength(MAX_TEXT_LENGTH, `a path or a reference of at most ${MAX_TEXT_LENGTH} characters`),
);

const A_CLASS = 'the name of a class, like BertForSequenceClassification';

/** The class that a checkpoint is released as: a name in Python. Whether its model type has such a class is for the facts to say. */
export const ClassName = v.pipe(v.string(A_CLASS), v.trim(), v.regex(/^[A-Za-z_]\w{0,199}$/, A_CLASS));

/** Why a finding is accepted. */
export const Reason = v.pipe(
  v.string('a reason, as text'),
  v.trim(),
  v.nonEmpty('a reason'),
  v.maxLength(MAX_TEXT_LENGTH, `a reason of at most ${MAX_TEXT_LENGTH} characters`),
);

export const RuleName = v.pipe(v.string("a rule's id, as text"), v.trim(), v.nonEmpty("a rule's id"));

const A_DATE = 'a day of the calendar, like 2027-01-31';

export const Day = v.pipe(v.string(A_DATE), v.regex(/^\d{4}-\d{2}-\d{2}$/, A_DATE), v.check(isDay, A_DATE));

export const FAIL_ON = ['error', 'warning', 'never'] as const;
export const FailOnValue = v.picklist(FAIL_ON, 'error, warning or never');

export const SEVERITIES = ['error', 'warning', 'note', 'off'] as const;
export const SeverityValue = v.picklist(SEVERITIES, 'error, warning, note or off');

export const List = v.array(v.unknown(), 'a list');

/**
 * A mapping from text to anything: what is inside is read key by key, so that one bad key spoils nothing else.
 * Not `v.record`, which takes a list for a mapping and drops keys like `constructor`, which are to be reported.
 */
export const Mapping = v.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'a mapping');

/** Whether an ISO date is one of the calendar: `2027-02-30` is none. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
