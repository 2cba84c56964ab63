import { isObstacle } from './exit-code.ts';
import { counted, grouped, isSizeKnown, size } from '../diagnosis/numbers.ts';
import { prose } from './report.ts';
import type { CheckpointReport, Finding, Prose, Report } from './report.ts';
import { active, countOf, isDeclaredInVain, isNothingNew, mainFinding, needsAttention, NOT_NEW, switchedOff, waivedFindings } from './view.ts';

/** The sentences that terminal, Markdown and HTML share. */

/** `out/checkpoint is incomplete: lm_head.weight is missing`. */
export function verdictSentence(checkpoint: CheckpointReport): Prose {
  const reference = { code: checkpoint.reference };
  const aside = isDeclaredInVain(checkpoint) ? 'judged without the declared class' : null;
  const subject = aside === null ? [reference] : [reference, `, ${aside},`];
  const why = verdictReason(checkpoint);
  switch (checkpoint.verdict) {
    case 'incomplete':
      return [...subject, ...(isNothingNew(checkpoint) ? stillIncomplete(checkpoint) : [' is incomplete', ...after(why)])];
    case 'unreadable':
      return [reference, ' can\'t be read', ...after(why), ...(checkpoint.waived ? ['. ', ...waiverSentence(checkpoint.waived)] : [])];
    case 'unknown':
      return [reference, `${aside === null ? '' : `, ${aside}`}: can't tell whether it is complete`, ...after(why)];
    case 'complete': {
      const warnings = active(checkpoint, 'warning').length;
      const waived = waivedFindings(checkpoint).length;
      const off = switchedOff(checkpoint);
      const but = [...(warnings === 0 ? [] : [`with ${counted(warnings, 'warning')}`]), ...(waived === 0 ? [] : [`${counted(waived, 'finding')} waived`]), ...(off === 0 ? [] : [`${counted(off, 'rule')} switched off`]), ...(aside === null ? [] : [aside])];
      return [reference, ` is complete${but.map((part) => `, ${part}`).join('')}`];
    }
  }
}

/** ` is still incomplete, with nothing new: lm_head.weight is missing`. */
function stillIncomplete(checkpoint: CheckpointReport): Prose {
  const warnings = active(checkpoint, 'warning').length;
  const [old] = waivedFindings(checkpoint);
  return [` is still incomplete, with ${warnings === 0 ? 'nothing new' : counted(warnings, 'new warning')}`, ...after(warnings === 0 ? (old?.title ?? null) : (mainFinding(checkpoint)?.title ?? null))];
}

/** The reason in a few words; for a complete one, its first warning or the note that explains it, and what was waived. */
export function verdictReason(checkpoint: CheckpointReport): Prose | null {
  const main = mainFinding(checkpoint);
  if (checkpoint.verdict === 'unknown' || (checkpoint.verdict === 'unreadable' && main?.severity !== 'error')) return checkpoint.reason ?? main?.title ?? null;
  const [old] = waivedFindings(checkpoint);
  if (isNothingNew(checkpoint) && main?.severity !== 'warning' && old !== undefined) return [...old.title, ' (not new)'];
  const parts = [...(main === null ? [] : [main.title]), ...(checkpoint.verdict === 'complete' ? waivedFindings(checkpoint).map(waivedTitle) : [])];
  return parts.length === 0 ? checkpoint.reason : parts.flatMap((part, i) => (i === 0 ? part : ['. ', ...part]));
}

/** `The head lm_head.weight is missing. Waived until 2027-01-31: agreed in #12`. */
function waivedTitle({ title, waived }: Finding): Prose {
  return waived === null ? title : [...title, '. ', ...waiverSentence(waived)];
}

/** What stands before the title of a finding that does not count. */
export function waivedLabel({ reason }: NonNullable<Finding['waived']>): string {
  return reason.startsWith(NOT_NEW) ? 'Not new' : 'Waived';
}

/** Who reads of a waiver is told its last day and its reason. */
export function waiverSentence({ reason, until }: NonNullable<Finding['waived']>): Prose {
  const [, how, where] = new RegExp(`^${NOT_NEW}(on|in the baseline) (.+) too$`).exec(reason) ?? [];
  if (how !== undefined && where !== undefined) return prose`It is so ${[how]} ${where} too`;
  return until === null ? prose`Waived: ${reason}` : prose`Waived until ${until}: ${reason}`;
}

/** Where the report is of none: whether there is none is known only where one could look. */
export function noneSentence(report: Report): string {
  return report.notices.some(isObstacle) ? 'No checkpoint was checked.' : 'No checkpoint to check.';
}

/** The verdict over several checkpoints: `2 of 200 checkpoints are incomplete; 198 are complete.` */
export function overallSentence(report: Report): string {
  const warned = report.checkpoints.filter((checkpoint) => checkpoint.verdict === 'complete' && needsAttention(checkpoint)).length;
  const old = report.checkpoints.filter(isNothingNew).length;
  const parts = ([
    ['incomplete', 'is incomplete', 'are incomplete'],
    ['unreadable', 'can\'t be read', 'can\'t be read'],
    ['unknown', 'can\'t be decided', 'can\'t be decided'],
    ['complete', 'is complete', 'are complete'],
  ] as const).map(([verdict, one, many]) => ({ count: countOf(report, verdict), words: (countOf(report, verdict) === 1 ? one : many) + (verdict === 'incomplete' && old > 0 ? ` (${old === countOf(report, verdict) ? '' : `${grouped(old)} of them `}with nothing new)` : '') })).filter(({ count }) => count > 0);
  const sentences = parts.map(({ count, words }, i) => `${i === 0 ? ofAll(count, report.checkpoints.length) : grouped(count)} ${words}`);
  const waived = report.checkpoints.filter((checkpoint) => waivedFindings(checkpoint).length > 0).length - old;
  const off = Math.max(0, ...report.checkpoints.map(switchedOff));
  return `${sentences.join('; ')}${warned > 0 ? `, ${grouped(warned)} with warnings` : ''}${waived > 0 ? `, ${grouped(waived)} with findings waived` : ''}${off > 0 ? `, ${counted(off, 'rule')} switched off` : ''}.`;
}

function ofAll(count: number, all: number): string {
  return count === all ? `All ${counted(all, 'checkpoint')}` : `${grouped(count)} of ${counted(all, 'checkpoint')}`;
}

/** What a complete checkpoint holds, and the note that explains it where there is one. */
export function calmSentence(checkpoint: CheckpointReport): Prose | null {
  const { totals, base } = checkpoint;
  const held = `${counted(totals.tensors, 'tensor')}, ${size(totals.bytes)}`;
  const title = mainFinding(checkpoint)?.title ?? null;
  // A base that the user named needs no origin; one that was found must say where.
  const origin = base === null || base.found === 'input' ? '' : ` (${baseOrigin(base.found)})`;
  // A base of another container has other names: it tells of its head alone.
  const isOnlyTie = checkpoint.format === 'gguf' && checkpoint.totals.tensors > 0 && checkpoint.shards.length === 0;
  const compared = base === null ? [`${held}.`] : isOnlyTie ? [`${held}. The config of `, ...prose`${base.reference}`, `${origin} told whether the head is tied; the blocks were compared with each other.`] : [`${held}, compared with `, ...within(base), ...prose`${base.reference}`, `${origin}.`];
  const { declaredClass } = checkpoint.architecture;
  const declared = declaredClass === null || isDeclaredInVain(checkpoint) ? [] : prose` Judged as ${declaredClass}, as declared.`;
  return [...(title === null ? [] : [...title, '. ']), ...compared, ...declared];
}

/** The path of a base that is a model within the one named. */
function within({ within: path }: NonNullable<CheckpointReport['base']>): Prose {
  return path === null ? [] : prose`${path} of `;
}

function after(why: Prose | null): Prose {
  return why === null ? [] : [': ', ...why.map((part, i) => (i === 0 && typeof part === 'string' ? part.replace(CAPITAL, (letter) => letter.toLowerCase()) : part))];
}

/** Titles begin with a capital, which looks lost after a colon; names and abbreviations keep theirs. */
const CAPITAL = /^(?!(?:Git|Hub|Python|Transformers)\b)[A-Z](?=[a-z]* )/;

/** How the shard that changed most shrank or grew. */
export function shardSentence(shard: { readonly path: string; readonly baseBytes: number | null; readonly bytes: number | null }): Prose {
  const [before, after] = [shard.baseBytes ?? 0, shard.bytes ?? 0];
  return [{ code: shard.path }, `: ${size(before)} → ${size(after)} (${grouped(before)} → ${grouped(after)} bytes).`];
}

/** Checkpoint, base and classes, a sentence each; nothing where there was nothing to compare. */
export function comparedSentences(checkpoint: CheckpointReport): Prose[] {
  const { totals, base, architecture, origin } = checkpoint;
  if (checkpoint.format === 'none') return [];
  const { declaredClass } = architecture;
  const isDeclared = declaredClass !== null && !isDeclaredInVain(checkpoint);
  return [
    [...prose`Checkpoint: ${checkpoint.reference}`, ...at(checkpoint.revision), `: ${stock(totals.tensors, totals.parameters, totals.bytes)}`],
    base === null ? ['Base: none found'] : ['Base: ', ...within(base), ...prose`${base.reference}`, ...at(base.revision), ` (${baseOrigin(base.found)}): ${stock(totals.baseTensors, totals.baseParameters, totals.baseBytes)}`],
    ...(origin === null ? [] : [prose`Named at: ${`${origin.path}:${origin.line}`}`]),
    ...(architecture.class === null ? [] : [prose`Class: ${architecture.class}`]),
    ...(isDeclared || architecture.intendedClass === null || architecture.intendedClass === architecture.class ? [] : [prose`Meant for: ${architecture.intendedClass}`]),
    ...(declaredClass === null ? [] : [prose`Declared: ${declaredClass}${[isDeclared ? '' : ', which was not used']}`]),
  ];
}

/** `291 tensors, 8,030,261,248 parameters, 16.1 GB`. */
export function stock(tensors: number, parameters: number, total: number): string {
  if (tensors === 0) return 'no tensor was read';
  return `${counted(tensors, 'tensor')}, ${counted(parameters, 'parameter')}, ${size(total)}`;
}

/** In place of two tables that list the same parameters. */
export function prefixedSentence({ missing }: CheckpointReport): Prose {
  return [`Missing and unexpected are the same ${counted(missing.length, 'parameter')}, without the prefix and with it.`];
}

/** What was not judged, and why. */
export function skippedSentence({ rule, reason }: CheckpointReport['skipped'][number]): Prose {
  return rule === 'base' ? [`Base not used: ${reason}`] : ['Not judged: ', { code: rule }, ` (${reason})`];
}

/** `, 1.05 GB` of all that is missing; `, at least` so much where the size of some is not known, and nothing where that of none is. */
export function missingSize({ missing }: CheckpointReport): string {
  const bytes = missing.reduce((sum, tensor) => sum + tensor.bytes, 0);
  return bytes === 0 ? '' : `, ${missing.every(isSizeKnown) ? '' : 'at least '}${size(bytes)}`;
}

function at(revision: string | null): Prose {
  return revision === null ? [] : [' at ', { code: /^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 10) : revision }];
}

/** Where the base was named, in words. */
function baseOrigin(found: string): string {
  const words: Readonly<Record<string, string>> = {
    input: 'given', config: 'named in the config', 'model-card': 'named by the model card', 'adapter-config': 'named by the adapter',
    'name-or-path': 'named by _name_or_path in config.json',
  };
  return words[found] ?? found;
}
