import { ADAPTER_RULES, RULES } from './catalogue.ts';
import type { Evidence } from './evidence.ts';
import type { Finding, Severity } from './finding.ts';
import { SWITCHED_OFF, type Skipped } from './skipped.ts';

/** What the user decided about findings. */
export interface Policy {
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  readonly waivers: readonly { readonly rule: string; readonly reason: string; readonly until: string | null }[];
  /** Today, as an ISO date. */
  readonly today: string;
}

export interface Diagnosis {
  /** Most important first: by severity, then in the order of the catalogue. */
  readonly findings: readonly Finding[];
  readonly skipped: readonly Skipped[];
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note'];

/** Runs every rule, applies the user's severities and waivers, and sorts. */
export function diagnose(evidence: Evidence, policy: Policy): Diagnosis {
  const findings: Finding[] = [];
  const skipped: Skipped[] = [];
  for (const rule of evidence.adapter === null ? RULES : ADAPTER_RULES) {
    const override = Object.hasOwn(policy.severities, rule.id) ? policy.severities[rule.id] : undefined;
    if (override === 'off') {
      skipped.push({ rule: rule.id, reason: SWITCHED_OFF });
      continue;
    }
    const found = rule.run(evidence);
    if ('skipped' in found) skipped.push({ rule: rule.id, reason: found.skipped });
    else for (const finding of found) findings.push({ ...finding, severity: override ?? finding.severity, waived: waiver(rule.id, policy) });
  }
  const rank = (finding: Finding): number => (finding.waived === null ? 0 : ORDER.length) + ORDER.indexOf(finding.severity);
  return { findings: findings.sort((a, b) => rank(a) - rank(b)), skipped };
}

/** The waiver in force for a rule; its last day counts. */
function waiver(rule: string, { waivers, today }: Policy): Finding['waived'] {
  const found = waivers.find((entry) => entry.rule === rule && (entry.until === null || entry.until >= today));
  return found === undefined ? null : { reason: found.reason, until: found.until };
}
