import * as v from 'valibot';
import { prose } from '../report/report.ts';
import { reportError, reportNote, reportWarning } from './notices.ts';
import { ClassName, Day, FailOnValue, List, Mapping, Reason, Reference, RuleName, SEVERITIES, SeverityValue } from './schema.ts';
import { alternatives, describe, quoted, suggestion } from './wording.ts';
import { readYaml } from './yaml-text.ts';
import type { Severity } from '../report/report.ts';
import type { FailOn, Target, Waiver } from '../settings.ts';
import type { Notice, Notices } from './notices.ts';
import type { Path, YamlText } from './yaml-text.ts';

export { CONFIG_PATH } from './config-path.ts';

/** What a config file asks for, as far as it can be understood, and what is wrong with the rest. */
export interface ConfigFile {
  /** As it was named: relative to the repository's root or to where the command runs, or absolute. */
  readonly path: string;
  readonly checkpoints: readonly Target[];
  /** Null where the file does not say. */
  readonly failOn: FailOn | null;
  /** Only of rules that exist. */
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  /** Errors for what could not be followed, warnings for what has no effect, a note about waivers that never expire. */
  readonly notices: readonly Notice[];
}

export interface ConfigOptions {
  /** Ids of all rules that exist. */
  readonly rules: readonly string[];
  /** Today as an ISO date (UTC): a waiver whose `until` lies before it has expired. */
  readonly today: string;
}

const ROOT_KEYS = ['checkpoints', 'fail-on', 'rules'];
const CHECKPOINT_KEYS = ['reference', 'base', 'class', 'waive'];
const WAIVER_KEYS = ['rule', 'reason', 'until'];

/** The document at hand and what the readers below share. */
interface Reader extends ConfigOptions {
  readonly yaml: YamlText;
  readonly notices: Notices;
}

/**
 * Reads a config file. Never throws for what stands in it: checkpoints that were named elsewhere are still to be
 * checked, so every problem becomes a notice with its line, and what is sound is kept. A waiver that is in any
 * way wrong, or has expired, is left out: the check is then stricter, never laxer.
 *
 * @param path for messages and for the origin of the checkpoints
 */
export function parseConfigFile(text: string, path: string, options: ConfigOptions): ConfigFile {
  const notices: Notices = { path, list: [] };
  const yaml = readYaml(text, notices);
  const empty = { path, checkpoints: [], failOn: null, severities: {} };
  // A file of comments only is a config that asks for nothing.
  if (yaml === null || yaml.value === null) return { ...empty, notices: notices.list };
  const reader: Reader = { ...options, yaml, notices };
  const root = accept(reader, [], Mapping, yaml.value);
  if (root === undefined) return { ...empty, notices: notices.list };
  checkKeys(reader, [], root, ROOT_KEYS);
  const config = {
    path,
    checkpoints: readCheckpoints(reader, root),
    failOn: take(reader, [], root, 'fail-on', FailOnValue) ?? null,
    severities: readSeverities(reader, root),
  };
  tellOfEndless(reader, config.checkpoints.flatMap(({ waivers }) => waivers));
  return { ...config, notices: notices.list };
}

function readCheckpoints(reader: Reader, root: Record<string, unknown>): Target[] {
  const targets = new Map<string, Target>();
  (take(reader, [], root, 'checkpoints', List) ?? []).forEach((item, i) => {
    const target = readCheckpoint(reader, ['checkpoints', i], item);
    if (target === null) return;
    const key = JSON.stringify([target.reference, target.base]);
    const first = targets.get(key);
    if (first === undefined) targets.set(key, target);
    else {
      reportError(reader.notices, target.origin?.line ?? null, prose`${target.reference} is listed already on line ${first.origin?.line ?? 1}. Merge the two entries; this one is not used.`);
    }
  });
  return [...targets.values()];
}

function readCheckpoint(reader: Reader, path: Path, item: unknown): Target | null {
  const entry = accept(reader, path, Mapping, item);
  if (entry === undefined) return null;
  checkKeys(reader, path, entry, CHECKPOINT_KEYS);
  const reference = demand(reader, path, entry, 'reference', Reference, 'the checkpoint to check');
  const base = take(reader, path, entry, 'base', Reference) ?? null;
  const released = take(reader, path, entry, 'class', ClassName);
  const waivers = (take(reader, path, entry, 'waive', List) ?? [])
    .map((waiver, i) => readWaiver(reader, [...path, 'waive', i], waiver))
    .filter((waiver) => waiver !== null);
  if (reference === undefined) return null;
  return { reference, base, ...(released === undefined ? {} : { class: released }), waivers, origin: { path: reader.notices.path, line: reader.yaml.lineOf([...path, 'reference']) ?? 1 } };
}

function readWaiver(reader: Reader, path: Path, item: unknown): Waiver | null {
  const entry = accept(reader, path, Mapping, item);
  if (entry === undefined) return null;
  const line = reader.yaml.lineOf(path);
  const before = reader.notices.list.length;
  checkKeys(reader, path, entry, WAIVER_KEYS);
  const rule = demand(reader, path, entry, 'rule', RuleName, 'the rule whose finding is accepted');
  const reason = demand(reader, path, entry, 'reason', Reason, 'why the finding is accepted');
  const until = take(reader, path, entry, 'until', Day) ?? null;
  if (rule !== undefined) isKnownRule(reader, [...path, 'rule'], rule);
  if (until !== null && until < reader.today) reportExpired(reader, line, { rule, reason, until });
  const isSound = reader.notices.list.length === before;
  return isSound && rule !== undefined && reason !== undefined ? { rule, reason, until, line } : null;
}

function reportExpired(reader: Reader, line: number | null, { rule, reason, until }: { readonly rule: string | undefined; readonly reason: string | undefined; readonly until: string }): void {
  const of = rule === undefined ? [] : prose` of ${quoted(rule)}`;
  const why = reason === undefined ? ['.'] : prose`; its reason was: ${quoted(reason)}.`;
  reportWarning(reader.notices, line, [...prose`The waiver${of} expired on ${until} and no longer counts. Repair the checkpoint, or agree on a new date`, ...why]);
}

/** One note for all: an exception that was made once, and never ends, is easily forgotten. */
function tellOfEndless(reader: Reader, waivers: readonly Waiver[]): void {
  const endless = waivers.filter(({ until }) => until === null);
  const [first] = endless;
  if (first === undefined) return;
  // An entry that several checkpoints share by an anchor is one.
  const count = new Set(endless.map(({ line }) => line)).size;
  const which = count === 1 ? prose`The waiver of ${quoted(first.rule)} has no end: it counts until somebody takes it out.` : prose`${[`${count} waivers`]} have no end, the first of them that of ${quoted(first.rule)}: they count until somebody takes them out.`;
  reportNote(reader.notices, first.line, [...which, ...prose` A last day is given as ${'until'}.`]);
}

function readSeverities(reader: Reader, root: Record<string, unknown>): Record<string, Severity | 'off'> {
  const rules = take(reader, [], root, 'rules', Mapping) ?? {};
  const severities: [string, Severity | 'off'][] = [];
  for (const rule of Object.keys(rules)) {
    const severity = take(reader, ['rules'], rules, rule, SeverityValue, SEVERITIES);
    if (isKnownRule(reader, ['rules', rule], rule) && severity !== undefined) severities.push([rule, severity]);
  }
  return Object.fromEntries(severities);
}

function isKnownRule(reader: Reader, path: Path, rule: string): boolean {
  if (reader.rules.includes(rule)) return true;
  reportWarning(reader.notices, reader.yaml.lineOf(path), [...prose`There is no rule ${quoted(rule)}.`, ...suggestion(rule, reader.rules), ' The entry has no effect.']);
  return false;
}

/** Reports every key that is not one of `known`. */
function checkKeys(reader: Reader, path: Path, entry: Record<string, unknown>, known: readonly string[]): void {
  for (const key of Object.keys(entry)) {
    if (known.includes(key)) continue;
    const line = reader.yaml.lineOf([...path, key]);
    reportError(reader.notices, line, [...prose`Unknown key ${quoted(key)}.`, ...suggestion(key, known), ' Known here: ', ...alternatives(known), '.']);
  }
}

/** The value of `key`, or undefined where it is absent or wrong; the latter is reported. */
function take<T>(reader: Reader, path: Path, entry: Record<string, unknown>, key: string, schema: v.GenericSchema<unknown, T>, words: readonly string[] = []): T | undefined {
  return Object.hasOwn(entry, key) ? accept(reader, [...path, key], schema, entry[key], words) : undefined;
}

/** As `take`, for a key that has to be there. */
function demand<T>(reader: Reader, path: Path, entry: Record<string, unknown>, key: string, schema: v.GenericSchema<unknown, T>, what: string): T | undefined {
  if (!Object.hasOwn(entry, key)) {
    reportError(reader.notices, reader.yaml.lineOf(path), [...prose`${key} is missing here: `, `say ${what}.`]);
  }
  return take(reader, path, entry, key, schema);
}

function accept<T>(reader: Reader, path: Path, schema: v.GenericSchema<unknown, T>, value: unknown, words: readonly string[] = []): T | undefined {
  const result = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (result.success) return result.output;
  const name = path.length === 0 ? ['The config file'] : prose`${pathText(path)}`;
  const nearest = typeof value === 'string' ? suggestion(value, words) : [];
  reportError(reader.notices, reader.yaml.lineOf(path), [...name, ` should be ${result.issues[0].message}; found `, ...describe(value), '.', ...nearest]);
  return undefined;
}

/** `checkpoints[0].waive[1].rule` */
function pathText(path: Path): string {
  return quoted(path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join(''));
}
