import type { ClassFacts, Release } from '../architecture/facts.ts';

/** Why the head is looked for, or not. */
export type HeadExpectation =
  | { readonly expected: true; /** where that is known from; `declared`: the team says which class it releases */ readonly from: 'architectures' | 'base' | 'auto-class' | 'declared' }
  | { readonly expected: true; /** what config.json says of a head of labels */ readonly from: 'labels'; readonly labels: readonly string[]; readonly problemType: string | null; /** other classes that it may have been */ readonly others: readonly string[] }
  | { readonly expected: false; /** what shows it: a name, and what stands before and after it */ readonly evidence: readonly [before: string, name: string, after: string] }
  | { readonly expected: null; /** text and names by turns, text first */ readonly reason: readonly string[] };

/** A head and the embedding that it may be tied to, by their names in memory; null where a class has none or none is known. */
export interface HeadNames {
  readonly head: string | null;
  readonly embedding: string | null;
}

/** What one release makes of the tie between head and embedding. */
export interface TieState {
  /** Whether `tie_word_embeddings` counts as set. */
  readonly flag: boolean;
  /** `config`: written in config.json; `default`: absent there; `class`: the class decides, whatever is written. */
  readonly origin: 'config' | 'default' | 'class';
  /** Dotted path in config.json at which this release looks. */
  readonly path: string;
}

/** What a checkpoint is meant to be. */
export interface Intent {
  readonly modelType: string | null;
  /** First entry of `architectures`. */
  readonly class: string | null;
  /** The class that it ought to load into: the same, or, for one saved from its bare class, the class with the head. */
  readonly intendedClass: string | null;
  /** Whether the intended class is the one that its team says it releases. */
  readonly isDeclared: boolean;
  /** Whether `architectures` names a bare class. */
  readonly bare: boolean;
  /** Name of the bare class of the model type, or null. */
  readonly bareClass: string | null;
  readonly head: HeadExpectation;
  /** Release whose rules the checkpoint follows, after its `transformers_version`; null where it does not say. */
  readonly writtenBy: Release | null;
  /** Facts of the intended class in the release that judges: the one that wrote it, else the newest that has the class. */
  readonly facts: ClassFacts | null;
  /** Facts of the intended class by release. */
  readonly byRelease: Readonly<Record<Release, ClassFacts | null>>;
  /** Names in memory of the head's weight and of the input embedding: by the facts, else by the names that the field uses. */
  readonly heads: HeadNames;
  /** The tie flag as each release sees it; null where the class is unknown to it. */
  readonly ties: Readonly<Record<Release, TieState | null>>;
  /** Whether the tie flag counts as set; null where releases disagree and nothing says which one wrote it. */
  readonly tied: boolean | null;
  /** Set where the class is defined by code in the repo (`auto_map`): its names can't be known. */
  readonly remoteCode: boolean;
}
