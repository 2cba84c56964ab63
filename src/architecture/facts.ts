/**
 * The shape of what is known of transformers' model classes. The data is generated (`scripts/facts/`) by building
 * every class of each release and looking at it; nothing here is written by hand.
 *
 * In patterns `*` stands for one whole-number segment of a dotted name (a layer, an expert). `disk` names are the
 * ones that `save_pretrained` of that release writes; `memory` names are those of `state_dict()`.
 */
export const RELEASES = ['4.57.6', '5.18.0'] as const;
export type Release = (typeof RELEASES)[number];

/** What a class is for, after the auto class that offers it. */
export type Task =
  | 'base' | 'causal-lm' | 'masked-lm' | 'seq2seq-lm' | 'sequence-classification' | 'token-classification'
  | 'question-answering' | 'multiple-choice' | 'image-text-to-text' | 'image-classification' | 'audio' | 'other';

/** `target` shares the storage of `source`. Both are memory patterns. */
export interface Tie {
  readonly target: string;
  readonly source: string;
  /** False: shared whatever `tie_word_embeddings` says. */
  readonly byFlag: boolean;
}

/** One parameter (or persistent buffer) of a class. */
export interface ParameterFacts {
  readonly disk: string;
  readonly memory: string;
  /**
   * Dimensions, outermost first: a number, the config key (dotted path) whose value it always equalled while the
   * generator varied the config, or null where none did. Null for the whole where even the rank varied.
   */
  readonly dims: readonly (string | number | null)[] | null;
}

/** Parameters that were always present or absent together, within one layer (or, at the top level, within the model). */
export interface ParameterGroup {
  /** `''` for the top level, else the pattern of the innermost layer list it repeats with: `model.layers.*`. Disk names. */
  readonly scope: string;
  /** `always`: in every layer of the scope in every configuration that was built. */
  readonly presence: 'always' | 'sometimes';
  readonly parameters: readonly ParameterFacts[];
}

export interface ClassFacts {
  readonly class: string;
  readonly modelType: string;
  readonly release: Release;
  readonly tasks: readonly Task[];
  /** `base_model_prefix`; `''` where there is none. */
  readonly prefix: string;
  /** Whether this is the bare class: the one that heads are put on. */
  readonly bare: boolean;
  /** Memory name of the weight of `get_output_embeddings()`, or null. */
  readonly outputEmbedding: string | null;
  /** Memory name of the weight of `get_input_embeddings()`, or null. */
  readonly inputEmbedding: string | null;
  /** Memory patterns of what this class has and its bare class has not: its head. */
  readonly head: readonly string[];
  readonly ties: readonly Tie[];
  /** Where this release reads the tie flag for this class, as a dotted config path, and what counts where it is absent. */
  readonly tieFlag: { readonly path: string; readonly default: boolean };
  /** Regular expressions (Python syntax that JavaScript shares) from `_keys_to_ignore_on_load_missing` / `_unexpected`. */
  readonly ignoreMissing: readonly string[];
  readonly ignoreUnexpected: readonly string[];
  /** Layer lists: disk pattern without the number → config key (dotted path) that says how many, or null. */
  readonly layers: Readonly<Record<string, string | null>>;
  readonly groups: readonly ParameterGroup[];
}

/** How a release maps names on disk to names in memory when it loads a class of this model type. Applied in order. */
export type Conversion =
  | { readonly kind: 'rename'; /** JavaScript regular expression */ readonly from: string; /** replacement with `$1` groups */ readonly to: string }
  | { readonly kind: 'merge'; /** disk patterns */ readonly from: readonly string[]; /** memory patterns */ readonly to: readonly string[]; /** names of the operations, in order: Concatenate, MergeModulelist, … */ readonly operations: readonly string[] };

/** All that is known of one `model_type`. */
export interface ModelTypeFacts {
  readonly modelType: string;
  readonly classes: readonly ClassFacts[];
  /** Class that each auto class would choose, by release. */
  readonly auto: Readonly<Record<Release, Readonly<Partial<Record<Task, string>>>>>;
  readonly conversions: Readonly<Record<Release, readonly Conversion[]>>;
}
