import type { TensorInfo } from '../../format/tensor-table.ts';
import type { Mismatch, Wrapper } from '../comparison.ts';

/** An embedding or head that the adapter stores for another vocabulary than the base's. */
export interface OtherVocabulary {
  readonly name: string;
  readonly rows: number;
  readonly baseRows: number;
}

/** A tensor that ought to be there. The shape is empty where nothing tells it. */
export interface Lacking extends TensorInfo {
  /** `part`: its module has others; `module`: nothing of the module is stored; `saved`: `modules_to_save` calls for it; `tokens`: `trainable_token_indices` does; `whole`: the adapter as a whole needs it. */
  readonly of: 'part' | 'module' | 'saved' | 'tokens' | 'whole';
}

/** An adapter, by itself and set beside the model that it is for. Names are the adapter's own, as it stores them or ought to. */
export interface AdapterComparison {
  /** PEFT's `peft_type`, or null. */
  readonly type: string | null;
  /** Whether it is known what this method stores. */
  readonly isKnownType: boolean;
  /** Whether there is an `adapter_config.json`. */
  readonly hasConfig: boolean;
  /** How many modules it adapts. */
  readonly modules: number;
  /** Tensors that ought to be there by its method, its config and the base, and are not. */
  readonly lacking: readonly Lacking[];
  /** Names in `modules_to_save` of which nothing is stored, where it can't be told whether the model has such modules. */
  readonly unsettled: readonly string[];
  /** Names in `trainable_token_indices` of which nothing is stored, where it can't be told whether they are tied to one of which something is. */
  readonly perhapsTied: readonly string[];
  /** Tensors for modules that the base does not have. */
  readonly strangers: readonly TensorInfo[];
  /** Modules of which it can't be told whether the base has them, since nothing is known of its class. */
  readonly unplaced: readonly string[];
  /** Whether all strangers would fit the bare class of the base, and whether the adapter is declared for that. */
  readonly bare: 'no' | 'fits' | 'declared';
  /** Names that PEFT can't have written, or that belong to no method that is known. */
  readonly unread: readonly string[];
  /** LoRA's matrices whose names lack `base_model.model.`. */
  readonly rootless: readonly string[];
  /** Tensors without data. */
  readonly empty: readonly Mismatch[];
  readonly mismatched: readonly Mismatch[];
  readonly vocabulary: readonly OtherVocabulary[];
  /** A whole embedding or head that nothing in the config asks for: PEFT stores it where the vocabulary was resized. Only where no base tells whether it fits. */
  readonly unasked: readonly TensorInfo[];
  /** Names of the trained parameters by which a tied base falls apart. */
  readonly breaksTie: readonly string[];
  /** What stands in all names and no loader takes off: `module.`. */
  readonly wrapper: Omit<Wrapper, 'unwrapped'> | null;
}
