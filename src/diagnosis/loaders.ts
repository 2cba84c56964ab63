import type { ClassFacts, Release } from '../architecture/facts.ts';
import { mapToMemory } from '../architecture/prefix.ts';
import { isOfMlx } from '../comparison/mlx.ts';
import type { TensorTable } from '../format/tensor-table.ts';
import { fileName } from '../inventory/weight-files.ts';
import type { Evidence } from './evidence.ts';
import { headIn, unlisted, unusedNames } from './head-outcome.ts';
import type { HeadOutcome } from './head-outcome.ts';
import { lacksConfig, lostIndex } from './lost-documents.ts';
import { llamaCpp } from './llama-cpp.ts';
import type { Prose } from './prose.ts';
import { prose } from './prose.ts';
import { repeatedName, repeatedPrefix } from './repeated-prefix.ts';
import { lacksServedPrefix } from './served-prefix.ts';
import { cannotUnpack, isOfOtherTools } from './unpacking.ts';
import { newValues, someNames, words } from './words.ts';

/** What a loader will do with the checkpoint, in a sentence. */
export interface LoaderOutcome {
  readonly loader: string;
  readonly outcome: Prose;
}

/**
 * What transformers 4, transformers 5 and vLLM (of a GGUF file, llama.cpp) will do, by the tie rules that each follows (transformers: run, see
 * `scripts/facts/`; vLLM: its rule since August 2026, vllm#51063) and by what is missing.
 */
export function loaderOutcomes(evidence: Evidence): LoaderOutcome[] {
  const { intent, checkpoint, quantization } = evidence;
  if (checkpoint.format === 'gguf') {
    const outcome = llamaCpp(evidence);
    return outcome === null ? [] : [{ loader: 'llama.cpp', outcome }];
  }
  if (checkpoint.format !== 'safetensors' && checkpoint.format !== 'torch') return [];
  if (intent.facts === null) return withoutClass(evidence);
  // What each loader makes of values that it can't unpack differs from release to release.
  if (quantization !== null && quantization.lacking.length > 0) return [];
  // That we could not reach a file says nothing of what a loader will find.
  if (checkpoint.problems.some(({ kind }) => kind === 'unreachable')) return [];
  // MLX keeps convolutions in another order, and made nothing for other loaders.
  if (isOfMlx(checkpoint) && quantization?.isOfMlx !== true && holdsConvolutions(checkpoint.tensors)) return [];
  const refusal = refusalOf(evidence);
  const served = isServed(intent.facts) && !isOfOtherTools(quantization);
  // transformers finds a variant only when told of it; vLLM takes every file of weights.
  const variant = checkpoint.variant === null ? words('') : prose`finds no weights, unless given ${`variant="${checkpoint.variant}"`}: then it `;
  return [
    { loader: 'transformers 4.57', outcome: [...variant, ...transformers(seenBy(evidence, '4.57.6'), '4.57.6', refusal)] },
    { loader: 'transformers 5.18', outcome: [...variant, ...transformers(seenBy(evidence, '5.18.0'), '5.18.0', refusal)] },
    ...(served ? [{ loader: 'vLLM', outcome: vllm(evidence, refusal) }] : []),
  ];
}

function holdsConvolutions(tensors: TensorTable): boolean {
  for (let row = 0; row < tensors.length; row++) if (tensors.shape(row).length > 2) return true;
  return false;
}

/** What is certain of any class: nothing loads behind a config.json that cannot be parsed. */
function withoutClass({ checkpoint }: Evidence): LoaderOutcome[] {
  const config = checkpoint.problems.find(({ kind, path }) => kind === 'malformed-json' && fileName(path) === 'config.json');
  if (config === undefined) return [];
  const outcome = prose`refuses: ${config.path} cannot be parsed`;
  return ['transformers 4.57', 'transformers 5.18', 'vLLM'].map((loader) => ({ loader, outcome }));
}

/** The evidence as a release sees it, where releases see different names in the files: what it makes nothing of is missing to it. */
function seenBy(evidence: Evidence, release: Release): Evidence {
  const repeated = repeatedPrefix(evidence);
  const lost = repeated?.lost[release] ?? null;
  if (repeated === null || lost === null) return evidence;
  const { inner, checkpoint } = evidence;
  // What no release knows is no loss.
  const unused = unusedNames(inner);
  const gone = [...inner.stored].flatMap(([memory, row]) => (lost.has(row) && !unused.has(checkpoint.tensors.name(row)) ? [{ ...checkpoint.tensors.info(row), memory, declaredIn: null }] : []));
  const stored = new Map([...inner.stored].filter(([, row]) => !lost.has(row)));
  return { ...evidence, comparison: { ...inner, missing: [...inner.missing, ...gone], stored } };
}

/** Whether vLLM is known to serve the class: those that generate text. Of encoders and classifiers it has its own, and follows other rules. */
export function isServed({ tasks }: ClassFacts): boolean {
  return tasks.includes('causal-lm') || tasks.includes('image-text-to-text');
}

/** Why any loader stops before it has read all weights, or null. */
function refusalOf({ checkpoint, losses }: Evidence): Prose | null {
  if (lacksConfig(checkpoint)) return prose`refuses: there is no ${'config.json'}`;
  const document = checkpoint.problems.find(({ kind }) => kind === 'malformed-json');
  if (document !== undefined) return prose`refuses: ${document.path} cannot be parsed`;
  const [absent] = checkpoint.parts.filter((part) => part.state === 'absent');
  if (absent !== undefined) return prose`refuses: ${absent.path} is not there`;
  const unsafe = checkpoint.problems.find(({ kind }) => kind === 'unsafe-pickle');
  if (unsafe !== undefined) return prose`refuses: ${unsafe.path} names code beyond tensors (PyTorch before 2.6 may run it)`;
  const broken = checkpoint.problems.find(({ kind }) => kind !== 'header-warning');
  if (broken !== undefined) return prose`refuses: ${broken.path} cannot be read`;
  const [shape] = [...losses.empty, ...losses.vocabulary, ...losses.shapes, ...(losses.sliced?.parameters ?? [])];
  return shape === undefined ? null : prose`stops with a size error at ${shape.name}`;
}

/** Why transformers stops where vLLM, which takes every shard that it finds, does not; or null. */
function refusalOfTransformers(evidence: Evidence, release: Release): Prose | null {
  const { checkpoint } = evidence;
  const index = lostIndex(checkpoint);
  if (index !== null) return prose`refuses: ${index} is not there`;
  if (checkpoint.index?.hasMetadata === false) return prose`refuses: ${checkpoint.index.path} has no ${'metadata'}`;
  const misplaced = release === '4.57.6' ? misplacedBy4(evidence) : null;
  if (misplaced !== null) return prose`refuses: ${misplaced} stands among names without the base prefix`;
  const noFormat = checkpoint.shards.some(({ path, metadata }) => path.endsWith('.safetensors') && metadata !== null && metadata['format'] === undefined);
  return release === '4.57.6' && noFormat ? prose`refuses: a header has no ${'format'} in its metadata` : null;
}

/** A name for which 4.57 takes the whole checkpoint for corrupted: it puts the lost base prefix before every name, the head's too. */
function misplacedBy4({ comparison, intent, checkpoint }: Evidence): string | null {
  const facts = intent.byRelease['4.57.6'];
  return comparison.prefixLost && facts !== null ? mapToMemory(checkpoint.tensors.columns.names, facts).refused : null;
}

function transformers(evidence: Evidence, release: Release, refusal: Prose | null): Prose {
  const { intent } = evidence;
  if (intent.byRelease[release] === null) return prose`nothing is known of ${intent.intendedClass ?? 'this class'} in this release`;
  const stop = refusal ?? refusalOfTransformers(evidence, release) ?? cannotUnpack(evidence.quantization, release);
  if (stop !== null) return stop;
  const empty = release === '4.57.6' ? leftEmpty(evidence) : [];
  if (empty.length > 0) return prose`loads without a warning and leaves ${someNames(empty)} without values`;
  const outcome = headIn(evidence, release);
  const random = randomCount(evidence) + (release === '4.57.6' ? unlisted(evidence).length : 0) + (outcome === 'random' && isUntiedHere(evidence, release) ? 1 : 0);
  const head = headSentence(outcome, evidence, random);
  if (random === 0) return [...prose`loads`, ...(head === null ? words(evidence.comparison.unexpected.length === 0 ? ' it whole' : ', with nothing missing') : [...words('; '), ...head])];
  const rest = prose`loads, warns, and fills ${random} ${words(random === 1 ? 'parameter' : 'parameters')} with ${newValues([...evidence.comparison.missing, ...evidence.comparison.undelivered])}`;
  return head === null ? rest : [...rest, ...words('; '), ...head];
}

/** Whether the head is tied to the release that judges, so that it is in no list, and not to this one: then it is lost here alone. */
function isUntiedHere({ intent, comparison }: Evidence, release: Release): boolean {
  const output = intent.byRelease[release]?.outputEmbedding ?? null;
  return output !== null && intent.ties[release]?.flag === false && output === intent.facts?.outputEmbedding && comparison.tied.some(({ memory }) => memory === output);
}

function randomCount({ comparison }: Evidence): number {
  return comparison.missing.length + comparison.undelivered.length;
}

/**
 * What 4.57 leaves without values and says nothing of (run): it takes the index's word for what the shards hold, and
 * the word of a tie for the embedding that only the head would fill.
 */
function leftEmpty({ intent, comparison, checkpoint: { index } }: Evidence): string[] {
  const promised = comparison.missing.flatMap(({ name }) => (index?.weightMap.has(name) === true ? [name] : []));
  const { outputEmbedding: output = null, inputEmbedding: input = null } = intent.byRelease['4.57.6'] ?? {};
  const isOnlyHead = intent.ties['4.57.6']?.flag === true && output !== null && input !== null && comparison.stored.has(output) && !comparison.stored.has(input);
  return isOnlyHead ? [...promised, output, input] : promised;
}

function headSentence(head: HeadOutcome, { intent, losses }: Evidence, random: number): Prose | null {
  const name = intent.heads.head ?? 'the head';
  // What is tied is one matrix; the rest of a head (BERT's) can be lost all the same.
  const partsLost = losses.head.some(({ memory }) => memory !== intent.heads.head);
  switch (head) {
    case 'own': return words('the head is the stored one');
    case 'tied': return partsLost ? prose`${name} is the embedding` : words('the head is the embedding');
    case 'overwritten': return prose`the stored ${name} is thrown away for the embedding`;
    case 'kept-though-tied': return prose`the stored ${name} is kept, with a warning, although the config ties it`;
    case 'unknown': return prose`${name} and the embedding are both stored and tied; whether they are equal is not known`;
    // A head that a release is told to ignore is among nobody's missing.
    case 'random': return random > 0 ? prose`${name} is among them` : null;
    case 'none': return null;
  }
}

/** A parameter that vLLM looks for under the base prefix, and that is stored without it. */
function withoutPrefix({ comparison, intent, checkpoint }: Evidence): { readonly memory: string; readonly name: string } | null {
  if (!lacksServedPrefix(comparison, intent.facts)) return null;
  const found = [...comparison.stored].map(([memory, row]) => ({ memory, name: checkpoint.tensors.name(row) })).find(({ memory, name }) => memory !== name && memory.endsWith(`.${name}`));
  return found ?? null;
}

/** vLLM takes the class from `architectures`, follows the 5.x tie rule, ties an untied config that has no head, and refuses other gaps. */
function vllm(evidence: Evidence, refusal: Prose | null): Prose {
  const { intent, losses, comparison } = evidence;
  if (refusal !== null) return refusal;
  const repeated = repeatedPrefix(evidence);
  if (repeated !== null) return prose`refuses: it knows no ${repeatedName(repeated, evidence.checkpoint)}`;
  if (intent.bare && intent.head.expected === true) return prose`takes ${intent.class ?? ''} at its word: an embedding model, no text`;
  const bare = withoutPrefix(evidence);
  if (bare !== null) return prose`refuses: it looks for ${bare.memory} and finds ${bare.name}`;
  const others = comparison.missing.filter(({ memory }) => !losses.head.some((head) => head.memory === memory));
  if (others.length > 0 || unlisted(evidence).length > 0 || losses.head.some(({ memory }) => memory !== intent.heads.head)) return words('refuses: weights were not initialised from the checkpoint');
  if (losses.head.length > 0 && intent.head.expected === true) return words('ties the missing head to the embedding, with a warning, and serves wrong answers');
  const head = headSentence(headIn(evidence, '5.18.0'), evidence, 0);
  if (head === null) return words(comparison.unexpected.length === 0 ? 'loads it whole' : 'loads, with nothing missing');
  return [...words('loads; '), ...head];
}
