// A checkpoint of many experts on disk: heads, index and config are real, the weights are holes that take no room.
import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';

const HIDDEN = 2048;
const EXPERT = 768;
const VOCABULARY = 151_936;

/** Writes a Qwen3-MoE of so many layers and experts, in so many shards. @returns how many tensors it has */
export function writeCheckpoint(folder, { layers, experts, shards, head }) {
  mkdirSync(folder, { recursive: true });
  const tensors = [...parameters(layers, experts)];
  if (head) tensors.push(['lm_head.weight', [VOCABULARY, HIDDEN]]);
  const perShard = Math.ceil(tensors.length / shards);
  const weightMap = {};
  for (let shard = 0; shard < shards; shard++) {
    const name = `model-${String(shard + 1).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}.safetensors`;
    const own = tensors.slice(shard * perShard, (shard + 1) * perShard);
    for (const [parameter] of own) weightMap[parameter] = name;
    writeShard(`${folder}/${name}`, own);
  }
  writeFileSync(`${folder}/model.safetensors.index.json`, JSON.stringify({ metadata: { total_size: tensors.reduce((sum, [, shape]) => sum + bytesOf(shape), 0) }, weight_map: weightMap }));
  writeFileSync(`${folder}/config.json`, JSON.stringify(config(layers, experts)));
  return tensors.length;
}

function* parameters(layers, experts) {
  yield ['model.embed_tokens.weight', [VOCABULARY, HIDDEN]];
  for (let layer = 0; layer < layers; layer++) {
    const of = `model.layers.${layer}`;
    for (const norm of ['input_layernorm', 'post_attention_layernorm']) yield [`${of}.${norm}.weight`, [HIDDEN]];
    for (const [matrix, shape] of [['q_proj', [4096, HIDDEN]], ['k_proj', [512, HIDDEN]], ['v_proj', [512, HIDDEN]], ['o_proj', [HIDDEN, 4096]], ['q_norm', [128]], ['k_norm', [128]]]) yield [`${of}.self_attn.${matrix}.weight`, shape];
    yield [`${of}.mlp.gate.weight`, [experts, HIDDEN]];
    for (let expert = 0; expert < experts; expert++) {
      for (const matrix of ['gate_proj', 'up_proj']) yield [`${of}.mlp.experts.${expert}.${matrix}.weight`, [EXPERT, HIDDEN]];
      yield [`${of}.mlp.experts.${expert}.down_proj.weight`, [HIDDEN, EXPERT]];
    }
  }
  yield ['model.norm.weight', [HIDDEN]];
}

function config(layers, experts) {
  return {
    architectures: ['Qwen3MoeForCausalLM'], model_type: 'qwen3_moe', hidden_size: HIDDEN, intermediate_size: 6144, moe_intermediate_size: EXPERT, num_hidden_layers: layers,
    num_experts: experts, num_experts_per_tok: 8, num_attention_heads: 32, num_key_value_heads: 4, head_dim: 128, vocab_size: VOCABULARY, tie_word_embeddings: false,
    torch_dtype: 'bfloat16', transformers_version: '4.57.1', decoder_sparse_step: 1, mlp_only_layers: [],
  };
}

const bytesOf = (shape) => shape.reduce((product, dim) => product * dim, 2);

function writeShard(path, tensors) {
  const header = { __metadata__: { format: 'pt' } };
  let end = 0;
  for (const [name, shape] of tensors) header[name] = { dtype: 'BF16', shape, data_offsets: [end, (end += bytesOf(shape))] };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = openSync(path, 'w');
  writeSync(file, length);
  writeSync(file, json);
  ftruncateSync(file, 8 + json.length + end);
  closeSync(file);
}
