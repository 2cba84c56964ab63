import { exitCode, type FailOn } from './exit-code.ts';
import type { Report } from './report.ts';

/** The type that `actions/attest` is given with the predicate. The number is that of the shape. */
export const PREDICATE_TYPE = 'https://github.com/headcheck/headcheck/attestation/v1';

/** What is attested about a release: which checkpoints were checked, at which revision, against what, and the outcome. */
export interface PredicateV1 {
  readonly tool: { readonly name: string; readonly version: string };
  /** The worst of all; `none` where nothing was checked, which says nothing good of what the attestation is made for. */
  readonly verdict: string;
  /** Whether something was checked, and all of it passes `failOn`. */
  readonly passed: boolean;
  readonly failOn: FailOn;
  readonly checkpoints: readonly {
    readonly reference: string;
    readonly revision: string | null;
    readonly verdict: string;
    readonly base: { readonly reference: string; readonly revision: string | null } | null;
    readonly tensors: number;
    readonly parameters: number;
    readonly bytes: number;
    /** Rules that found something, and whether the team accepts it. */
    readonly findings: readonly { readonly rule: string; readonly severity: string; readonly waived: boolean }[];
  }[];
}

/** The predicate of an attestation. Frozen like the report: keys may be added, none may change or go. */
export function predicate(report: Report, failOn: FailOn): PredicateV1 {
  return {
    tool: { name: report.tool.name, version: report.tool.version },
    verdict: report.checkpoints.length === 0 ? 'none' : report.verdict,
    passed: report.checkpoints.length > 0 && exitCode(report, failOn) === 0,
    failOn,
    checkpoints: report.checkpoints.map(({ reference, revision, verdict, base, totals, findings }) => ({
      reference, revision, verdict,
      base: base === null ? null : { reference: base.reference, revision: base.revision },
      tensors: totals.tensors, parameters: totals.parameters, bytes: totals.bytes,
      findings: findings.map(({ rule, severity, waived }) => ({ rule, severity, waived: waived !== null })),
    })),
  };
}
