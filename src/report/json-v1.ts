import type { Obstacle } from './obstacle.ts';
import { backticked } from './prose-text.ts';
import type { CheckpointReport, Finding, Fix, Notice, Prose, Report, Severity, Verdict } from './report.ts';

/**
 * The JSON report, version 1. Frozen: keys may be added, none may change or go (a second version is a second file).
 * Published as `schema/report-v1.schema.json`. Sentences hold names between backticks, as in Markdown.
 */
export interface ReportV1 {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'headcheck'; readonly version: string };
  /** The commit of the repository that was checked; null where the call was not told of one. */
  readonly commit: string | null;
  readonly verdict: Verdict;
  readonly checkpoints: readonly CheckpointV1[];
  readonly notices: readonly NoticeV1[];
}

export interface CheckpointV1 {
  readonly reference: string;
  readonly revision: string | null;
  readonly format: string;
  readonly verdict: Verdict;
  readonly reason: string | null;
  /** `within`: where the base is a model within the one named, its path there (`model.vision_tower`), else null. */
  readonly base: { readonly reference: string; readonly revision: string | null; readonly found: string; readonly within: string | null } | null;
  /** `declaredClass`: the one that its team says it releases it as, where it says so; it was not used where it is not the intended one. */
  readonly architecture: { readonly modelType: string | null; readonly class: string | null; readonly intendedClass: string | null; readonly declaredClass?: string };
  readonly totals: {
    readonly tensors: number;
    readonly parameters: number;
    readonly bytes: number;
    readonly baseTensors: number;
    readonly baseParameters: number;
    readonly baseBytes: number;
  };
  readonly missing: readonly TensorV1[];
  readonly unexpected: readonly TensorV1[];
  readonly mismatched: readonly { readonly name: string; readonly expected: TypeV1; readonly actual: TypeV1 }[];
  readonly tied: readonly { readonly name: string; readonly source: string }[];
  readonly renamed: readonly { readonly name: string; readonly from: string }[];
  readonly ledger: readonly { readonly cause: string; readonly bytes: number; readonly detail: string }[];
  readonly shards: readonly { readonly path: string; readonly baseBytes: number | null; readonly bytes: number | null }[];
  readonly loaders: readonly { readonly loader: string; readonly outcome: string }[];
  readonly findings: readonly FindingV1[];
  readonly skipped: readonly { readonly rule: string; readonly reason: string }[];
  readonly origin: { readonly path: string; readonly line: number } | null;
  /** Why it does not count that it cannot be read; null where it does. */
  readonly waived: FindingV1['waived'];
  /** What kept the whole checkpoint from being read; null where nothing did. */
  readonly obstacle: Obstacle | null;
}

export interface TypeV1 {
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface TensorV1 extends TypeV1 {
  readonly name: string;
  readonly bytes: number;
}

export interface FindingV1 {
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  readonly message: string;
  readonly cause: string | null;
  readonly parameters: readonly string[];
  /** The steps, then, after an empty line, the code. */
  readonly fix: string | null;
  /** The code alone. */
  readonly fixCode: { readonly language: string; readonly text: string } | null;
  readonly helpUrl: string;
  readonly location: { readonly path: string; readonly line: number | null } | null;
  readonly waived: { readonly reason: string; readonly until: string | null } | null;
}

export interface NoticeV1 {
  readonly severity: Severity;
  readonly message: string;
  readonly location: { readonly path: string; readonly line: number | null } | null;
  /** What kept something from being checked; null where it is only to be told. */
  readonly obstacle: Obstacle | null;
  /** Of a base that could not be used: which one, and of which checkpoint, which was judged without it; null for the checkpoint itself, where it was not checked. */
  readonly about: { readonly reference: string; readonly base: string | null } | null;
}

/** Maps a report field by field, so that a change of the inner types cannot change the published shape unnoticed. */
export function toJsonV1(report: Report): ReportV1 {
  return {
    schemaVersion: 1,
    tool: { name: report.tool.name, version: report.tool.version },
    commit: report.commit ?? null,
    verdict: report.verdict,
    checkpoints: report.checkpoints.map(checkpointV1),
    notices: report.notices.map(noticeV1),
  };
}

/** The JSON report as text, indented, with a newline at its end. */
export function jsonV1(report: Report): string {
  return `${JSON.stringify(toJsonV1(report), null, 2)}\n`;
}

function checkpointV1(checkpoint: CheckpointReport): CheckpointV1 {
  const { base, architecture, totals, origin } = checkpoint;
  return {
    reference: checkpoint.reference,
    revision: checkpoint.revision,
    format: checkpoint.format,
    verdict: checkpoint.verdict,
    reason: sentence(checkpoint.reason),
    base: base === null ? null : { reference: base.reference, revision: base.revision, found: base.found, within: base.within },
    architecture: { modelType: architecture.modelType, class: architecture.class, intendedClass: architecture.intendedClass, ...(architecture.declaredClass !== null && { declaredClass: architecture.declaredClass }) },
    totals: {
      tensors: totals.tensors,
      parameters: totals.parameters,
      bytes: totals.bytes,
      baseTensors: totals.baseTensors,
      baseParameters: totals.baseParameters,
      baseBytes: totals.baseBytes,
    },
    missing: checkpoint.missing.map(tensorV1),
    unexpected: checkpoint.unexpected.map(tensorV1),
    mismatched: checkpoint.mismatched.map(({ name, expected, actual }) => ({ name, expected: typeV1(expected), actual: typeV1(actual) })),
    tied: checkpoint.tied.map(({ name, source }) => ({ name, source })),
    renamed: checkpoint.renamed.map(({ name, from }) => ({ name, from })),
    ledger: checkpoint.ledger.map(({ cause, bytes, detail }) => ({ cause, bytes, detail: backticked(detail) })),
    shards: checkpoint.shards.map(({ path, baseBytes, bytes }) => ({ path, baseBytes, bytes })),
    loaders: checkpoint.loaders.map(({ loader, outcome }) => ({ loader, outcome: backticked(outcome) })),
    findings: checkpoint.findings.map(findingV1),
    skipped: checkpoint.skipped.map(({ rule, reason }) => ({ rule, reason })),
    origin: origin === null ? null : { path: origin.path, line: origin.line },
    waived: waivedV1(checkpoint.waived ?? null),
    obstacle: checkpoint.obstacle ?? null,
  };
}

function noticeV1({ severity, message, location, obstacle, about }: Notice): NoticeV1 {
  return { severity, message: backticked(message), location: locationV1(location), obstacle: obstacle ?? null, about: about === undefined ? null : { reference: about.reference, base: about.base } };
}

function findingV1(finding: Finding): FindingV1 {
  const { fix, waived } = finding;
  return {
    rule: finding.rule,
    severity: finding.severity,
    title: backticked(finding.title),
    message: backticked(finding.message),
    cause: sentence(finding.cause),
    parameters: [...finding.parameters],
    fix: fix === null ? null : fixV1(fix),
    fixCode: fix === null || fix.code === null ? null : { language: fix.code.language, text: fix.code.text },
    helpUrl: finding.helpUrl,
    location: locationV1(finding.location),
    waived: waivedV1(waived),
  };
}

function waivedV1(waived: Finding['waived']): FindingV1['waived'] {
  return waived === null ? null : { reason: waived.reason, until: waived.until };
}

function fixV1(fix: Fix): string {
  const steps = backticked(fix.steps);
  return fix.code === null ? steps : `${steps}\n\n${fix.code.text}`;
}

function typeV1(type: TypeV1): TypeV1 {
  return { dtype: type.dtype, shape: [...type.shape] };
}

function tensorV1(tensor: TensorV1): TensorV1 {
  return { name: tensor.name, dtype: tensor.dtype, shape: [...tensor.shape], bytes: tensor.bytes };
}

function sentence(text: Prose | null): string | null {
  return text === null ? null : backticked(text);
}

function locationV1(location: { readonly path: string; readonly line: number | null } | null): { path: string; line: number | null } | null {
  return location === null ? null : { path: location.path, line: location.line };
}
