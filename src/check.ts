import pLimit from 'p-limit';
import { runsCode } from './diagnosis/rules/unsafe-pickle.ts';
import { HeadcheckError } from './errors.ts';
import { quote } from './format/quote.ts';
import { findBase } from './inventory/base.ts';
import type { Checkpoint } from './inventory/checkpoint.ts';
import { HeadCache, readCheckpoint } from './inventory/read.ts';
import { holdsNoModel, requireWeights, requireWhole } from './inventory/require-weights.ts';
import { judge } from './judge.ts';
import type { FoundBase, Incomparable } from './judge.ts';
import { parseReference } from './reference/parse.ts';
import { failedReport, overallVerdict } from './report/assemble.ts';
import { obstacleOf } from './report/obstacle.ts';
import { proseOf } from './report/prose-text.ts';
import { prose } from './report/report.ts';
import type { CheckpointReport, Notice, Prose, Report } from './report/report.ts';
import type { Settings, Target } from './settings.ts';
import { createSourceContext, openSource } from './source/open.ts';
import type { SourceContext, SourceEvent } from './source/open.ts';
import { VERSION } from './version.ts';

/** How many checkpoints are read at the same time; their shards are read in parallel within that. */
const CHECKPOINTS_AT_ONCE = 4;

/**
 * The whole of a check: each reference is opened, its heads are read, it is set beside its base and the facts of its
 * class, diagnosed, and reported. What goes wrong with one checkpoint is reported in its place; the others go on.
 */
export async function check(settings: Settings, io: { readonly progress?: (event: SourceEvent) => void } = {}): Promise<Report> {
  const { directory, hub, proxy, github = null, followLinks = false } = settings;
  const context = createSourceContext({ directory, hub, proxy, github, followLinks, ...(io.progress === undefined ? {} : { onProgress: io.progress }) });
  const call = new Call(settings, context);
  const limit = pLimit(CHECKPOINTS_AT_ONCE);
  try {
    const checked = await Promise.all(settings.targets.map((target) => limit(() => call.checkTarget(target))));
    const checkpoints = checked.filter((report) => report !== null);
    return { tool: { name: 'headcheck', version: VERSION }, verdict: overallVerdict(checkpoints), checkpoints, notices: call.notices };
  } finally {
    await context.close();
  }
}

/** What the checkpoints of one call share. */
class Call {
  readonly #settings: Settings;
  readonly #context: SourceContext;
  readonly #heads = new HeadCache();
  /** Every base is read once, however many checkpoints were made from it. */
  readonly #bases = new Map<string, Promise<Checkpoint>>();
  readonly notices: Notice[] = [];
  readonly #damaged = new Set<Checkpoint>();

  constructor(settings: Settings, context: SourceContext) {
    this.#settings = settings;
    this.#context = context;
  }

  /** Checks one reference; null where it is none. Never throws for anything that is wrong with it. */
  async checkTarget(target: Target): Promise<CheckpointReport | null> {
    try {
      // A base that the user names is read at the same time; one that the checkpoint names, after it.
      const named = target.base === null ? null : this.#readBase(target.base);
      named?.catch(() => {});
      const checkpoint = await this.#read(target.reference);
      if (target.isWeak === true && holdsNoModel(checkpoint) && !runsPlanted(checkpoint)) return this.#passOver(target, ['its ending is also that of other files, and it holds no state dict of a model.']);
      return await this.#judge(target, checkpoint, await this.#findBase(target, checkpoint));
    } catch (error) {
      if (!(error instanceof HeadcheckError)) throw error;
      if (target.isWeak !== true || !error.isNameUnknown) return failedReport(target, error);
      return this.#passOver(target, prose`the line that names it may mean something else: ${proseOf(error.message)} Write ${'hf://'} before the name where it is the model's.`);
    }
  }

  /** What was found by a name that other things have too, and is none, is worth a word and no more. */
  #passOver(target: Target, why: Prose): null {
    this.notices.push({ severity: 'note', message: [...prose`${target.reference} was not checked, as `, ...why], location: target.origin, about: { reference: target.reference, base: null } });
    return null;
  }

  async #judge(target: Target, checkpoint: Checkpoint, base: FoundBase): Promise<CheckpointReport> {
    const { report, incomparable, refusal } = await judge(checkpoint, base, { target, severities: this.#settings.severities, today: this.#settings.today });
    if (incomparable !== null && target.base !== null) this.#reportIncomparable(target, target.base, incomparable);
    if (refusal !== null) this.notices.push({ ...refusal, location: target.origin, ...(refusal.severity === 'error' ? { obstacle: 'state' as const } : {}) });
    return report;
  }

  async #findBase(target: Target, checkpoint: Checkpoint): Promise<FoundBase> {
    const given = target.base === null ? null : ({ reference: target.base, found: target.baseFrom ?? 'input' } as const);
    const search = findBase(checkpoint, given);
    const reasons = [...new Set(search.rejected.map(({ written, reason }) => `${quote(written)} ${reason}`))];
    for (const candidate of search.candidates) {
      try {
        const base = await this.#readBase(candidate.reference);
        this.#reportDamage(base, target.origin);
        return { checkpoint: base, found: candidate.found, reasons };
      } catch (error) {
        if (!(error instanceof HeadcheckError)) throw error;
        if (given !== null) this.notices.push({ severity: 'error', message: prose`The base ${candidate.reference} could not be read: ${proseOf(`${error.message} ${error.hint}`)}`, location: target.origin, obstacle: obstacleOf(error), about: { reference: target.reference, base: candidate.reference } });
        reasons.push(`${quote(candidate.reference)} could not be read: ${error.message}`);
      }
    }
    return { checkpoint: null, found: null, reasons };
  }

  #readBase(reference: string): Promise<Checkpoint> {
    let base = this.#bases.get(reference);
    if (base === undefined) {
      base = this.#read(reference).then((read) => requireWhole(read, reference));
      this.#bases.set(reference, base);
    }
    return base;
  }

  async #read(written: string): Promise<Checkpoint> {
    const { directory, hub, github } = this.#settings;
    const reference = parseReference(written, { directory, hubEndpoint: hub.endpoint, ...(github == null ? {} : { githubServer: github.serverUrl }) });
    return requireWeights(await readCheckpoint(await openSource(reference, this.#context), { heads: this.#heads }), written);
  }

  /** A base that is cut off still has its names and shapes; that nothing can be loaded from it is said once. */
  #reportDamage(base: Checkpoint, location: Target['origin']): void {
    const damage = base.problems.find(({ kind }) => kind === 'truncated' || kind === 'trailing-bytes');
    if (damage === undefined || this.#damaged.has(base)) return;
    this.#damaged.add(base);
    const what = damage.kind === 'truncated' ? 'is cut off' : 'has bytes after its last tensor';
    this.notices.push({ severity: 'warning', message: prose`${damage.path} of the base ${base.reference} ${[what]}: its names and shapes were compared, but loaders refuse it, so nothing can be copied from it.`, location });
  }

  #reportIncomparable(target: Target, written: string, { base, difference, instead }: Incomparable): void {
    const message = prose`The base ${base.reference} ${difference}, so ${target.reference} was not compared with it. Name ${[instead]}.`;
    this.notices.push({ severity: 'error', message, location: target.origin, obstacle: 'state', about: { reference: target.reference, base: written } });
  }
}

/** Planted code is told of in whatever file it lies. */
function runsPlanted({ problems }: Checkpoint): boolean {
  return problems.some((problem) => problem.kind === 'unsafe-pickle' && runsCode(problem.globals));
}
