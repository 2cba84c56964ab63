import type { Release } from '../architecture/facts.ts';
import type { Comparison } from '../comparison/comparison.ts';
import type { ComparedPair, Evidence } from './evidence.ts';
import { indexAgreement } from './index-agreement.ts';

/** What becomes of the head in one release. */
export type HeadOutcome = 'own' | 'tied' | 'overwritten' | 'kept-though-tied' | 'random' | 'none' | 'unknown';

function pairOf(evidence: Evidence): ComparedPair | undefined {
  return evidence.pairs.find(({ target }) => target === evidence.intent.heads.head);
}

/** The tie table: 4.57 ties whenever the flag says so; 5.x keeps a stored head that differs. */
export function headIn(evidence: Evidence, release: Release): HeadOutcome {
  const { intent, comparison } = evidence;
  const output = intent.byRelease[release]?.outputEmbedding ?? null;
  const flag = intent.ties[release]?.flag;
  if (output === null || flag === undefined) return 'none';
  const input = intent.byRelease[release]?.inputEmbedding ?? null;
  const stored = comparison.stored.has(output);
  const hasEmbedding = input !== null && comparison.stored.has(input);
  const isLoaded = stored && (release !== '4.57.6' || !unlisted(evidence).includes(output));
  if (!flag) return isLoaded ? 'own' : 'random';
  // Of a tied pair, 5.x takes whichever is stored.
  if (!stored || !hasEmbedding) return stored || hasEmbedding ? 'tied' : 'random';
  const equality = pairOf(evidence)?.equality ?? 'unknown';
  if (equality === 'equal' || equality === 'likely-equal') return 'tied';
  if (equality === 'unknown') return 'unknown';
  return release === '4.57.6' ? 'overwritten' : 'kept-though-tied';
}

/** Which values the head has once a release has loaded it; null where it has no such head. */
export function headBy(evidence: Evidence, release: Release): 'stored' | 'embedding' | 'random' | null {
  switch (headIn(evidence, release)) {
    case 'own': case 'kept-though-tied': return 'stored';
    case 'tied': case 'overwritten': return 'embedding';
    // Both are stored and tied: 5.x keeps the stored one, 4.57 does not.
    case 'unknown': return release === '4.57.6' ? 'embedding' : 'stored';
    case 'random': return 'random';
    case 'none': return null;
  }
}

/** Names on disk that no loader makes anything of: unexpected ones, and those on its ignore lists. */
export function unusedNames({ unexpected, ignored }: Comparison): ReadonlySet<string> {
  return new Set([...unexpected.map(({ name }) => name), ...ignored.checkpoint]);
}

/** Parameters of the model that a shard holds and the index does not list: 4.57 and vLLM do not load them. By their names in memory. */
export function unlisted({ comparison, checkpoint }: Evidence): string[] {
  const { tensors } = checkpoint;
  const rows = indexAgreement(checkpoint).unlisted;
  if (rows.size === 0) return [];
  const unused = unusedNames(comparison);
  const found: string[] = [];
  for (const [memory, row] of comparison.stored) {
    if (rows.has(row) && !unused.has(tensors.name(row))) found.push(memory);
  }
  return found;
}
