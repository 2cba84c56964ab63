import type { ClassFacts } from '../architecture/facts.ts';
import { mapToMemory, parameterTest } from '../architecture/prefix.ts';
import type { Evidence } from './evidence.ts';

/** Names that carry the base prefix once more than the class gives it to them (`model.model.layers…`, `model.lm_head.weight`). */
export interface RepeatedPrefix {
  /** The prefix with its dot, as it stands before the names. */
  readonly text: string;
  /** Rows that carry it. */
  readonly rows: readonly number[];
  /** Rows of which a release makes no parameter of the model; null of one that does not have the class. */
  readonly lost: { readonly '4.57.6': ReadonlySet<number> | null; readonly '5.18.0': ReadonlySet<number> };
}

/**
 * The base prefix before most names once more than the class has it, or null. 5.x takes it off where the rest is a
 * parameter; 4.57 takes it off for a bare class alone, and loses every such name of one with a head (run).
 */
export function repeatedPrefix({ checkpoint, intent }: Pick<Evidence, 'checkpoint' | 'intent'>): RepeatedPrefix | null {
  const { '4.57.6': four, '5.18.0': five } = intent.byRelease;
  if (five === null || five.prefix === '' || !five.hasPrefixModule) return null;
  const { names } = checkpoint.tensors.columns;
  const text = `${five.prefix}.`;
  // To map all names takes time, and nearly no checkpoint has one that starts so.
  if (!names.some((name) => name.startsWith(text + text))) return null;
  const taken = new Set(mapToMemory(names, five).names.flatMap(({ prefix }, row) => (prefix === 'removed' ? [row] : [])));
  if (taken.size * 2 <= names.length) return null;
  const carry = new Set(names.flatMap((name, row) => (name.startsWith(text) ? [row] : [])));
  const byFive = lostRows(names, carry, five);
  const rows = [...carry].filter((row) => taken.has(row) || byFive.has(row));
  const byFour = four === null ? null : lostRows(names, new Set(rows), four);
  return byFour?.size === 0 && byFive.size === 0 ? null : { text, rows, lost: { '4.57.6': byFour, '5.18.0': byFive } };
}

/** Those of the rows of which the release makes no parameter. */
function lostRows(names: readonly string[], rows: ReadonlySet<number>, facts: ClassFacts): ReadonlySet<number> {
  const isParameter = parameterTest(facts);
  return new Set(mapToMemory(names, facts).names.flatMap(({ memory }, row) => (rows.has(row) && !isParameter(memory ?? '') ? [row] : [])));
}

/** One such name to show: of the body, where it stands twice to the eye. */
export function repeatedName({ text, rows }: RepeatedPrefix, { tensors }: Evidence['checkpoint']): string {
  const row = rows.find((one) => tensors.name(one).startsWith(text + text)) ?? rows[0] ?? -1;
  return tensors.name(row);
}
