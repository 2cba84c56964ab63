import type { ClassFacts } from '../architecture/facts.ts';
import type { Comparison } from './comparison.ts';
import type { HeadNames, Intent } from './intent.ts';

/** Names of output embeddings and of input embeddings in the wild, for classes of which nothing is known. */
const HEAD_NAMES = /(?:^|\.)(?:lm_head|embed_out|output_layer|output|ff_out|lm_head\.linear)\.weight$/;
const EMBEDDING_NAMES = /(?:^|\.)(?:embed_tokens|wte|word_embeddings|tok_embeddings|embed_in|embeddings|shared|embedding)\.weight$/;

/** The names of head and embedding: by the facts of the class, else by the names that the field uses, among the parameters at hand. */
export function headNames(facts: ClassFacts | null, known: Iterable<string>): HeadNames {
  if (facts !== null) return { head: facts.outputEmbedding, embedding: facts.inputEmbedding };
  let head: string | null = null;
  let embedding: string | null = null;
  for (const name of known) {
    if (head === null && HEAD_NAMES.test(name) && !/\.\d+\./.test(name)) head = name;
    if (embedding === null && EMBEDDING_NAMES.test(name) && !/\.\d+\./.test(name)) embedding = name;
  }
  return { head, embedding };
}

/** A parameter that some release ties to another although both are stored. */
export interface StoredPair {
  /** Names in memory. */
  readonly target: string;
  readonly source: string;
  readonly targetRow: number;
  readonly sourceRow: number;
}

/** Pairs that are both stored and that at least one release ties: only their bytes tell whether anything is lost. */
export function storedPairs(intent: Intent, comparison: Comparison): StoredPair[] {
  const pairs = new Map<string, StoredPair>();
  for (const release of ['4.57.6', '5.18.0'] as const) {
    const facts = intent.byRelease[release];
    const flag = intent.ties[release]?.flag === true;
    for (const { target, source, byFlag } of facts?.ties ?? []) {
      if ((byFlag && !flag) || target.includes('*')) continue;
      const targetRow = comparison.stored.get(target);
      const sourceRow = comparison.stored.get(source);
      if (targetRow !== undefined && sourceRow !== undefined && targetRow !== sourceRow) pairs.set(target, { target, source, targetRow, sourceRow });
    }
  }
  const { head, embedding } = intent.heads;
  const [targetRow, sourceRow] = [head, embedding].map((name) => (name === null ? undefined : comparison.stored.get(name)));
  if (intent.facts === null && intent.tied === true && head !== null && embedding !== null && targetRow !== undefined && sourceRow !== undefined) {
    pairs.set(head, { target: head, source: embedding, targetRow, sourceRow });
  }
  return [...pairs.values()];
}
