import type { ComponentClass } from '../inventory/component-class.ts';
import { someNames } from '../diagnosis/words.ts';
import { overallVerdict } from './assemble.ts';
import { prose } from './report.ts';
import type { CheckpointReport, Finding, LedgerEntry, Prose, Totals } from './report.ts';

/** What was found of one component of a pipeline. */
export interface ComponentReport {
  readonly name: string;
  readonly class: ComponentClass | null;
  readonly report: CheckpointReport;
}

/**
 * The report of a pipeline whose components were judged one by one: names of tensors get the component's folder before
 * them, and findings say whose they are. The verdict is the worst of all.
 * @param whole what was found of the pipeline itself
 * @param base the pipeline that it was held against, where one of its components was
 */
export function combineReports(whole: CheckpointReport, components: readonly ComponentReport[], base: CheckpointReport['base']): CheckpointReport {
  const within = components.map(({ name, report }) => ({ report, inside: <T extends { readonly name: string }>(items: readonly T[]): T[] => items.map((item) => ({ ...item, name: `${name}/${item.name}` })) }));
  const findings = [...whole.findings, ...components.flatMap(({ name, report }) => report.findings.map((finding) => findingWithin(name, finding)))];
  const verdict = overallVerdict([...(whole.verdict === 'unknown' ? [] : [whole]), ...components.map(({ report }) => report)]);
  return {
    ...whole,
    verdict,
    reason: verdict === whole.verdict && verdict !== 'unknown' ? whole.reason : reasonOf(verdict, components),
    base: components.some(({ report }) => report.base !== null) ? base : null,
    totals: components.reduce((sum, { report }) => added(sum, report.totals), whole.totals),
    missing: within.flatMap(({ report, inside }) => inside(report.missing)),
    unexpected: within.flatMap(({ report, inside }) => inside(report.unexpected)),
    mismatched: within.flatMap(({ report, inside }) => inside(report.mismatched)),
    tied: components.flatMap(({ name, report }) => report.tied.map((pair) => ({ name: `${name}/${pair.name}`, source: `${name}/${pair.source}` }))),
    renamed: components.flatMap(({ name, report }) => report.renamed.map((pair) => ({ name: `${name}/${pair.name}`, from: `${name}/${pair.from}` }))),
    ledger: combineLedgers(components),
    shards: components.flatMap(({ report }) => report.shards),
    findings: findings.sort((a, b) => rank(a) - rank(b)),
    skipped: [...whole.skipped, ...components.flatMap(({ name, report }) => report.skipped.filter(({ rule }) => rule === 'base').map(({ rule, reason }) => ({ rule, reason: `${name}: ${reason}` })))],
  };
}

/** One line a cause, with what each component has to say of it. */
function combineLedgers(components: readonly ComponentReport[]): LedgerEntry[] {
  const lines = new Map<string, LedgerEntry>();
  for (const { name, report } of components) {
    for (const { cause, bytes, detail } of report.ledger) {
      const known = lines.get(cause);
      lines.set(cause, { cause, bytes: bytes + (known?.bytes ?? 0), detail: known === undefined ? prose`${name}: ${detail}` : prose`${known.detail}; ${name}: ${detail}` });
    }
  }
  return [...lines.values()];
}

function findingWithin(component: string, finding: Finding): Finding {
  const { location } = finding;
  const isInside = location === null || location.path.startsWith(`${component}/`);
  return {
    ...finding,
    title: prose`${component}: ${finding.title}`,
    parameters: finding.parameters.map((name) => `${component}/${name}`),
    location: isInside ? location : { ...location, path: `${component}/${location.path}` },
  };
}

/** Errors first, waived ones after all that count; the order of each component's own findings is kept. */
function rank({ severity, waived }: Finding): number {
  return (waived === null ? 0 : 3) + ['error', 'warning', 'note'].indexOf(severity);
}

function added(a: Totals, b: Totals): Totals {
  return {
    tensors: a.tensors + b.tensors, parameters: a.parameters + b.parameters, bytes: a.bytes + b.bytes,
    baseTensors: a.baseTensors + b.baseTensors, baseParameters: a.baseParameters + b.baseParameters, baseBytes: a.baseBytes + b.baseBytes,
  };
}

/** Why the verdict is what it is, where that is not said by findings: what could not be read, or what only a base would show. */
function reasonOf(verdict: CheckpointReport['verdict'], components: readonly ComponentReport[]): Prose | null {
  if (verdict !== 'unknown' && verdict !== 'unreadable') return null;
  const undecided = components.filter(({ report }) => report.verdict === verdict);
  const ofDiffusers = undecided.filter((component) => component.class?.library === 'diffusers' && component.report.verdict === 'unknown');
  const others = undecided.filter((component) => !ofDiffusers.includes(component));
  const complete = components.filter(({ report }) => report.verdict === 'complete').map(({ name }) => name);
  return [
    ...(ofDiffusers.length === 0 ? [] : prose`What ${someNames(ofDiffusers.map(({ name }) => name), 10)} should hold shows only beside the base: nothing is known of the classes of diffusers. Name the base to get a verdict.`),
    ...others.flatMap(({ name, report }, i) => prose`${[i === 0 && ofDiffusers.length === 0 ? '' : ' ']}${name}: ${report.reason ?? []}`),
    ...(complete.length === 0 ? [] : prose` ${someNames(complete, 10)} ${[complete.length === 1 ? 'is' : 'are']} complete.`),
  ];
}
