import type { Release } from '../architecture/facts.ts';
import type { ComparedPair, Evidence } from './evidence.ts';
import type { Prose } from './prose.ts';
import { prose } from './prose.ts';
import { words } from './words.ts';

/** What a loader will do with the checkpoint, in a sentence. */
export interface LoaderOutcome {
  readonly loader: string;
  readonly outcome: Prose;
}

/** What becomes of the head in one release. */
type HeadOutcome = 'own' | 'tied' | 'overwritten' | 'kept-though-tied' | 'random' | 'none' | 'unknown';

/**
 * What transformers 4, transformers 5 and vLLM will do, by the tie rules that each follows (transformers: run, see
 * `scripts/facts/`; vLLM: its rule since August 2026, vllm#51063) and by what is missing.
 */
export function loaderOutcomes(evidence: Evidence): LoaderOutcome[] {
  const { intent } = evidence;
  if (evidence.checkpoint.format !== 'safetensors' && evidence.checkpoint.format !== 'torch') return [];
  if (intent.facts === null) return [];
  // What each loader makes of values that it can't unpack differs from release to release.
  if (evidence.quantization !== null && evidence.quantization.lacking.length > 0) return [];
  const refusal = refusalOf(evidence);
  return [
    { loader: 'transformers 4.57', outcome: transformers(evidence, '4.57.6', refusal) },
    { loader: 'transformers 5.18', outcome: transformers(evidence, '5.18.0', refusal) },
    { loader: 'vLLM', outcome: vllm(evidence, refusal) },
  ];
}

/** Why any loader stops before it reads a weight, or null. */
function refusalOf({ checkpoint, losses }: Evidence): Prose | null {
  const [absent] = checkpoint.parts.filter((part) => part.state === 'absent');
  if (absent !== undefined) return prose`refuses: ${absent.path} is not there`;
  const broken = checkpoint.problems.find(({ kind }) => kind !== 'header-warning' && kind !== 'malformed-json');
  if (broken !== undefined) return prose`refuses: ${broken.path} cannot be read`;
  const [shape] = [...losses.empty, ...losses.vocabulary, ...losses.shapes, ...(losses.sliced?.parameters ?? [])];
  return shape === undefined ? null : prose`stops with a size error at ${shape.name}`;
}

function transformers(evidence: Evidence, release: Release, refusal: Prose | null): Prose {
  const { intent, checkpoint } = evidence;
  if (intent.byRelease[release] === null) return prose`does not know ${intent.intendedClass ?? 'this class'}`;
  const noFormat = checkpoint.shards.some(({ path, metadata }) => path.endsWith('.safetensors') && metadata !== null && metadata['format'] === undefined);
  if (refusal !== null) return refusal;
  if (release === '4.57.6' && noFormat) return prose`refuses: a header has no ${'format'} in its metadata`;
  const head = headSentence(headIn(evidence, release), evidence);
  const random = randomCount(evidence);
  if (random === 0) return [...prose`loads`, ...(head === null ? words(' it whole') : [...words('; '), ...head])];
  const rest = prose`loads, warns, and starts ${random} ${words(random === 1 ? 'parameter' : 'parameters')} from random numbers`;
  return head === null ? rest : [...rest, ...words('; '), ...head];
}

function randomCount({ comparison }: Evidence): number {
  return comparison.missing.length + comparison.undelivered.length;
}

function pairOf(evidence: Evidence): ComparedPair | undefined {
  return evidence.pairs.find(({ target }) => target === evidence.intent.heads.head);
}

/** The tie table: 4.57 ties whenever the flag says so; 5.x keeps a stored head that differs. */
function headIn(evidence: Evidence, release: Release): HeadOutcome {
  const { intent, comparison } = evidence;
  const output = intent.byRelease[release]?.outputEmbedding ?? null;
  const flag = intent.ties[release]?.flag;
  if (output === null || flag === undefined) return 'none';
  const input = intent.byRelease[release]?.inputEmbedding ?? null;
  const stored = comparison.stored.has(output);
  const hasEmbedding = input !== null && comparison.stored.has(input);
  if (!flag) return stored ? 'own' : 'random';
  if (!stored) return hasEmbedding ? 'tied' : 'random';
  const equality = pairOf(evidence)?.equality ?? 'unknown';
  if (equality === 'equal' || equality === 'likely-equal') return 'tied';
  if (equality === 'unknown') return 'unknown';
  return release === '4.57.6' ? 'overwritten' : 'kept-though-tied';
}

function headSentence(head: HeadOutcome, { intent, comparison }: Evidence): Prose | null {
  const name = intent.heads.head ?? 'the head';
  switch (head) {
    case 'own': return words('the head is the stored one');
    case 'tied': return words('the head is the embedding');
    case 'overwritten': return prose`the stored ${name} is thrown away for the embedding`;
    case 'kept-though-tied': return prose`the stored ${name} is kept, with a warning, although the config ties it`;
    case 'unknown': return prose`${name} and the embedding are both stored and tied; whether they are equal is not known`;
    case 'random': return comparison.missing.length > 0 ? prose`${name} is among them` : null;
    case 'none': return null;
  }
}

/** vLLM takes the class from `architectures`, follows the 5.x tie rule, ties an untied config that has no head, and refuses other gaps. */
function vllm(evidence: Evidence, refusal: Prose | null): Prose {
  const { intent, losses, comparison } = evidence;
  if (refusal !== null) return refusal;
  if (intent.bare && intent.head.expected === true) return prose`takes ${intent.class ?? ''} at its word: an embedding model, no text`;
  const others = comparison.missing.filter(({ memory }) => !losses.head.some((head) => head.memory === memory));
  if (others.length > 0) return words('refuses: weights were not initialised from the checkpoint');
  if (losses.head.length > 0 && intent.head.expected === true) return words('ties the missing head to the embedding, with a warning, and serves wrong answers');
  const head = headSentence(headIn(evidence, '5.18.0'), evidence);
  return head === null ? words('loads it whole') : [...words('loads; '), ...head];
}
