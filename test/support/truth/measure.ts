import { readCheckpoint } from '../../../src/inventory/read.ts';
import type { Checkpoint } from '../../../src/inventory/checkpoint.ts';
import { judge } from '../../../src/judge.ts';
import type { CheckpointReport } from '../../../src/report/report.ts';
import { type CorpusCase, corpusSource, readCorpus } from '../checkpoints/corpus.ts';
import { type Oracle, oracleOf } from './oracle.ts';

/** What was measured for one case in one mode. */
export interface Measured {
  readonly id: string;
  readonly fault: string;
  readonly verdict: string;
  readonly wanted: readonly string[];
  readonly agrees: boolean;
  /** Whether the sets missing, unexpected, mismatched are the oracle's; null where the oracle has none, or its names are not names on disk. */
  readonly sets: boolean | null;
  readonly setDifference: string;
  /** Rules of error findings, else of warnings, else of notes. */
  readonly cause: string;
}

export interface Measure {
  readonly withBase: readonly Measured[];
  readonly without: readonly Measured[];
  readonly reached: boolean;
}

/** Saves that are sound whatever the loader's tie flag; a failure of one is a false alarm. */
const SOUND = new Set(['good', 'good_sharded', 'float32', 'vocab_resized', 'tie_flipped']);

/** @param declare whether the class of the undamaged save is declared, as by a team that says which class it releases */
export async function measure(corpus: string, { only, declare = false }: { readonly only: string; readonly declare?: boolean }): Promise<Measure> {
  const cases = new Map<string, CorpusCase>();
  for await (const item of readCorpus(corpus)) cases.set(item.id, item);
  const bases = new Map<string, Promise<Checkpoint>>();
  const read = (item: CorpusCase): Promise<Checkpoint> => readCheckpoint(corpusSource(item));
  const withBase: Measured[] = [];
  const without: Measured[] = [];
  for (const item of cases.values()) {
    if (!item.id.includes(only)) continue;
    const oracle = oracleOf(item);
    const checkpoint = await read(item);
    const declared = declare ? classOf(cases.get(item.base ?? item.id) ?? item) : null;
    without.push(compareWithOracle(item, oracle, await reportOf(checkpoint, null, declared), null));
    const baseCase = cases.get(item.base ?? item.id);
    if (baseCase === undefined) continue;
    let base = bases.get(baseCase.id);
    if (base === undefined) bases.set(baseCase.id, (base = read(baseCase)));
    withBase.push(compareWithOracle(item, oracle, await reportOf(checkpoint, await base, declared), await base));
  }
  return judgedBy({ withBase, without });
}

/** The measures of several corpora as one. */
export function together(measures: readonly Measure[]): Measure {
  return judgedBy({ withBase: measures.flatMap(({ withBase }) => withBase), without: measures.flatMap(({ without }) => without) });
}

function judgedBy({ withBase, without }: Omit<Measure, 'reached'>): Measure {
  const rate = (list: readonly Measured[]): number => list.filter(({ agrees }) => agrees).length / Math.max(1, list.length);
  const falseAlarms = [...withBase.filter(({ fault }) => fault !== 'tie_flipped'), ...without].filter(isFalseAlarm).length;
  const sets = withBase.filter(({ sets }) => sets !== null);
  const exact = sets.filter(({ sets }) => sets === true).length / Math.max(1, sets.length);
  return { withBase, without, reached: falseAlarms === 0 && rate(withBase) >= 0.995 && rate(without) >= 0.98 && exact >= 0.98 };
}

export function isFalseAlarm({ fault, verdict, wanted }: Measured): boolean {
  return SOUND.has(fault) && wanted.includes('complete') && verdict !== 'complete' && verdict !== 'unknown';
}

function classOf(item: CorpusCase): string | null {
  return typeof item['class'] === 'string' ? item['class'] : null;
}

async function reportOf(checkpoint: Checkpoint, base: Checkpoint | null, declared: string | null): Promise<CheckpointReport> {
  const found = { checkpoint: base, found: base === null ? null : ('input' as const), reasons: [] };
  const { report } = await judge(checkpoint, found, { target: { reference: checkpoint.reference, origin: null, waivers: [], ...(declared === null ? {} : { class: declared }) }, severities: {}, today: '2026-01-01' });
  return report;
}

function compareWithOracle(item: CorpusCase, oracle: Oracle, report: CheckpointReport, base: Checkpoint | null): Measured {
  const wanted = oracle.wanted(report, base);
  const difference = base === null ? null : oracle.setDifference(report, base);
  return {
    id: item.id, fault: oracle.fault, verdict: report.verdict, wanted,
    agrees: wanted.includes(report.verdict),
    sets: difference === null ? null : difference === '',
    setDifference: difference ?? '',
    cause: causeOf(report),
  };
}

function causeOf({ findings }: CheckpointReport): string {
  for (const severity of ['error', 'warning', 'note'] as const) {
    const rules = findings.filter((finding) => finding.severity === severity).map(({ rule }) => rule);
    if (rules.length > 0) return [...new Set(rules)].join('+');
  }
  return '–';
}

/** Prints the measure as tables. */
export function printMeasure(result: Measure, { list, seconds }: { readonly list: boolean; readonly seconds: number }): void {
  for (const [title, measured, goal] of [['with its base', result.withBase, 99.5], ['without a base', result.without, 98]] as const) {
    printMode(title, measured, goal, list);
  }
  const total = result.withBase.length + result.without.length;
  console.log(`\n${total} checks in ${seconds.toFixed(1)} s; the goals are ${result.reached ? 'reached' : 'not reached'}`);
}

function percent(part: number, of: number): string {
  return of === 0 ? '–' : `${((part / of) * 100).toFixed(2)} %`;
}

function printMode(title: string, measured: readonly Measured[], goal: number, list: boolean): void {
  const agreeing = measured.filter(({ agrees }) => agrees).length;
  const sets = measured.filter((item) => item.sets !== null);
  const alarms = measured.filter(isFalseAlarm);
  const misses = measured.filter(({ verdict, wanted }) => verdict === 'complete' && !wanted.includes('complete'));
  console.log(`\n== ${title}: ${measured.length} cases`);
  console.log(`verdict agrees: ${percent(agreeing, measured.length)} (goal ${goal} %)   false alarms on sound saves: ${alarms.length}   misses: ${misses.length}`);
  if (sets.length > 0) console.log(`exact sets: ${percent(sets.filter((item) => item.sets === true).length, sets.length)} of ${sets.length} (goal 98 %)`);
  const faults = [...new Set(measured.map(({ fault }) => fault))];
  const rows = faults.map((fault) => {
    const of = measured.filter((item) => item.fault === fault);
    const wrong = of.filter(({ agrees }) => !agrees);
    const wrongSets = of.filter((item) => item.sets === false);
    const causes = new Map<string, number>();
    for (const { cause } of of) causes.set(cause, (causes.get(cause) ?? 0) + 1);
    return { fault, cases: of.length, agree: of.length - wrong.length, 'sets differ': wrongSets.length, causes: [...causes].sort((a, b) => b[1] - a[1]).slice(0, 4).map(([cause, count]) => `${cause} ${count}`).join(', ') };
  });
  console.table(rows);
  const wrong = measured.filter(({ agrees, sets: exact }) => !agrees || exact === false);
  for (const item of list ? wrong : wrong.slice(0, 40)) {
    console.log(`${item.agrees ? 'sets   ' : 'verdict'} ${item.id}: ${item.verdict}, wanted ${item.wanted.join(' or ')} [${item.cause}] ${item.setDifference}`);
  }
  if (!list && wrong.length > 40) console.log(`… ${wrong.length - 40} more (--list shows all)`);
}
