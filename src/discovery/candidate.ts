/** Where a reference was written. */
export type CandidateKind =
  /** the value of a key that names models, in YAML, JSON, TOML or Python */
  | 'key'
  /** an argument of a call that loads a model */
  | 'call'
  /** an `hf://` or Hub address */
  | 'link'
  /** the model card's `base_model` */
  | 'model-card';

/** A text that stands where references stand. Whether it is one is decided by `resolve.ts`. */
export interface Candidate {
  readonly text: string;
  readonly kind: CandidateKind;
  /** The revision written beside it; null for none. */
  readonly revision: string | null;
  /** The folder inside the repository that is written beside it (`subfolder=`); null for none. */
  readonly folder: string | null;
  /** What is written beside it as what it was made from. */
  readonly base?: string;
  /** Lines, from 1, that make the reference: its own first, then its revision's and base's. A change of any of them changes it. */
  readonly lines: readonly number[];
  /**
   * Whether the place is also used for other things (`model:` may name a service's model). There, what may be
   * something else is none.
   */
  readonly isWeak: boolean;
}
