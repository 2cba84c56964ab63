import type { ExampleCheckpoint } from './rule.ts';

/** What differs from a sound two-layer Llama in bfloat16 whose head is its own. */
export interface LlamaOptions {
  readonly layers?: number;
  readonly vocabulary?: number;
  readonly tied?: boolean;
  readonly head?: boolean;
  /** What stands before the names of the body; `model.` where not given. */
  readonly prefix?: string;
  readonly architecture?: string | null;
  readonly dtype?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Changes names; null takes a tensor away. */
  readonly rename?: (name: string) => string | null;
}

const HIDDEN = 64;
const MLP = 96;

function layer(prefix: string, dtype: string): [string, readonly [string, ...number[]]][] {
  const matrix = (name: string, rows: number, columns: number): [string, readonly [string, ...number[]]] => [`${prefix}${name}.weight`, [dtype, rows, columns]];
  return [
    [`${prefix}input_layernorm.weight`, [dtype, HIDDEN]],
    matrix('mlp.down_proj', HIDDEN, MLP), matrix('mlp.gate_proj', MLP, HIDDEN), matrix('mlp.up_proj', MLP, HIDDEN),
    [`${prefix}post_attention_layernorm.weight`, [dtype, HIDDEN]],
    matrix('self_attn.k_proj', HIDDEN / 2, HIDDEN), matrix('self_attn.o_proj', HIDDEN, HIDDEN),
    matrix('self_attn.q_proj', HIDDEN, HIDDEN), matrix('self_attn.v_proj', HIDDEN / 2, HIDDEN),
  ];
}

/** A small Llama as `save_pretrained` of transformers 5.18.0 writes it, with the given differences. */
export function llama(options: LlamaOptions = {}): ExampleCheckpoint {
  const { layers = 2, vocabulary = 320, tied = false, head = !tied, prefix = 'model.', architecture = 'LlamaForCausalLM', dtype = 'BF16', config = {}, rename = (name: string) => name } = options;
  const tensors: [string, readonly [string, ...number[]]][] = [
    ...(head ? [['lm_head.weight', [dtype, vocabulary, HIDDEN]] satisfies [string, readonly [string, ...number[]]]] : []),
    [`${prefix}embed_tokens.weight`, [dtype, vocabulary, HIDDEN]],
    ...Array.from({ length: layers }, (_, i) => layer(`${prefix}layers.${i}.`, dtype)).flat(),
    [`${prefix}norm.weight`, [dtype, HIDDEN]],
  ];
  return {
    config: {
      ...(architecture === null ? {} : { architectures: [architecture] }),
      dtype: 'bfloat16', head_dim: 16, hidden_size: HIDDEN, intermediate_size: MLP, model_type: 'llama', num_attention_heads: 4,
      num_hidden_layers: layers, num_key_value_heads: 2, tie_word_embeddings: tied, transformers_version: '5.18.0', vocab_size: vocabulary,
      ...config,
    },
    tensors: Object.fromEntries(tensors.flatMap(([name, info]) => {
      const renamed = rename(name);
      return renamed === null ? [] : [[renamed, info]];
    })),
  };
}

/** The same as `AutoModel` saves it: the bare class, no base prefix, no head. */
export function bareLlama(options: LlamaOptions = {}): ExampleCheckpoint {
  return llama({ prefix: '', head: false, architecture: 'LlamaModel', ...options });
}
