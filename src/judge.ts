import { loadModelTypeFacts, modelTypeOfClass } from './architecture/index.ts';
import { withInnerModels } from './architecture/inner-models.ts';
import type { ModelTypeFacts } from './architecture/facts.ts';
import { isLooseAdapter } from './comparison/adapter/loose.ts';
import { setSideBySide } from './comparison/set-side-by-side.ts';
import type { SideBySide } from './comparison/side-by-side.ts';
import { declarationOf } from './declaration.ts';
import { quote } from './format/quote.ts';
import { diagnose } from './diagnosis/diagnose.ts';
import type { Policy } from './diagnosis/diagnose.ts';
import { gatherEvidence } from './diagnosis/gather.ts';
import { verdictOf } from './diagnosis/verdict.ts';
import type { BaseFound } from './inventory/base.ts';
import type { Checkpoint } from './inventory/checkpoint.ts';
import { componentClass, hollowComponents, ownCheckpoint, withoutComponents } from './inventory/component-class.ts';
import { architectures, modelType } from './inventory/config.ts';
import { innerModel } from './inventory/inner-model.ts';
import { checkpointReport } from './report/assemble.ts';
import { combineReports } from './report/components.ts';
import { plain, prose } from './report/report.ts';
import type { CheckpointReport, Notice, Prose } from './report/report.ts';
import type { Target } from './settings.ts';

/** The base that was found, or why there is none. */
export interface FoundBase {
  readonly checkpoint: Checkpoint | null;
  readonly found: BaseFound | null;
  /** Why candidates could not be used. */
  readonly reasons: readonly string[];
}

export interface JudgeOptions extends Pick<Policy, 'severities' | 'today'> {
  readonly target: Pick<Target, 'reference' | 'origin' | 'waivers' | 'class'>;
}

/** A base that is no yardstick. */
export interface Incomparable {
  readonly base: Checkpoint;
  /** How it differs, as the end of a sentence. */
  readonly difference: Prose;
  /** What to name instead. */
  readonly instead: string;
}

export interface Judgement {
  readonly report: CheckpointReport;
  /** The base, where the checkpoint was judged without it, since it is of another architecture or a model where the checkpoint is an adapter. */
  readonly incomparable: Incomparable | null;
  /** Why the declared class was not used; null where it was, or none was declared. */
  readonly refusal: Pick<Notice, 'severity' | 'message'> | null;
}

/** What a base ought to be. */
const MADE_FROM = 'the model that the checkpoint was made from';

/**
 * Judges a checkpoint that was read, beside its base where there is one: compare, gather the evidence, diagnose, report.
 * Of a pipeline each component is judged by itself, beside the base's of that name.
 */
export async function judge(checkpoint: Checkpoint, base: FoundBase, options: JudgeOptions): Promise<Judgement> {
  if (checkpoint.components.length > 0) return await judgeComponents(checkpoint, base, options);
  const beside = base.checkpoint === null ? null : (innerModel(base.checkpoint, checkpoint) ?? base.checkpoint);
  const known = await factsFor(checkpoint, beside, options.target.class ?? null);
  const facts = known === null ? null : await withInnerModels(known, checkpoint.config ?? beside?.config ?? null, checkpoint.tensors.columns.names);
  const { class: declared = null } = options.target;
  const declaration = declarationOf(options.target, checkpoint, facts, declared === null ? null : await modelTypeOfClass(declared));
  const side = setSideBySide(checkpoint, beside, facts, declaration.class);
  const incomparable = side.incomparable === null ? null : { base: side.incomparable, difference: differenceOf(checkpoint, side.incomparable), instead: isLooseAdapter(checkpoint) ? 'a sound save of the same adapter' : MADE_FROM };
  const reasons = [...base.reasons, ...(incomparable === null ? brokenDocuments(side.base) : [`${quote(incomparable.base.reference)} ${plain(incomparable.difference)}`])];
  // That it has no effect is only noted.
  const told = declaration.refusal?.severity === 'note' ? null : declared;
  return { report: await reportOf(side, { ...base, reasons }, options, told), incomparable, refusal: declaration.refusal };
}

async function reportOf(side: SideBySide, { found, reasons }: FoundBase, { target, severities, today }: JudgeOptions, declared: string | null = null): Promise<CheckpointReport> {
  const evidence = await gatherEvidence(side);
  const diagnosis = diagnose(evidence, { severities, today, waivers: target.waivers });
  return checkpointReport({
    target, evidence, diagnosis, declared,
    verdict: verdictOf(evidence, diagnosis.findings, declared !== null && !evidence.intent.isDeclared),
    base: side.base === null || found === null ? null : { checkpoint: side.base, found },
    baseReasons: reasons,
  });
}

async function judgeComponents(pipeline: Checkpoint, base: FoundBase, options: JudgeOptions): Promise<Judgement> {
  const whole = await reportOf(setSideBySide(withoutComponents(pipeline), null, null), { checkpoint: null, found: null, reasons: base.reasons }, options);
  // Each component has a class of its own, which the pipeline names.
  const { class: _, ...target } = options.target;
  const hollow = new Set(hollowComponents(pipeline).map(({ name }) => name));
  const judged = await Promise.all(pipeline.components.map(async (component) => {
    const own = ownCheckpoint(pipeline, component);
    const judgement = await judge(own, componentBase(base, component.name), { ...options, target: { ...target, reference: own.reference } });
    // That a component has no weights at all is said of the pipeline, once.
    const report = hollow.has(component.name) ? { ...judgement.report, findings: [] } : judgement.report;
    return { name: component.name, class: componentClass(pipeline, component.name), report, incomparable: judgement.incomparable };
  }));
  const of = base.checkpoint;
  const report = combineReports(whole, judged, of === null || base.found === null ? null : { reference: of.reference, revision: of.revision, found: base.found, within: null });
  const isOther = of !== null && !judged.some(({ name }) => of.components.some((component) => component.name === name));
  const incomparable = isOther ? { base: of, difference: prose`holds none of the components of the pipeline`, instead: MADE_FROM } : (judged.find((component) => component.incomparable !== null)?.incomparable ?? null);
  return { report, incomparable, refusal: declarationOf(options.target, pipeline, null).refusal };
}

/** The component of that name in the base, where that is a pipeline too. */
function componentBase({ checkpoint, found }: FoundBase, component: string): FoundBase {
  const same = checkpoint?.components.find(({ name }) => name === component);
  return checkpoint === null || same === undefined ? { checkpoint: null, found: null, reasons: [] } : { checkpoint: ownCheckpoint(checkpoint, same), found, reasons: [] };
}

/** What could not be parsed of a base whose weights serve all the same. */
function brokenDocuments(base: Checkpoint | null): string[] {
  return (base?.problems ?? []).flatMap((problem) =>
    problem.kind === 'malformed-json' ? [`${problem.path} of ${base?.reference ?? ''} cannot be parsed, so only its weights were compared: ${problem.line === null ? '' : `line ${problem.line}: `}${problem.message}`] : [],
  );
}

/** Models of one type that share no parameter differ in size, or in what the config makes of the type. */
function differenceOf(checkpoint: Checkpoint, base: Checkpoint): Prose {
  if (isLooseAdapter(checkpoint)) return prose`is a model, and the checkpoint an adapter without ${'adapter_config.json'}`;
  const type = modelType(checkpoint.config);
  const ofBase = modelType(base.config);
  if (type !== null && type === ofBase) return ['is of another size or layout than the checkpoint'];
  return type === null || ofBase === null ? ['is of another architecture than the checkpoint'] : prose`is of the model type ${ofBase}, the checkpoint of ${type}`;
}

/** Facts of the checkpoint's model type; where its config names none, or one that does not have its class, of its class; else of its base's. A declared class is its class too; without a config no loader makes a model of it. */
async function factsFor(checkpoint: Checkpoint, base: Checkpoint | null, declared: string | null): Promise<ModelTypeFacts | null> {
  for (const config of [checkpoint.config, base?.config ?? null]) {
    const [architecture] = architectures(config);
    const type = modelType(config);
    const facts = type === null ? null : await loadModelTypeFacts(type);
    if (facts !== null && (architecture === undefined || facts.classes.some((entry) => entry.class === architecture || entry.class === declared))) return facts;
    const byClass = (architecture === undefined ? null : await modelTypeOfClass(architecture)) ?? (facts === null && config !== null && declared !== null ? await modelTypeOfClass(declared) : null);
    if (byClass !== null || type !== null) return byClass === null ? facts : await loadModelTypeFacts(byClass);
  }
  return null;
}
