"""What the field names alone do not settle, by model type. "DROP" leaves a field at its default;
("shrunk", model type[, more]) is that type's own shrunk config."""
from compat import RELEASE

MOE = dict(n_routed_experts=4, n_shared_experts=1, num_experts_per_tok=2, first_k_dense_replace=1)
GEMMA3N = dict(num_hidden_layers=4, layer_types=["sliding_attention", "full_attention"] * 2, num_kv_shared_layers=2,
               intermediate_size=[96] * 4, activation_sparsity_pattern=[0.0] * 4, laurel_rank=8, altup_num_inputs=2,
               hidden_size_per_layer_input=16, vocab_size_per_layer_input=320)
VQ = dict(base_channels=32, latent_channels=32, embed_dim=32, num_embeddings=32, channel_multiplier=[1, 2], resolution=32, projection_dim=64)
YARN = dict(type="yarn", rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=16, beta_fast=32.0, beta_slow=1.0,
            mscale=1.0, mscale_all_dim=1.0, llama_4_scaling_beta=0.1)
VOCABULARY = {"<image>": 310, "<|image token|>": 311, "<|extra_200|>": 312, "IMGIMGA": 313}
BLT_PART = dict(hidden_size_global=64, head_dim=16)

ROPE = dict(rope_type="default", rope_theta=10000.0, mrope_section=[2, 3, 3])

PATCHES = {
    "dots1": MOE,
    "dbrx": dict(attn_config=dict(kv_n_heads=2, rope_theta=10000.0), ffn_config=dict(hidden_size=64, ffn_hidden_size=96, moe_num_experts=4, moe_top_k=2)),
    "gemma3n_text": GEMMA3N,
    "gemma3n": dict(text_config=GEMMA3N),
    "lfm2_moe": dict(layer_types=["conv", "full_attention", "conv"], num_hidden_layers=3, num_dense_layers=1),
    "gpt_neo": dict(attention_types=[[["global", "local"], 1]], num_layers=2),
    "granitemoehybrid": dict(layer_types=["mamba", "attention"], num_hidden_layers=2, mamba_n_heads=4, mamba_d_head=32, num_local_experts=4),
    "bamba": dict(attn_layer_indices=[1], mamba_n_heads=4, mamba_d_head=32),
    "jamba": dict(num_hidden_layers=4, attn_layer_period=2, attn_layer_offset=1),
    "falcon_h1": dict(mamba_n_heads=4, mamba_d_head=32, mamba_d_ssm=128),
    "hunyuan_v1_dense": dict(head_dim=16),
    "hunyuan_v1_moe": dict(head_dim=16, num_experts=4, moe_topk=2),
    "ministral": dict(head_dim=16),
    "nemotron": dict(num_key_value_heads=2, head_dim=16),
    "mamba2": dict(num_heads=8, head_dim=16, n_groups=1),
    "mllama": dict(text_config=dict(cross_attention_layers=[1], rope_scaling=dict(rope_type="default"))),
    "mllama_text_model": dict(cross_attention_layers=[1], rope_scaling=dict(rope_type="default")),
    "reformer": dict(is_decoder=True, axial_pos_shape=[8, 8], axial_pos_embds_dim=[16, 48], attn_layers=["local", "lsh"], num_buckets=8,
                     feed_forward_size=96),
    "transfo-xl": dict(cutoffs=[100, 200, 300], d_embed=64, d_head=16, d_inner=96, div_val=1),
    "zamba": dict(layers_block_type=["mamba", "hybrid", "mamba", "hybrid"], num_hidden_layers=4, attention_hidden_size=128, attention_head_dim=32,
                  num_key_value_heads=4, mamba_dt_rank=8),
    "zamba2": dict(layers_block_type=["mamba", "hybrid", "mamba", "hybrid"], num_hidden_layers=4, attention_hidden_size=128,
                   attention_head_dim=32, num_key_value_heads=4, n_mamba_heads=8, mamba_headdim=16, mamba_d_state=16, adapter_rank=8,
                   hybrid_layer_ids=[1, 3], num_mem_blocks=1),
    "zaya": dict(num_experts_per_tok=1, router_hidden_size=32),
    "cohere_compass_text": dict(rope_parameters=dict(full_attention=ROPE, sliding_attention=ROPE)),
    "roc_bert": dict(pronunciation_vocab_size=64, shape_vocab_size=64, pronunciation_embed_dim=16, shape_embed_dim=16),
    "cpmant": dict(prompt_length=8, prompt_types=4, segment_types=4, position_bias_num_buckets=16, position_bias_max_distance=32, dim_head=16, dim_ff=96),
    "blt": dict(encoder_hash_byte_group_vocab=64, patch_size=4, encoder_config=BLT_PART, decoder_config=BLT_PART,
                global_config=dict(head_dim=16), patcher_config=dict(head_dim=16)),
    "phi4_multimodal": dict(vision_config=dict(hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, image_size=32,
                                               patch_size=8, crop_size=32),
                            audio_config=dict(hidden_size=64, intermediate_size=96, num_blocks=2, num_attention_heads=4, ext_pw_out_channel=64,
                                              nemo_conv_channels=64, depthwise_separable_out_channel=64),
                            bos_token_id=1, pad_token_id=0, eos_token_id=2),
    "qwen4_exp_text": dict(indexer_n_heads=2, indexer_kv_heads=1, indexer_head_dim=16, indexer_budget=8, indexer_compress_ratio=2),
    "gemma4_assistant": dict(text_config=("shrunk", "gemma4_text"), backbone_hidden_size=64, num_centroids=16, centroid_intermediate_top_k=4),
    "gemma4_unified_assistant": dict(text_config=("shrunk", "gemma4_unified_text"), backbone_hidden_size=64, num_centroids=16,
                                     centroid_intermediate_top_k=4),
    "esm": dict(vocab_size=320, pad_token_id=1, mask_token_id=4),
    "esmc": dict(num_key_value_heads=4),
    "squeezebert": dict(embedding_size=64),
    "luke": dict(entity_vocab_size=64, entity_emb_size=32),
    "mluke": dict(entity_vocab_size=64, entity_emb_size=32),
    "funnel": dict(block_sizes=[1, 1], d_head=16, d_inner=96),
    "mistral4": dict(rope_parameters=YARN, qk_rope_head_dim=16, qk_nope_head_dim=16, qk_head_dim=32, head_dim=16),
    "perceiver": dict(num_latents=8, d_latents=64, num_self_attends_per_block=2, num_self_attention_heads=4, num_cross_attention_heads=4,
                      output_num_channels=16, output_shape=[1, 4, 32, 32]),
    "hunyuan_vl": dict(text_config=dict(head_dim=16), vision_config=dict(max_image_size=64, min_image_size=32, text_hidden_size=64)),
    "chameleon": dict(vocabulary_map=VOCABULARY, vq_config=VQ),
    "emu3": dict(vocabulary_map=VOCABULARY, vq_config=VQ),
    "janus": dict(vq_config={**VQ, "image_token_embed_dim": 64, "num_patches": 4}, vision_config=dict(projection_dim=64)),
    "llama4": dict(vision_config=dict(vision_output_dim=64, projector_input_dim=64, projector_output_dim=64, intermediate_size=256)),
    "cohere2_vision": dict(alignment_intermediate_size=128),
    "florence2": dict(vision_config=dict(embed_dim=[16, 16, 32, 64], depths=[1, 1, 1, 1], num_heads=[2, 2, 2, 4], num_groups=[2, 2, 2, 4],
                                         patch_size=[7, 3, 3, 3], projection_dim=64, window_size=4)),
    "ernie4_5_vl_moe": dict(text_config=dict(rope_parameters=dict(rope_type="default", rope_theta=10000.0, mrope_section=[2, 2, 4]))),
    "granite4_vision": dict(text_config=("shrunk", "granite"), spatial_target_layers=[0, 1]),
    "deepseek_ocr2": dict(text_config=dict(mlp_layer_types=["dense", "sparse"])),
    "glm5_next": dict(text_config=dict(num_key_value_heads=4)),
    "encoder-decoder": dict(encoder=("shrunk", "bert"), decoder=("shrunk", "bert", dict(is_decoder=True, add_cross_attention=True))),
    "vision-encoder-decoder": dict(encoder=("shrunk", "vit"), decoder=("shrunk", "gpt2", dict(is_decoder=True, add_cross_attention=True))),
    **({f"qwen3_vl{m}": dict(text_config=dict(rope_scaling=dict(rope_type="default", mrope_section=[2, 3, 3]))) for m in ("", "_moe")}
       if RELEASE.startswith("4.") else {}),
}
