import { classFacts, intendedClass, releaseOf } from '../architecture/index.ts';
import { RELEASES } from '../architecture/facts.ts';
import type { ClassFacts, ModelTypeFacts, Release } from '../architecture/facts.ts';
import { resolveTieFlag } from '../architecture/ties.ts';
import type { Checkpoint, JsonObject } from '../inventory/checkpoint.ts';
import { architectures, hasRemoteCode, modelType, transformersVersion, valueAt } from '../inventory/config.ts';
import { carriesHeads, classOfStoredHead, generativeClass, holdsEachStack, isEncoder, otherWhole } from './class-choice.ts';
import { headNames } from './head.ts';
import { classOfLabels } from './labels.ts';
import type { HeadExpectation, Intent, TieState } from './intent.ts';

/** Pipeline tags of models that are used without a language-model head. */
const EMBEDDING_TAGS = new Set(['feature-extraction', 'sentence-similarity', 'image-feature-extraction', 'text-ranking', 'visual-document-retrieval']);

/**
 * Works out what a checkpoint is meant to be, from its config, its base's, its card, and the facts of its model type.
 * @param declared the class that its team says it releases, where it does: that decides
 */
export function resolveIntent(checkpoint: Checkpoint, base: Checkpoint | null, facts: ModelTypeFacts | null, declared: string | null = null): Intent {
  const config = checkpoint.config ?? base?.config ?? null;
  const own = architectures(config)[0] ?? null;
  const writtenBy = releaseOf(transformersVersion(config) ?? undefined);
  const bare = own !== null && isBare(own, facts);
  const { intended, head } = declared === null ? chooseClass(own, bare, checkpoint, base, facts) : asDeclared(declared, facts);
  const byRelease = perRelease((release) => (facts === null || intended === null ? null : classFacts(facts, intended, release)));
  const ties = perRelease((release) => tieState(config, byRelease[release]));
  // The newer of two releases reads the names of both.
  const ofBase = base === null ? null : releaseOf(transformersVersion(base.config) ?? undefined);
  const reader = writtenBy !== null && ofBase !== null && RELEASES.indexOf(ofBase) > RELEASES.indexOf(writtenBy) ? ofBase : writtenBy;
  const intendedFacts = (reader === null ? null : byRelease[reader]) ?? (writtenBy === null ? null : byRelease[writtenBy]) ?? byRelease['5.18.0'] ?? byRelease['4.57.6'];
  return {
    modelType: modelType(config),
    class: own,
    intendedClass: intended,
    isDeclared: declared !== null,
    bare,
    bareClass: facts === null ? null : bareClass(facts),
    head,
    writtenBy,
    facts: intendedFacts,
    byRelease,
    heads: headNames(intendedFacts, (base ?? checkpoint).tensors.columns.names),
    ties,
    tied: decideTie(config, base?.config ?? null, ties, writtenBy),
    remoteCode: intendedFacts === null && hasRemoteCode(config),
  };
}

/** The class that the auto class for bare models chooses, by the first release that has one. */
function bareClass(facts: ModelTypeFacts): string | null {
  return RELEASES.map((release) => intendedClass(facts, 'base', release)).find((name) => name !== null) ?? null;
}

function perRelease<T>(value: (release: Release) => T): Readonly<Record<Release, T>> {
  return { '4.57.6': value('4.57.6'), '5.18.0': value('5.18.0') };
}

/**
 * Whether a class is the one that heads are put on. By its facts; of a model type that is not known, by the convention
 * of its name. A class of its own beside those of a known model type (`LlamaForRewardModel`) is not that type's bare one.
 */
function isBare(name: string, facts: ModelTypeFacts | null): boolean {
  // Where a model type has no bare class, its auto class for bare models offers the class with the head.
  if (facts !== null) return facts.classes.some((entry) => entry.class === name && entry.bare && entry.outputEmbedding === null && carriesHeads(facts, entry));
  return name.endsWith('Model') && !/(?:LMHead|DoubleHeads|With\w*Head|For[A-Z]|Reward)\w*Model$/.test(name);
}

interface Choice {
  readonly intended: string | null;
  readonly head: HeadExpectation;
}

function asDeclared(declared: string, facts: ModelTypeFacts | null): Choice {
  if (isBare(declared, facts)) return { intended: declared, head: { expected: false, evidence: ['released as ', declared, ', as declared'] } };
  return { intended: declared, head: { expected: true, from: 'declared' } };
}

function chooseClass(own: string | null, bare: boolean, checkpoint: Checkpoint, base: Checkpoint | null, facts: ModelTypeFacts | null): Choice {
  const ofBase = classOfBase(base, checkpoint, facts);
  const embedding = embeddingEvidence(checkpoint);
  if (own !== null && !bare) return { intended: own, head: { expected: true, from: 'architectures' } };
  if (embedding !== null) return { intended: own ?? ofBase, head: { expected: false, evidence: embedding } };
  // A model of another type is a part of the base (the vision tower of CLIP), and no bare form of its class.
  const isPart = own !== null && modelType(checkpoint.config) !== modelType(base?.config ?? null);
  if (ofBase !== null && !isPart) return fromBase(own, ofBase, facts);
  const auto = facts === null ? null : generativeClass(facts, checkpoint.config);
  const byHead = own === null && facts !== null ? classOfStoredHead(facts, checkpoint) : null;
  if (byHead !== null) return { intended: byHead, head: { expected: true, from: 'auto-class' } };
  // A generative class without a head of its own in the file may be whole: its head can be the embedding.
  const labelled = base !== null || facts === null || (own === null && !isEncoder(facts, checkpoint.config)) ? null : classOfLabels(facts, checkpoint);
  if (labelled !== null) return { intended: labelled.class, head: { expected: true, from: 'labels', labels: labelled.labels, problemType: labelled.problemType, others: labelled.others } };
  const bareName = facts === null ? null : bareClass(facts);
  const chosen = auto ?? bareName;
  const other = own === null && facts !== null && chosen !== null ? otherWhole(facts, chosen, checkpoint) : null;
  if (other !== null && chosen !== null) return { intended: null, head: { expected: null, reason: ['', 'config.json', ' names no class, and what is stored is all of ', other, ' and not of ', chosen] } };
  // An encoder that stores no head may be one that has none, as where its config names the bare class.
  if (own === null && auto !== null && !isEncoder(facts, checkpoint.config)) return { intended: auto, head: { expected: true, from: 'auto-class' } };
  // Of a model in halves (CLIP) the class without a head is the whole that is released.
  if (own === null && bareName !== null && !isBare(bareName, facts)) return { intended: bareName, head: { expected: true, from: 'auto-class' } };
  if (base?.within !== undefined && (auto === null || isEncoder(facts, checkpoint.config))) return { intended: own, head: { expected: false, evidence: ['', base.within, ' of the base'] } };
  if (auto === null || isEncoder(facts, checkpoint.config)) {
    const reason = own === null ? ['', 'config.json', ' names no class'] : ['', own, ' is a bare class, and nothing says which class it was made from'];
    // Whatever head an encoder had, it has what the bare class has.
    const isOfBare = own === null && facts !== null && isEncoder(facts, checkpoint.config) && bareName !== null && holdsEachStack(facts, bareName, checkpoint);
    return { intended: isOfBare ? bareName : own, head: { expected: null, reason } };
  }
  return { intended: auto, head: { expected: true, from: 'auto-class' } };
}

/** The class that a base names; of one that names none and is of the same model type, the one whose head it stores. */
function classOfBase(base: Checkpoint | null, checkpoint: Checkpoint, facts: ModelTypeFacts | null): string | null {
  const named = architectures(base?.config ?? null)[0] ?? null;
  if (named !== null || base === null || facts === null || modelType(base.config) !== modelType(checkpoint.config)) return named;
  return classOfStoredHead(facts, base);
}

function fromBase(own: string | null, ofBase: string, facts: ModelTypeFacts | null): Choice {
  if (own !== null && isBare(ofBase, facts)) return { intended: own, head: { expected: false, evidence: ['the base is a bare ', ofBase, ' too'] } };
  return { intended: ofBase, head: { expected: true, from: 'base' } };
}

/** What shows that a model is used without a language-model head, or has none by its kind (one of diffusers), or null. */
function embeddingEvidence(checkpoint: Checkpoint): readonly [string, string, string] | null {
  if (checkpoint.loadedAs !== undefined) return ['the pipeline loads it as ', checkpoint.loadedAs, ''];
  if (typeof checkpoint.config?.['_class_name'] === 'string') return ['', '_class_name', ' of diffusers'];
  if (checkpoint.sentenceTransformers !== null) return ['', checkpoint.sentenceTransformers, ''];
  const { card } = checkpoint;
  if (card === null) return null;
  if (card.pipelineTag !== null && EMBEDDING_TAGS.has(card.pipelineTag)) return ['', `pipeline_tag: ${card.pipelineTag}`, ''];
  if (card.libraryName === 'sentence-transformers') return ['', 'library_name: sentence-transformers', ''];
  return card.tags.includes('sentence-transformers') ? ['tag ', 'sentence-transformers', ''] : null;
}

function tieState(config: JsonObject | null, facts: ClassFacts | null): TieState | null {
  if (facts === null) return null;
  const { value, origin, path } = resolveTieFlag(config ?? {}, facts);
  return { flag: value, origin, path };
}

/** The tie flag of the release that wrote the checkpoint; where that is unknown, what all releases agree on, or what is written (`weight_tying` is the word of OLMo's and LLaDA's own code). */
function decideTie(config: JsonObject | null, baseConfig: JsonObject | null, ties: Intent['ties'], writtenBy: Release | null): boolean | null {
  // A config that is not there, or can't be parsed, is no config that leaves the flag out.
  if (config === null) return null;
  const deciding = writtenBy === null ? null : ties[writtenBy];
  if (deciding !== null) return deciding.flag;
  const known = RELEASES.flatMap((release) => ties[release] ?? []);
  const [first] = known;
  if (first !== undefined && known.every((state) => state.flag === first.flag)) return first.flag;
  const written = valueAt(config, 'tie_word_embeddings') ?? valueAt(config, 'text_config.tie_word_embeddings') ?? valueAt(config, 'weight_tying') ?? valueAt(baseConfig, 'tie_word_embeddings');
  return typeof written === 'boolean' ? written : null;
}
