/**
 * The shape of what is known of transformers' model classes. The data is generated (`scripts/facts/`) by building
 * every class of each release under many configurations and looking at it; nothing here is written by hand.
 *
 * In patterns `*` stands for the number of a member of a list (a layer, an expert). Numbers that count no list, as in
 * a sequence of unlike modules (`classifier.0.weight`, `classifier.2.weight`), stay as they are: `patternOf` in
 * patterns.ts finds the pattern of a name. `disk` names are the ones that `save_pretrained` of that release writes
 * for a model that was made with it; `memory` names are those of `state_dict()`.
 */
export const RELEASES = ['4.57.6', '5.18.0'] as const;
export type Release = (typeof RELEASES)[number];

/** What a class is for, after the auto class that offers it. */
export type Task =
  | 'base' | 'causal-lm' | 'masked-lm' | 'seq2seq-lm' | 'sequence-classification' | 'token-classification'
  | 'question-answering' | 'multiple-choice' | 'image-text-to-text' | 'image-classification' | 'audio' | 'other';

/** `target` shares the storage of `source`. Both are memory patterns. `source` is the one that a save keeps. */
export interface Tie {
  readonly target: string;
  readonly source: string;
  /** False: shared whatever `tie_word_embeddings` says. */
  readonly byFlag: boolean;
  /** Dotted config path of the flag that decides about this tie (a model within a model has its own), `a|b` where either is enough, null where none does. */
  readonly flag: string | null;
}

/**
 * One dimension: a number; a dotted config path whose value it always equalled while the generator varied the config; a
 * formula of these with products (`num_attention_heads*head_dim`, `2*intermediate_size`), quotients
 * (`hidden_size*num_key_value_heads/num_attention_heads`, rounded down) and sums (`kv_lora_rank+qk_rope_head_dim`); or
 * alternatives (`head_dim*num_attention_heads|hidden_size`: the first whose settings are all stated); or null where
 * none fits. `^2` at the end of a term squares it, rounded down (`image_size/patch_size^2+1`). What a list has is a setting
 * (`conv_dim.length`, `conv_dim.first`, `conv_dim.last`); `conv_dim.member` is its entry for the layer's number, `conv_dim.previous`
 * the one before that. `*`: layers of one kind had unlike sizes, and no list tells them. Every setting of a formula was seen to move the dimension by itself. `num_labels` stands for the number of
 * entries of `id2label`, 2 where that is absent.
 */
export type Dimension = string | number | null;

/** In place of the setting that counts a list: its length was seen to be no setting's. */
export const UNCOUNTED = '*';

/** A dotted config path within the formula of a dimension. */
export const SETTING = /[A-Za-z_][\w.]*/g;

/** One parameter (or persistent buffer) of a class. */
export interface ParameterFacts {
  readonly disk: string;
  readonly memory: string;
  /** Dimensions as they are on disk, outermost first. Null for the whole where even the rank varied. */
  readonly dims: readonly Dimension[] | null;
}

/** What decided whether a group was there: one setting, with the values that were tried, or two that can be equal. */
export interface Condition {
  /** Dotted config path; of two settings `one|other` (`how many|layers` by `end`); empty where none decides. */
  readonly key: string;
  /**
   * - `value`: by its value, in all layers alike;
   * - `entry`: a list with an entry for each layer, by the layer's own (`present` and `absent` are entries);
   * - `start`: the number of the first layer that has the group, and all after it do (no values);
   * - `end`: how many layers at the end have it not, of how many; those before have it where `present` is `true`, and may have it where it is empty;
   * - `every`: each so many layers have it, counted from the number in `present` (-1: the last of so many);
   * - `layer`: by the number of the layer alone, whatever the config says (no key): in those in `present`, or in all but those in `absent`;
   * - `unequal`: it stands between what two settings size, and is there where they differ (no values).
   */
  readonly by: 'value' | 'entry' | 'start' | 'end' | 'every' | 'layer' | 'unequal';
  readonly present: readonly unknown[];
  readonly absent: readonly unknown[];
}

/** The settings that decide by a condition. */
export function decidingSettings({ key }: Condition): readonly string[] {
  return key === '' ? [] : key.split('|');
}

/** Parameters that were always present or absent together, within one layer (or, at the top level, within the model). */
export interface ParameterGroup {
  /** `''` for the top level, else the pattern of the innermost layer list it repeats with: `model.layers.*`. Disk names. */
  readonly scope: string;
  /** `always`: in every layer of the scope in every configuration that was built. */
  readonly presence: 'always' | 'sometimes';
  /** Where exactly one setting decided; else null. */
  readonly when: Condition | null;
  /** Disk pattern of a parameter of a list within the layers of the scope (experts) that was there in exactly those layers that had the group (their router); null where there is none. */
  readonly inner: string | null;
  readonly parameters: readonly ParameterFacts[];
}

/** A model within the model: whose class, and thereby parameters, can depend on the `model_type` of its own config. */
export interface Submodel {
  /** Where it sits, in memory names: `model.language_model`. */
  readonly path: string;
  /** Class and model type it had when the facts were gathered. Where the config names a type of which nothing is known, `class` is empty (see inner-models.ts). */
  readonly class: string;
  readonly modelType: string;
  /** Dotted config path of its config, or null where it shares the whole model's or has one made for it. */
  readonly config: string | null;
}

/**
 * One step of mapping names on disk to names in memory. How steps combine is in prefix.ts.
 * - `mapping` (4.57): replace every match of `from[0]` by `to[0]`; the first step that matches ends the chain.
 * - `rename` (5.x): replace the text of the first match by `to[0]`; all steps apply in turn.
 * - `group` (5.x): as `rename`, pair by pair, but only once a name has matched `from[0]`.
 * - `convert` (5.x): as `rename` for the name; the tensors pass through `operations`. Only the first that matches applies.
 */
export interface Conversion {
  readonly kind: 'mapping' | 'rename' | 'group' | 'convert';
  /** JavaScript regular expressions. */
  readonly from: readonly string[];
  /** Replacements: `\1` is a group of the expression that matched. */
  readonly to: readonly string[];
  /** Names of the operations, in order: Concatenate, MergeModulelist, Chunk, … */
  readonly operations: readonly string[];
  /** Applies only to names below this module (with or without the base prefix before it); null: to all. */
  readonly scope: string | null;
}

export interface ClassFacts {
  readonly class: string;
  readonly modelType: string;
  readonly release: Release;
  readonly tasks: readonly Task[];
  /** `base_model_prefix`; `''` where there is none. */
  readonly prefix: string;
  /** Whether the model has a module of that name, so that the prefix stands before the bare model's parameters. */
  readonly hasPrefixModule: boolean;
  /** Whether this is the bare class: the one that heads are put on. */
  readonly bare: boolean;
  /** Memory name of the weight of `get_output_embeddings()`, or null. */
  readonly outputEmbedding: string | null;
  /** Memory name of the weight of `get_input_embeddings()`, or null. */
  readonly inputEmbedding: string | null;
  /** Memory patterns of what this class has and its bare class has not: its head. */
  readonly head: readonly string[];
  readonly ties: readonly Tie[];
  /**
   * Where this release reads the tie flag of the output embedding (or of the first tie that has one), as a dotted
   * config path (`a|b` where either of two flags is enough), and what counts where it is absent. `forced`: the class ties it whatever the flag says.
   */
  readonly tieFlag: { readonly path: string; readonly default: boolean; readonly forced: boolean };
  /** Regular expressions (Python syntax that JavaScript shares) of names that may be missing / unexpected without being reported. */
  readonly ignoreMissing: readonly string[];
  readonly ignoreUnexpected: readonly string[];
  /** Layer lists: disk pattern without the number → config key (dotted path) that says how many; null where none is known, `UNCOUNTED` where none does. */
  readonly layers: Readonly<Record<string, string | null>>;
  readonly groups: readonly ParameterGroup[];
  readonly submodels: readonly Submodel[];
  /** How this release maps names on disk to names in memory when it loads this class, in order. */
  readonly conversions: readonly Conversion[];
}

/** All that is known of one `model_type`. */
export interface ModelTypeFacts {
  readonly modelType: string;
  /** Every class in every release that has it: the facts of a class in two releases are two entries. */
  readonly classes: readonly ClassFacts[];
  /** Class that each auto class would choose, by release. */
  readonly auto: Readonly<Record<Release, Readonly<Partial<Record<Task, string>>>>>;
  /** `tie_word_embeddings` that the config class of this model type has where config.json says nothing; null: it has no such setting. */
  readonly tieDefault: Readonly<Record<Release, boolean | null>>;
}
