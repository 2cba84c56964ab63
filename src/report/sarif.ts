import { isAbsolute, relative, resolve } from 'node:path';
import type { ArtifactLocation, Invocation, Location, Log, PhysicalLocation, ReportingDescriptor, Result } from 'sarif';
import { isObstacle } from './exit-code.ts';
import { backticked } from './prose-text.ts';
import type { CheckpointReport, Finding, Report, Severity } from './report.ts';
import { visible } from './untrusted.ts';
import { isUnread } from './view.ts';

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

/** The base of files outside of the root, which code scanning cannot show: their addresses count from the file system's own root. */
const FILES = 'FILES';

/**
 * The report as SARIF 2.1.0, as code scanning of GitHub reads it: one run, one result a finding.
 * @param root the folder that relative references count from, as an absolute path: the repository's, where it is one
 * @param rules descriptors of all rules, findings of others are described by their id alone
 * @returns JSON text. A finding is placed at the line that made the reference where there is one, else in the checkpoint
 */
export function sarif(report: Report, rules: readonly SarifRule[], root: string): string {
  const used = new Set(report.checkpoints.flatMap(({ findings }) => findings.map(({ rule }) => rule)));
  const described = rules.filter(({ id }) => used.has(id));
  const unknown = [...used].filter((id) => !described.some((rule) => rule.id === id));
  const index = new Map([...described.map(({ id }) => id), ...unknown].map((id, i) => [id, i]));
  const at: At = (path, line) => physical(path, line, root);
  const run: Log['runs'][number] = {
    tool: {
      driver: {
        name: report.tool.name,
        semanticVersion: report.tool.version,
        rules: [...described.map(descriptor), ...unknown.map((id) => ({ id }))],
      },
    },
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { [FILES]: { uri: 'file:///' } },
    invocations: [invocation(report, at)],
    results: report.checkpoints.flatMap((checkpoint) => checkpoint.findings.map((finding) => result(checkpoint, finding, index, at))),
  };
  const log: Log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** What could not be done at all, and what is to be said of the config file. */
function invocation(report: Report, at: At): Invocation {
  const unreadable = report.checkpoints.filter((checkpoint) => checkpoint.findings.length === 0 && isUnread(checkpoint));
  return {
    executionSuccessful: unreadable.length === 0 && !report.notices.some(isObstacle),
    toolExecutionNotifications: unreadable.map(({ reference, reason }) => ({
      level: 'error',
      message: { text: text(`${reference}: ${reason === null ? 'can\'t be read' : backticked(reason)}`) },
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

function result(checkpoint: CheckpointReport, finding: Finding, index: ReadonlyMap<string, number>, at: At): Result {
  const parts = [finding.title, finding.message, finding.cause, finding.fix?.steps].filter((part) => part !== null && part !== undefined);
  return {
    ruleId: finding.rule,
    ruleIndex: index.get(finding.rule) ?? -1,
    level: finding.severity,
    message: { text: text(`${checkpoint.reference}: ${parts.map((part) => backticked(part).replace(/(?<![.:!?])$/, '.')).join(' ')}`) },
    locations: [place(checkpoint, finding, at)],
    // The same finding of the same checkpoint is the same alert on the next run, wherever its line has moved to.
    partialFingerprints: { 'headcheck/v1': `${finding.rule} ${checkpoint.reference}` },
    ...(finding.waived === null ? {} : { suppressions: [{ kind: 'external', status: 'accepted', justification: text(finding.waived.reason) }] }),
  };
}

/** The line that made the reference where there is one: code scanning shows alerts on files of the repository only. */
function place({ origin, reference }: CheckpointReport, { location }: Finding, at: At): Location {
  if (origin !== null) return { physicalLocation: at(origin.path, origin.line) };
  const inside = location === null || reference.endsWith(location.path) ? '' : `/${location.path}`;
  return { physicalLocation: at(`${reference}${inside}`, location?.line ?? null) };
}

/** Where a file is, as SARIF says it. */
type At = (path: string, line: number | null) => PhysicalLocation;

function physical(path: string, line: number | null, root: string): PhysicalLocation {
  return { artifactLocation: artifact(path, root), ...(line === null ? {} : { region: { startLine: line } }) };
}

/**
 * An address as it is; a path as a relative reference of RFC 3986: from the root where it lies inside, else from the
 * file system's own. Whatever they hold, the result is a valid one.
 */
function artifact(path: string, root: string): ArtifactLocation {
  const scheme = /^(?:hf|https?|artifact|release):\/\//.exec(path)?.[0];
  if (scheme !== undefined) return { uri: scheme + encoded(path.slice(scheme.length)) };
  const whole = resolve(root, path);
  const inside = relative(root, whole);
  if (inside === '') return { uri: '.' };
  return isAbsolute(inside) || inside.split(/[\\/]/)[0] === '..' ? { uri: encoded(whole.replace(/^[\\/]+/, '')), uriBaseId: FILES } : { uri: encoded(inside) };
}

function encoded(path: string): string {
  return visible(path, 2_000).split(/[\\/]/).map(encodeURIComponent).join('/');
}

/** SARIF texts may hold line breaks; ours do not, nor links (`[text](1)` is one in SARIF). */
function text(message: string): string {
  return visible(message, LONGEST_MESSAGE).replace(/\]\(/g, '] (');
}
