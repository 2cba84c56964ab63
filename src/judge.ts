import { loadModelTypeFacts, modelTypeOfClass } from './architecture/index.ts';
import type { ModelTypeFacts } from './architecture/facts.ts';
import { setSideBySide } from './comparison/set-side-by-side.ts';
import { quote } from './format/quote.ts';
import { diagnose } from './diagnosis/diagnose.ts';
import type { Policy } from './diagnosis/diagnose.ts';
import { gatherEvidence } from './diagnosis/gather.ts';
import { verdictOf } from './diagnosis/verdict.ts';
import type { BaseFound } from './inventory/base.ts';
import type { Checkpoint } from './inventory/checkpoint.ts';
import { architectures, modelType } from './inventory/config.ts';
import { checkpointReport } from './report/assemble.ts';
import { plain, prose } from './report/report.ts';
import type { CheckpointReport, Prose } from './report/report.ts';
import type { Target } from './settings.ts';

/** The base that was found, or why there is none. */
export interface FoundBase {
  readonly checkpoint: Checkpoint | null;
  readonly found: BaseFound | null;
  /** Why candidates could not be used. */
  readonly reasons: readonly string[];
}

export interface JudgeOptions extends Pick<Policy, 'severities' | 'today'> {
  readonly target: Pick<Target, 'reference' | 'origin' | 'waivers'>;
}

export interface Judgement {
  readonly report: CheckpointReport;
  /** The base, where it is of another architecture, so that the checkpoint was judged without it; and how it differs, as the end of a sentence. */
  readonly incomparable: { readonly base: Checkpoint; readonly difference: Prose } | null;
}

/** Judges a checkpoint that was read, beside its base where there is one: compare, gather the evidence, diagnose, report. */
export async function judge(checkpoint: Checkpoint, base: FoundBase, { target, severities, today }: JudgeOptions): Promise<Judgement> {
  const side = setSideBySide(checkpoint, base.checkpoint, await factsFor(checkpoint, base.checkpoint));
  const evidence = await gatherEvidence(side);
  const diagnosis = diagnose(evidence, { severities, today, waivers: target.waivers });
  const incomparable = side.incomparable === null ? null : { base: side.incomparable, difference: differenceOf(checkpoint, side.incomparable) };
  const report = checkpointReport({
    target, evidence, diagnosis,
    verdict: verdictOf(evidence, diagnosis.findings),
    base: side.base === null || base.found === null ? null : { checkpoint: side.base, found: base.found },
    baseReasons: [...base.reasons, ...(incomparable === null ? brokenDocuments(side.base) : [`${quote(incomparable.base.reference)} ${plain(incomparable.difference)}`])],
  });
  return { report, incomparable };
}

/** What could not be parsed of a base whose weights serve all the same. */
function brokenDocuments(base: Checkpoint | null): string[] {
  return (base?.problems ?? []).flatMap((problem) =>
    problem.kind === 'malformed-json' ? [`${problem.path} of ${base?.reference ?? ''} cannot be parsed, so only its weights were compared: ${problem.line === null ? '' : `line ${problem.line}: `}${problem.message}`] : [],
  );
}

/** Models of one type that share no parameter differ in size, or in what the config makes of the type. */
function differenceOf(checkpoint: Checkpoint, base: Checkpoint): Prose {
  const type = modelType(checkpoint.config);
  const ofBase = modelType(base.config);
  if (type !== null && type === ofBase) return ['is of another size or layout than the checkpoint'];
  return type === null || ofBase === null ? ['is of another architecture than the checkpoint'] : prose`is of the model type ${ofBase}, the checkpoint of ${type}`;
}

/** Facts of the checkpoint's model type; where its config names none, or one that does not have its class, of its class; else of its base's. */
async function factsFor(checkpoint: Checkpoint, base: Checkpoint | null): Promise<ModelTypeFacts | null> {
  for (const config of [checkpoint.config, base?.config ?? null]) {
    const [architecture] = architectures(config);
    const type = modelType(config);
    const facts = type === null ? null : await loadModelTypeFacts(type);
    if (facts !== null && (architecture === undefined || facts.classes.some((entry) => entry.class === architecture))) return facts;
    const byClass = architecture === undefined ? null : await modelTypeOfClass(architecture);
    if (byClass !== null || type !== null) return byClass === null ? facts : await loadModelTypeFacts(byClass);
  }
  return null;
}
