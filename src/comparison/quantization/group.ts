/** How a parameter is packed. `bnb`: bitsandbytes; `ct`: compressed-tensors' packed forms; `scaled`: eight bits and a scale; `stacked`: blocks of experts; `foreign`: a method of which nothing is known. */
export type Layout = 'bnb4' | 'bnb8' | 'gptq' | 'ct' | 'nvfp4' | 'scaled' | 'stacked' | 'mlx' | 'foreign';

/** The tensors that together are one parameter. */
export interface Group {
  readonly parameter: string;
  /** What stands before a slot's name. */
  readonly before: string;
  /** Row of the tensor under the plain name, or -1. */
  readonly plain: number;
  /** Row by slot. */
  readonly slots: ReadonlyMap<string, number>;
}

export interface PackedGroup extends Group {
  readonly layout: Layout;
  /** Row of the tensor that holds the values, or -1 where it is gone. */
  readonly main: number;
  /** What a tensor that holds the values is called, if it stands in place of the plain name. */
  readonly mainSlot: string | null;
}
