import type { RootContent } from 'mdast';

/**
 * How dear a part is to the reader: where all does not fit, the parts of the lowest rank go first. `verdict` parts
 * never go.
 */
export const RANKS = { passing: 0, background: 1, lists: 2, loaders: 3, ledger: 4, others: 5, evidence: 6, section: 7, verdict: Number.POSITIVE_INFINITY } as const;

/** One version of a part and what is lost by going on to the next, shorter one. */
export interface Version {
  readonly nodes: readonly RootContent[];
  readonly rank: number;
  /** What goes with this version: `the byte ledger`; `the details of #checkpoint` where it is to be said of how many. */
  readonly loses: string;
}

/** A part of the document: its versions from whole to shortest. After the last version, where its rank is finite, comes nothing. */
export type Block = readonly Version[];

/** A part that always stays. */
export function kept(...nodes: RootContent[]): Block {
  return [{ nodes, rank: RANKS.verdict, loses: '' }];
}

/** A part that may be left out. */
export function droppable(rank: number, loses: string, ...nodes: RootContent[]): Block {
  return [{ nodes, rank, loses }];
}
