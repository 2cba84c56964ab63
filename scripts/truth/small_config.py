"""Shrinks any config class to two to four layers of width 64, by the names of its fields and, where those are not enough, by model type."""
import copy
import zlib

from compat import transformers
from transformers import CONFIG_MAPPING
from small_patches import PATCHES

HIDDEN, HEADS, KV, HEAD_DIM, FFN, EXPERT_FFN, VOCAB, POSITIONS = 64, 4, 2, 16, 96, 32, 320, 64

WIDTH = ("hidden_size d_model n_embd embed_dim model_dim hidden_dim word_embed_proj_dim projection_dim "
         "lru_width attention_hidden_size out_hidden_size output_hidden_size text_hidden_size mm_hidden_size "
         "qformer_hidden_size encoder_hidden_size text_config_hidden_size projector_hidden_size projection_size embed_size "
         "proj_hidden_size fc_hidden_size output_dim")
DEPTH = ("num_hidden_layers n_layer n_layers num_layers encoder_layers decoder_layers num_encoder_layers num_decoder_layers "
         "depth num_hidden_layers_vision")
HEAD_COUNT = ("num_attention_heads n_head n_heads num_heads encoder_attention_heads decoder_attention_heads "
              "num_encoder_attention_heads num_decoder_attention_heads attention_heads num_query_heads")
KV_COUNT = "num_key_value_heads num_kv_heads n_head_kv n_kv_heads".split()
INNER = ("intermediate_size ffn_dim d_ff ffn_hidden_size encoder_ffn_dim decoder_ffn_dim mlp_dim d_inner_mlp hidden_features "
         "projector_intermediate_size intermediate_size_mlp dense_intermediate_size mlp_intermediate_size")
EXPERT_INNER = ("moe_intermediate_size shared_expert_intermediate_size expert_ffn_hidden_size moe_ffn_hidden_size "
                "moe_shared_expert_intermediate_size shared_intermediate_size expert_hidden_size expert_ffn_size "
                "moe_latent_size adapter_intermediate_size")
EXPERTS = "num_experts n_routed_experts num_local_experts moe_num_experts n_experts num_moe_experts moe_n_experts"
TOP_K = "num_experts_per_tok num_experts_per_token moe_topk moe_top_k top_k_experts moe_k experts_per_token num_selected_experts router_top_k"

FIXED = {name: value for names, value in (
    (WIDTH, HIDDEN), (DEPTH, 2), (HEAD_COUNT, HEADS), (INNER, FFN), (EXPERT_INNER, EXPERT_FFN), (EXPERTS, 4), (TOP_K, 2),
    ("max_position_embeddings n_positions n_ctx max_seq_len max_sequence_length seq_length max_source_positions max_target_positions "
     "original_max_position_embeddings max_seq_length", POSITIONS),
    ("vocab_size", VOCAB),
    ("head_dim attention_head_dim global_head_dim v_head_dim qk_nope_head_dim index_head_dim linear_key_head_dim linear_value_head_dim d_kv "
     "swa_head_dim swa_v_head_dim attention_head_size_", HEAD_DIM),
    ("qk_rope_head_dim", HEAD_DIM // 2), ("kv_lora_rank", 16), ("q_lora_rank o_lora_rank", 32), ("qk_head_dim", 24),
    ("index_n_heads index_topk linear_num_key_heads", 2), ("linear_num_value_heads", 4),
    ("n_group topk_group n_groups_ num_shared_experts n_shared_experts moe_num_shared_experts", 1),
    ("first_k_dense_replace num_dense_layers moe_layer_start_index num_nextn_predict_layers_", 1),
    ("image_size img_size", 32), ("patch_size", 8), ("spatial_merge_size downsample_ratio_", 2), ("temporal_patch_size", 2),
    ("state_size mamba_d_state ssm_state_size mamba_state_dim d_state_ mamba_d_ssm_", 16),
    ("time_step_rank mamba_dt_rank", 8), ("sliding_window window_size", 16), ("chunk_size", 16),
    ("num_query_tokens query_length num_queries", 4), ("num_mel_bins_", 16),
    ("hidden_size_per_layer_input", 16), ("vocab_size_per_layer_input", VOCAB),
    ("bottleneck_size_ embedding_size", 32),
) for name in names.split() if not name.endswith("_")}

#: a fine-tuned classifier nearly always names its labels: every other model type does here, the rest keep the default
LABELLED, LABELS = ("sequence-classification", "token-classification"), ("joy", "anger", "fear")


def small_config(model_type, task="causal-lm"):
    """A config of `model_type` whose model has a few hundred thousand parameters at most.
    Raises whatever the config class raises when the shrunk values contradict each other."""
    cls = CONFIG_MAPPING[model_type]
    out = shrunk(cls, model_type)
    if "is_decoder" in out and task != "causal-lm":
        del out["is_decoder"]
    # not by the lowest bits, which choose the classes that get every fault (worker.thin)
    if task in LABELLED and zlib.crc32(model_type.encode()) >> 3 & 1:
        out["id2label"] = dict(enumerate(LABELS))
        out["label2id"] = {name: i for i, name in enumerate(LABELS)}
    return cls(**out)


def shrunk(cls, model_type=None):
    """Keyword arguments that shrink `cls`, sub-configs included."""
    try:
        default = cls()
    except Exception:  # noqa: BLE001  composites have no default: their patch gives the parts
        default = None
    fields = {k: v for k, v in (vars(default) if default is not None else {}).items() if not k.startswith("_")}
    mapped = {v: k for k, v in (getattr(cls, "attribute_map", None) or {}).items()}
    out = {}
    subs = getattr(cls, "sub_configs", None) or {}
    for name, value in fields.items():
        if isinstance(value, transformers.PretrainedConfig):
            out[name] = {**shrunk(type(value), value.model_type), "model_type": value.model_type}
            continue
        if name in subs:
            continue
        # a model's own name (GPT-2's n_embd) is known here by the standard one too (hidden_size)
        known = name if name in FIXED else mapped.get(name)
        if known in FIXED and isinstance(value, (int, float)) and not isinstance(value, bool) and value:
            out[name] = FIXED[known]
        elif name in KV_COUNT and value is not None:
            out[name] = min(value, KV)
        elif name.endswith("_token_id") and isinstance(value, int) and value >= VOCAB:
            out[name] = 300 + len(name) % 16
        elif name.endswith(("_token_id", "_token_ids", "_token_index")) and isinstance(value, list):
            out[name] = [2]
        elif name.endswith(("_token_index", "_index")) and isinstance(value, int) and value >= VOCAB:
            out[name] = 310
        elif name in ("mrope_section",):
            out[name] = [2, 3, 3]
        elif name in ("rope_scaling", "rope_parameters") and isinstance(value, dict) and "mrope_section" in value:
            out[name] = {**value, "mrope_section": [2, 3, 3]}
    for listed in ("layer_types", "layers_block_type", "mlp_layer_types"):
        if fields.get(listed) and isinstance(fields[listed], (list, tuple)):
            out[listed] = two_layers(fields[listed])
            for name in ("num_hidden_layers", "n_layer", "num_layers"):
                if name in out:
                    out[name] = len(out[listed])
    patch = {k: ({**shrunk(CONFIG_MAPPING[v[1]], v[1]), "model_type": v[1], **dict(*v[2:])} if isinstance(v, tuple) else v)
             for k, v in PATCHES.get(model_type, {}).items()}
    out = merged(out, patch)
    return {k: v for k, v in out.items() if v != "DROP"}


def two_layers(types):
    """Two layers, one of each kind where there are two kinds or more; up to four for more kinds."""
    kinds = list(dict.fromkeys(types))
    return (kinds if len(kinds) > 1 else kinds * 2)[:4]


def merged(a, b):
    """`b` over `a`, dictionaries merged."""
    out = copy.deepcopy(a)
    for key, value in b.items():
        out[key] = merged(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out
