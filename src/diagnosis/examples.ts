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
const EXPERTS = 2;

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

/** A small Mixtral of two experts, stored one by one as every release writes them, or packed as transformers 5 holds them. */
export function mixtral({ packed = false }: { readonly packed?: boolean } = {}): ExampleCheckpoint {
  const { config, tensors } = llama({ architecture: 'MixtralForCausalLM', config: { model_type: 'mixtral', num_local_experts: EXPERTS }, rename: (name) => (name.includes('.mlp.') ? null : name) });
  const layers = [0, 1].flatMap((i) => mixture(`model.layers.${i}.`, packed));
  return { config, tensors: { ...tensors, ...Object.fromEntries(layers) } };
}

function mixture(prefix: string, packed: boolean): [string, readonly [string, ...number[]]][] {
  if (packed) {
    return [
      [`${prefix}mlp.gate.weight`, ['BF16', EXPERTS, HIDDEN]],
      [`${prefix}mlp.experts.gate_up_proj`, ['BF16', EXPERTS, 2 * MLP, HIDDEN]], [`${prefix}mlp.experts.down_proj`, ['BF16', EXPERTS, HIDDEN, MLP]],
    ];
  }
  const experts = Array.from({ length: EXPERTS }, (_, i) => `${prefix}block_sparse_moe.experts.${i}.`).flatMap((expert): [string, readonly [string, ...number[]]][] => [
    [`${expert}w1.weight`, ['BF16', MLP, HIDDEN]], [`${expert}w2.weight`, ['BF16', HIDDEN, MLP]], [`${expert}w3.weight`, ['BF16', MLP, HIDDEN]],
  ]);
  return [[`${prefix}block_sparse_moe.gate.weight`, ['BF16', EXPERTS, HIDDEN]], ...experts];
}

/** A small Fuyu of one layer: a vision-language model whose tie flag transformers 4 reads from `text_config` and 5 from the root. */
export function fuyu({ root, nested }: { readonly root: boolean; readonly nested: boolean }): ExampleCheckpoint {
  const text = { model_type: 'persimmon', hidden_size: HIDDEN, intermediate_size: MLP, num_attention_heads: 4, num_hidden_layers: 1, qk_layernorm: false, tie_word_embeddings: nested, vocab_size: 320 };
  const linear = (name: string, rows: number, columns: number): [string, readonly [string, ...number[]]][] => [[`${name}.bias`, ['BF16', rows]], [`${name}.weight`, ['BF16', rows, columns]]];
  const norm = (name: string): [string, readonly [string, ...number[]]][] => [[`${name}.bias`, ['BF16', HIDDEN]], [`${name}.weight`, ['BF16', HIDDEN]]];
  const layer = 'language_model.model.layers.0.';
  return {
    config: { architectures: ['FuyuForCausalLM'], model_type: 'fuyu', hidden_size: HIDDEN, patch_size: 4, num_channels: 3, vocab_size: 320, text_config: text, tie_word_embeddings: root, transformers_version: '5.18.0' },
    tensors: Object.fromEntries([
      ['language_model.lm_head.weight', ['BF16', 320, HIDDEN]], ['language_model.model.embed_tokens.weight', ['BF16', 320, HIDDEN]],
      ...norm('language_model.model.final_layernorm'), ...norm(`${layer}input_layernorm`), ...norm(`${layer}post_attention_layernorm`),
      ...linear(`${layer}mlp.dense_4h_to_h`, HIDDEN, MLP), ...linear(`${layer}mlp.dense_h_to_4h`, MLP, HIDDEN),
      ...linear(`${layer}self_attn.dense`, HIDDEN, HIDDEN), ...linear(`${layer}self_attn.query_key_value`, 3 * HIDDEN, HIDDEN),
      ...linear('vision_embed_tokens', HIDDEN, 48),
    ] satisfies [string, readonly [string, ...number[]]][]),
  };
}

/** The same as `AutoModel` saves it: the bare class, no base prefix, no head. */
export function bareLlama(options: LlamaOptions = {}): ExampleCheckpoint {
  return llama({ prefix: '', head: false, architecture: 'LlamaModel', ...options });
}

/** A small BERT of one layer for masked words, whose head shares one matrix with the word embedding; or, with `bare`, the same as `AutoModel` saves it. `labels`: those that its config names; `problemType`: what its training wrote there. */
export function bert({ bare = false, labels = [], problemType }: { readonly bare?: boolean; readonly labels?: readonly string[]; readonly problemType?: string } = {}): ExampleCheckpoint {
  const linear = (name: string, rows: number, columns: number): [string, readonly [string, ...number[]]][] => [[`${name}.bias`, ['F32', rows]], [`${name}.weight`, ['F32', rows, columns]]];
  const norm = (name: string): [string, readonly [string, ...number[]]][] => [[`${name}.bias`, ['F32', HIDDEN]], [`${name}.weight`, ['F32', HIDDEN]]];
  const prefix = bare ? '' : 'bert.';
  const layer = `${prefix}encoder.layer.0.`;
  const head: [string, readonly [string, ...number[]]][] = [['cls.predictions.bias', ['F32', 320]], ...norm('cls.predictions.transform.LayerNorm'), ...linear('cls.predictions.transform.dense', HIDDEN, HIDDEN)];
  return {
    config: {
      architectures: [bare ? 'BertModel' : 'BertForMaskedLM'], model_type: 'bert', hidden_size: HIDDEN, intermediate_size: MLP, max_position_embeddings: 128, num_attention_heads: 4,
      num_hidden_layers: 1, tie_word_embeddings: true, transformers_version: '5.18.0', type_vocab_size: 2, vocab_size: 320,
      ...(problemType === undefined ? {} : { problem_type: problemType }),
      ...(labels.length === 0 ? {} : { id2label: Object.fromEntries(labels.map((label, i) => [i, label])) }),
    },
    tensors: Object.fromEntries([
      ...(bare ? linear('pooler.dense', HIDDEN, HIDDEN) : head),
      [`${prefix}embeddings.position_embeddings.weight`, ['F32', 128, HIDDEN]], [`${prefix}embeddings.token_type_embeddings.weight`, ['F32', 2, HIDDEN]], [`${prefix}embeddings.word_embeddings.weight`, ['F32', 320, HIDDEN]],
      ...norm(`${prefix}embeddings.LayerNorm`), ...norm(`${layer}attention.output.LayerNorm`), ...norm(`${layer}output.LayerNorm`),
      ...['query', 'key', 'value'].flatMap((part) => linear(`${layer}attention.self.${part}`, HIDDEN, HIDDEN)), ...linear(`${layer}attention.output.dense`, HIDDEN, HIDDEN),
      ...linear(`${layer}intermediate.dense`, MLP, HIDDEN), ...linear(`${layer}output.dense`, HIDDEN, MLP),
    ] satisfies [string, readonly [string, ...number[]]][]),
  };
}
