import type { Invocation, Location, Log, PhysicalLocation, ReportingDescriptor, Result } from 'sarif';
import { backticked } from './prose-text.ts';
import type { CheckpointReport, Finding, Report, Severity } from './report.ts';
import { visible } from './untrusted.ts';

/** What SARIF tells of a rule: derived from the rule itself. */
export interface SarifRule {
  readonly id: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly why: string;
  readonly helpUrl: string;
}

/** A message is a paragraph; what is longer is a server's. */
const LONGEST_MESSAGE = 8_000;

/**
 * The report as SARIF 2.1.0, as code scanning of GitHub reads it: one run, one result a finding.
 * @param rules descriptors of all rules, findings of others are described by their id alone
 * @returns JSON text. A finding is placed at the line that made the reference where there is one, else in the checkpoint
 */
export function sarif(report: Report, rules: readonly SarifRule[]): string {
  const used = new Set(report.checkpoints.flatMap(({ findings }) => findings.map(({ rule }) => rule)));
  const described = rules.filter(({ id }) => used.has(id));
  const unknown = [...used].filter((id) => !described.some((rule) => rule.id === id));
  const index = new Map([...described.map(({ id }) => id), ...unknown].map((id, i) => [id, i]));
  const run: Log['runs'][number] = {
    tool: {
      driver: {
        name: report.tool.name,
        semanticVersion: report.tool.version,
        rules: [...described.map(descriptor), ...unknown.map((id) => ({ id }))],
      },
    },
    columnKind: 'utf16CodeUnits',
    invocations: [invocation(report)],
    results: report.checkpoints.flatMap((checkpoint) => checkpoint.findings.map((finding) => result(checkpoint, finding, index))),
  };
  const log: Log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** What could not be done at all, and what is to be said of the config file. */
function invocation(report: Report): Invocation {
  const unreadable = report.checkpoints.filter(({ verdict, findings }) => verdict === 'unreadable' && findings.length === 0);
  return {
    executionSuccessful: unreadable.length === 0,
    toolExecutionNotifications: unreadable.map(({ reference, reason }) => ({
      level: 'error',
      message: { text: text(`${reference}: ${reason === null ? 'can’t be read' : backticked(reason)}`) },
    })),
    toolConfigurationNotifications: report.notices.map(({ severity, message, location }) => ({
      level: severity,
      message: { text: text(backticked(message)) },
      ...(location === null ? {} : { locations: [{ physicalLocation: at(location.path, location.line) }] }),
    })),
  };
}

function descriptor(rule: SarifRule): ReportingDescriptor {
  return {
    id: rule.id,
    shortDescription: { text: rule.summary },
    fullDescription: { text: rule.why },
    helpUri: rule.helpUrl,
    help: { text: rule.why },
    defaultConfiguration: { level: rule.severity },
  };
}

function result(checkpoint: CheckpointReport, finding: Finding, index: ReadonlyMap<string, number>): Result {
  const parts = [finding.title, finding.message, finding.cause, finding.fix?.steps].filter((part) => part !== null && part !== undefined);
  return {
    ruleId: finding.rule,
    ruleIndex: index.get(finding.rule) ?? -1,
    level: finding.severity,
    message: { text: text(`${checkpoint.reference}: ${parts.map((part) => backticked(part).replace(/(?<![.:!?])$/, '.')).join(' ')}`) },
    locations: [place(checkpoint, finding)],
    // The same finding of the same checkpoint is the same alert on the next run, wherever its line has moved to.
    partialFingerprints: { 'headcheck/v1': `${finding.rule} ${checkpoint.reference}` },
    ...(finding.waived === null ? {} : { suppressions: [{ kind: 'external', status: 'accepted', justification: text(finding.waived.reason) }] }),
  };
}

/** The line that made the reference where there is one: code scanning shows alerts on files of the repository only. */
function place({ origin, reference }: CheckpointReport, { location }: Finding): Location {
  if (origin !== null) return { physicalLocation: at(origin.path, origin.line) };
  const inside = location === null || reference.endsWith(location.path) ? '' : `/${location.path}`;
  return { physicalLocation: at(`${reference}${inside}`, location?.line ?? null) };
}

function at(path: string, line: number | null): PhysicalLocation {
  return { artifactLocation: { uri: uri(path) }, ...(line === null ? {} : { region: { startLine: line } }) };
}

/** A path as a relative reference of RFC 3986, an address as it is; whatever they hold, the result is a valid one. */
function uri(path: string): string {
  const shown = visible(path, 2_000);
  const scheme = /^(?:hf|https?|artifact|release):\/\//.exec(shown)?.[0] ?? '';
  return scheme + shown.slice(scheme.length).replace(/^(?:\.\/)+/, '').split('/').map(encodeURIComponent).join('/');
}

/** SARIF texts may hold line breaks; ours do not, nor links (`[text](1)` is one in SARIF). */
function text(message: string): string {
  return visible(message, LONGEST_MESSAGE).replace(/\]\(/g, '] (');
}
