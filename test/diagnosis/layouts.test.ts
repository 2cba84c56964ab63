import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { llama, mixtral } from '../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { judged, rulesOf } from '../support/examples.ts';
import { edited } from '../support/side-by-side.ts';

type Tensors = ExampleCheckpoint['tensors'];

/** A checkpoint that is whole although its layers are not alike, and a tensor of it whose loss is a loss. */
interface Layout {
  readonly name: string;
  readonly checkpoint: ExampleCheckpoint;
  readonly drop: string;
}

const H = 64;

function layers(count: number, of: (prefix: string, i: number) => Tensors): Tensors {
  return Object.assign({}, ...Array.from({ length: count }, (_, i) => of(`model.layers.${i}.`, i)));
}

/** Every sixth layer attends with its keys as values. */
function sharedValues(modelType: string, architecture: string): ExampleCheckpoint {
  const types = Array.from({ length: 12 }, (_, i) => (i % 6 === 5 ? 'full_attention' : 'sliding_attention'));
  return llama({
    layers: 12, architecture, config: { model_type: modelType, attention_k_eq_v: true, layer_types: types, ...(modelType === 'llama' ? {} : { auto_map: { AutoModelForCausalLM: 'modeling.Own' } }) },
    rename: (name) => (/layers\.(5|11)\.self_attn\.v_proj/.test(name) ? null : name),
  });
}

/** Gemma 4 without embeddings by layer: the same, of a known type, and full attention has wider heads. */
function gemma4(): ExampleCheckpoint {
  const types = Array.from({ length: 12 }, (_, i) => (i % 6 === 5 ? 'full_attention' : 'sliding_attention'));
  const norms = ['input_layernorm', 'post_attention_layernorm', 'pre_feedforward_layernorm', 'post_feedforward_layernorm'];
  const tensors = layers(12, (prefix, i) => {
    const dim = i % 6 === 5 ? 32 : 16;
    return {
      ...Object.fromEntries(norms.map((norm) => [`${prefix}${norm}.weight`, ['BF16', H] as const])),
      [`${prefix}layer_scalar`]: ['BF16', 1],
      [`${prefix}mlp.gate_proj.weight`]: ['BF16', 96, H], [`${prefix}mlp.up_proj.weight`]: ['BF16', 96, H], [`${prefix}mlp.down_proj.weight`]: ['BF16', H, 96],
      [`${prefix}self_attn.q_proj.weight`]: ['BF16', 4 * dim, H], [`${prefix}self_attn.k_proj.weight`]: ['BF16', 2 * dim, H], [`${prefix}self_attn.o_proj.weight`]: ['BF16', H, 4 * dim],
      [`${prefix}self_attn.q_norm.weight`]: ['BF16', dim], [`${prefix}self_attn.k_norm.weight`]: ['BF16', dim],
      ...(i % 6 === 5 ? {} : { [`${prefix}self_attn.v_proj.weight`]: ['BF16', 2 * dim, H] }),
    };
  });
  return {
    config: {
      architectures: ['Gemma4ForCausalLM'], model_type: 'gemma4_text', attention_k_eq_v: true, layer_types: types, global_head_dim: 32, head_dim: 16, hidden_size: H, hidden_size_per_layer_input: 0, intermediate_size: 96,
      num_attention_heads: 4, num_global_key_value_heads: 2, num_hidden_layers: 12, num_key_value_heads: 2, tie_word_embeddings: true, transformers_version: '5.18.0', vocab_size: 320, vocab_size_per_layer_input: 320,
    },
    tensors: { 'model.embed_tokens.weight': ['BF16', 320, H], ...tensors, 'model.norm.weight': ['BF16', H] },
  };
}

/** Linear attention, and in every eighth layer attention of the usual kind. */
function mixedAttention(): ExampleCheckpoint {
  const types = Array.from({ length: 16 }, (_, i) => (i % 8 === 7 ? 1 : 0));
  const tensors = layers(16, (prefix, i) => ({
    [`${prefix}input_layernorm.weight`]: ['BF16', H],
    [`${prefix}post_attention_layernorm.weight`]: ['BF16', H],
    [`${prefix}self_attn.o_proj.weight`]: ['BF16', H, H],
    ...(types[i] === 1
      ? { [`${prefix}self_attn.q_proj.weight`]: ['BF16', H, H], [`${prefix}self_attn.k_proj.weight`]: ['BF16', H / 2, H], [`${prefix}self_attn.v_proj.weight`]: ['BF16', H / 2, H] }
      : { [`${prefix}self_attn.norm.weight`]: ['BF16', H], [`${prefix}self_attn.output_gate.weight`]: ['BF16', H, H], [`${prefix}self_attn.qkv_proj.weight`]: ['BF16', 3 * H, H] }),
    [`${prefix}block_sparse_moe.gate.weight`]: ['BF16', 4, H],
  }));
  return {
    config: { architectures: ['OwnTextForCausalLM'], model_type: 'own_text', attn_type_list: types, hidden_size: H, num_hidden_layers: 16, vocab_size: 320, tie_word_embeddings: false, auto_map: { AutoModelForCausalLM: 'modeling.Own' } },
    tensors: { 'lm_head.weight': ['BF16', 320, H], 'model.embed_tokens.weight': ['BF16', 320, H], ...tensors, 'model.norm.weight': ['BF16', H] },
  };
}

/** DeepSeek V3 of four layers, of which the first has no experts. */
function denseFirst(): ExampleCheckpoint {
  const mlp = (prefix: string, width: number): Tensors => ({ [`${prefix}gate_proj.weight`]: ['BF16', width, H], [`${prefix}up_proj.weight`]: ['BF16', width, H], [`${prefix}down_proj.weight`]: ['BF16', H, width] });
  const experts = (prefix: string): Tensors => Object.assign({}, ...Array.from({ length: 4 }, (_, i) => mlp(`${prefix}experts.${i}.`, 32)));
  const tensors = layers(4, (prefix, i) => ({
    [`${prefix}input_layernorm.weight`]: ['BF16', H],
    [`${prefix}post_attention_layernorm.weight`]: ['BF16', H],
    [`${prefix}self_attn.q_a_proj.weight`]: ['BF16', 16, H],
    [`${prefix}self_attn.q_a_layernorm.weight`]: ['BF16', 16],
    [`${prefix}self_attn.q_b_proj.weight`]: ['BF16', 4 * 24, 16],
    [`${prefix}self_attn.kv_a_proj_with_mqa.weight`]: ['BF16', 16 + 8, H],
    [`${prefix}self_attn.kv_a_layernorm.weight`]: ['BF16', 16],
    [`${prefix}self_attn.kv_b_proj.weight`]: ['BF16', 4 * (16 + 16), 16],
    [`${prefix}self_attn.o_proj.weight`]: ['BF16', H, 4 * 16],
    ...(i === 0 ? mlp(`${prefix}mlp.`, 96) : {
      [`${prefix}mlp.gate.weight`]: ['BF16', 4, H], [`${prefix}mlp.gate.e_score_correction_bias`]: ['F32', 4],
      ...experts(`${prefix}mlp.`), ...mlp(`${prefix}mlp.shared_experts.`, 32),
    }),
  }));
  return {
    config: {
      architectures: ['DeepseekV3ForCausalLM'], model_type: 'deepseek_v3', first_k_dense_replace: 1, hidden_size: H, intermediate_size: 96, moe_intermediate_size: 32, kv_lora_rank: 16, q_lora_rank: 16,
      n_group: 1, topk_group: 1, n_routed_experts: 4, n_shared_experts: 1, num_experts_per_tok: 2, num_attention_heads: 4, num_key_value_heads: 4, num_hidden_layers: 4, qk_nope_head_dim: 16, qk_rope_head_dim: 8, v_head_dim: 16,
      tie_word_embeddings: false, transformers_version: '4.57.6', vocab_size: 320,
    },
    tensors: { 'lm_head.weight': ['BF16', 320, H], 'model.embed_tokens.weight': ['BF16', 320, H], ...tensors, 'model.norm.weight': ['BF16', H] },
  };
}

/** A language model of two layers with a tower of five, by code of its own. */
function tower(): ExampleCheckpoint {
  const text = llama({ rename: (name) => `language_model.${name}` });
  const vision = Object.assign({}, ...Array.from({ length: 5 }, (_, i): Tensors => ({ [`vision_tower.blocks.${i}.attn.qkv.weight`]: ['BF16', 96, 32], [`vision_tower.blocks.${i}.attn.qkv.bias`]: ['BF16', 96], [`vision_tower.blocks.${i}.norm.weight`]: ['BF16', 32] })));
  return { config: { ...text.config, model_type: 'own_vl', architectures: ['OwnVLForConditionalGeneration'], auto_map: { AutoModel: 'modeling.Own' }, vision_config: { depth: 5 } }, tensors: { ...text.tensors, ...vision } };
}

/** A reward model whose head stands beside the body. */
function reward(architecture: string, modelType: string, head: string): ExampleCheckpoint {
  const body = llama({ layers: 3, head: false, architecture, config: { model_type: modelType, id2label: { 0: 'LABEL_0' }, ...(modelType === 'llama' ? {} : { auto_map: { AutoModel: 'modeling.Own' } }) } });
  return { config: body.config, tensors: { ...body.tensors, [head]: ['BF16', 1, H] } };
}

/** OLMo's own layout: head and embedding within the transformer, by code of its own. */
function feedForwardHead(): ExampleCheckpoint {
  const blocks = Object.assign({}, ...Array.from({ length: 3 }, (_, i): Tensors => Object.fromEntries(
    ([['att_proj', 3 * H, H], ['attn_out', H, H], ['ff_proj', 192, H], ['ff_out', H, 96]] as const).map(([name, ...shape]) => [`model.transformer.blocks.${i}.${name}.weight`, ['BF16', ...shape] as const]),
  )));
  return {
    config: { architectures: ['OwnForCausalLM'], model_type: 'own_olmo', n_layers: 3, d_model: H, vocab_size: 320, weight_tying: false, auto_map: { AutoModelForCausalLM: 'modeling.Own' } },
    tensors: { 'model.transformer.wte.weight': ['BF16', 320, H], ...blocks, 'model.transformer.ff_out.weight': ['BF16', 320, H] },
  };
}

const LAYOUTS: readonly Layout[] = [
  { name: 'keys as values in every sixth layer, unknown type', checkpoint: sharedValues('own_text', 'OwnForCausalLM'), drop: 'model.layers.4.mlp.up_proj.weight' },
  { name: 'keys as values in every sixth layer, known type', checkpoint: gemma4(), drop: 'model.layers.5.self_attn.k_proj.weight' },
  { name: 'another kind of attention in every eighth layer', checkpoint: mixedAttention(), drop: 'model.layers.3.self_attn.o_proj.weight' },
  { name: 'a dense first layer', checkpoint: denseFirst(), drop: 'model.layers.2.self_attn.kv_b_proj.weight' },
  { name: 'experts', checkpoint: mixtral(), drop: 'model.layers.1.block_sparse_moe.experts.1.w2.weight' },
  { name: 'a tower with a number of layers of its own', checkpoint: tower(), drop: 'vision_tower.blocks.3.attn.qkv.weight' },
  { name: 'a reward model with score', checkpoint: reward('LlamaForSequenceClassification', 'llama', 'score.weight'), drop: 'model.layers.1.self_attn.q_proj.weight' },
  { name: 'a reward model with score, unknown type', checkpoint: reward('OwnForRewardModel', 'own_reward', 'score.weight'), drop: 'model.layers.1.self_attn.q_proj.weight' },
  { name: 'a reward model with out_proj, known type and unknown class', checkpoint: reward('LlamaForRewardModel', 'llama', 'out_proj.weight'), drop: 'model.layers.1.self_attn.q_proj.weight' },
  { name: 'ff_out as the head, unknown type', checkpoint: feedForwardHead(), drop: 'model.transformer.ff_out.weight' },
];

/** A reward model of an unknown type beside the language model that it was made from. */
const OWN_BASE = llama({ config: { model_type: 'own_text', auto_map: { AutoModel: 'modeling.Own' } }, architecture: 'OwnForCausalLM', layers: 3 });

const less = (checkpoint: ExampleCheckpoint, drop: string): ExampleCheckpoint => edited(checkpoint, { [drop]: null });

describe('a layout that is irregular on purpose', () => {
  for (const { name, checkpoint, drop } of LAYOUTS) {
    test(`is no loss, alone or beside its base: ${name}`, async () => {
      for (const base of [undefined, checkpoint]) {
        const report = await judged({ checkpoint, ...(base === undefined ? {} : { base }) });
        assert.notEqual(report.verdict, 'incomplete', JSON.stringify(report.missing.map((tensor) => tensor.name)));
        assert.deepEqual(rulesOf(report, 'error'), []);
        assert.deepEqual(report.missing, []);
      }
    });

    test(`hides no loss where the base shows it: ${name}`, async () => {
      assert.ok(drop in checkpoint.tensors);
      const report = await judged({ checkpoint: less(checkpoint, drop), base: checkpoint });
      assert.equal(report.verdict, 'incomplete');
      assert.deepEqual(report.missing.map((tensor) => tensor.name), [drop]);
    });
  }

  test('has no language-model head where its class is another one than its base\'s', async () => {
    for (const architecture of ['OwnForRewardModel', 'OwnRewardModel', 'OwnForSequenceClassification']) {
      const checkpoint = reward(architecture, 'own_text', 'v_head.weight');
      const sound = await judged({ checkpoint, base: OWN_BASE });
      assert.notEqual(sound.verdict, 'incomplete', JSON.stringify(sound.findings));
      const drop = 'model.layers.2.mlp.up_proj.weight';
      const cut = await judged({ checkpoint: less(checkpoint, drop), base: OWN_BASE });
      assert.deepEqual(cut.missing.map(({ name }) => name), [drop]);
    }
  });

  test('is not called whole where the head may be tied and neither config says so', async () => {
    const { config, tensors } = llama({ config: { model_type: 'own_text' }, architecture: 'OwnForCausalLM' });
    const { tie_word_embeddings: _, ...silent } = config ?? {};
    const base = { config: silent, tensors };
    const without = less(base, 'lm_head.weight');
    assert.equal((await judged({ checkpoint: without, base })).verdict, 'unknown');
    assert.equal((await judged({ checkpoint: without, base: without })).verdict, 'complete');
    assert.equal((await judged({ checkpoint: { ...without, config: { ...silent, weight_tying: true } }, base })).verdict, 'complete');
    assert.equal((await judged({ checkpoint: { ...without, config: { ...silent, weight_tying: false } }, base })).verdict, 'incomplete');
  });
});

test('a tower is due where the class is named in the part of the text alone, as transformers 4.57 names Qwen2-VL', async () => {
  const config = (architectures: readonly string[]): ExampleCheckpoint['config'] => ({ model_type: 'qwen2_vl', transformers_version: '4.57.6', text_config: { ...llama().config, architectures, model_type: 'qwen2_vl_text' }, vision_config: { model_type: 'qwen2_vl', depth: 2, embed_dim: 64, hidden_size: 64 } });
  const found = async (architectures: readonly string[]): Promise<string[]> => rulesOf(await judged({ checkpoint: { ...llama(), config: config(architectures) } }), 'error');
  assert.ok((await found(['Qwen2VLForConditionalGeneration'])).includes('tower-missing'));
  assert.ok(!(await found(['Qwen2ForCausalLM'])).includes('tower-missing'));
});
