"""Where the default configuration of a class cannot be built: other ones to start from."""
_TEXT = {"model_type": "bert", "num_hidden_layers": 2}
_DECODER = {"model_type": "gpt2", "n_layer": 2, "add_cross_attention": True, "is_decoder": True}
_VISION = {"model_type": "vit", "num_hidden_layers": 2}
_TIMM_RESNET = {"model_type": "timm_backbone", "backbone": "resnet50", "num_channels": 3, "features_only": True, "use_pretrained_backbone": False, "out_indices": [1, 2, 3, 4]}
_RESNET = {"model_type": "resnet", "out_features": ["stage1", "stage2", "stage3", "stage4"]}
# The same network from timm, as the released checkpoints have it, or from transformers.
_DETR = [{"backbone": "resnet50", "use_timm_backbone": True, "use_pretrained_backbone": False},
         {"backbone_config": _TIMM_RESNET},
         {"backbone": None, "use_timm_backbone": False, "use_pretrained_backbone": False, "backbone_config": _RESNET}]
_MROPE = {"rope_type": "default", "mrope_section": [24, 20, 20]}
_QSA = {"indexer_n_heads": 4, "indexer_kv_heads": 1, "indexer_head_dim": 256, "indexer_budget": 2048, "indexer_compress_ratio": 64}
_GEMMA4_DRAFT = {"hidden_size_per_layer_input": 0, "enable_moe_block": False, "use_double_wide_mlp": False, "vocab_size_per_layer_input": 0, "num_hidden_layers": 4}
# Their switch for experts can be turned only where their sizes are stated.
_GEMMA_EXPERTS = {"num_experts": 4, "top_k_experts": 2, "moe_intermediate_size": 704}
_AUDIO = {"model_type": "wav2vec2", "num_hidden_layers": 2}


def _with_towers(text, model_type):
    """Towers that the default configuration leaves out and releases have: both, either, and none."""
    vision, audio = ({f"{side}_config": {"model_type": f"{model_type}_{side}"}} for side in ("vision", "audio"))
    return [{**text, **vision, **audio}, {**text, **vision}, {**text, **audio}, text]


HINTS = {
    "dots1": [{"n_routed_experts": 4, "n_shared_experts": 1, "first_k_dense_replace": 1, "num_experts_per_tok": 2, "n_group": 1, "topk_group": 1}],
    "granitemoehybrid": [{"num_hidden_layers": 4, "layer_types": ["mamba", "attention", "mamba", "attention"]}],
    "zamba2": [{"num_hidden_layers": 6, "num_mem_blocks": 1, "layers_block_type": ["mamba", "mamba", "hybrid", "mamba", "hybrid", "mamba"]}],
    "lfm2_moe": [{"num_hidden_layers": 4, "layer_types": ["conv", "full_attention", "conv", "full_attention"]}],
    "hunyuan_v1_dense": [{"head_dim": 128}],
    "hunyuan_v1_moe": [{"head_dim": 128}],
    "ministral": [{"head_dim": 128}],
    "nemotron": [{"head_dim": 128, "num_key_value_heads": 8}],
    "qwen3_vl": [{"text_config": {"model_type": "qwen3_vl_text", "rope_scaling": {"rope_type": "default", "mrope_section": [24, 20, 20]}}}],
    "qwen3_vl_moe": [{"text_config": {"model_type": "qwen3_vl_moe_text", "rope_scaling": {"rope_type": "default", "mrope_section": [24, 20, 20]}}}],
    "chameleon": [{"vocabulary_map": {"<image>": 4, "IMGIMGBZ": 5}}],
    "cohere_compass": [{"text_config": {"model_type": "cohere_compass_text", "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 10000.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}}}],
    "perception_lm": [{"vision_config": {"model_type": "timm_wrapper", "architecture": "vit_pe_core_large_patch14_336", "model_args": {"embed_dim": 1024}}}],
    "deepseek_ocr2": [{"text_config": {"model_type": "deepseek_ocr2_text", "num_hidden_layers": 4, "mlp_layer_types": ["dense", "sparse", "sparse", "sparse"]}}],
    "qwen4_exp_text": [_QSA],
    "esm": [{"vocab_size": 33, "pad_token_id": 1, "mask_token_id": 32}],
    "reformer": [{"is_decoder": True}],
    "emu3": [{"vocabulary_map": {"<image>": 2, "<|extra_0|>": 3}, "text_config": {"model_type": "emu3_text_model"}, "vq_config": {"model_type": "emu3_vqgan"}}],
    "mllama": [{"text_config": {"model_type": "mllama_text_model", "pad_token_id": 0, "rope_scaling": {"rope_type": "default"}}}],
    "mllama_text_model": [{"rope_scaling": {"rope_type": "default"}, "pad_token_id": 0}],
    "dbrx": [{"attn_config": {"rope_theta": 10000.0, "clip_qkv": 8, "kv_n_heads": 8}}],
    "cohere_compass_text": [{"rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 10000.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}}],
    "phi4_multimodal": [{"vision_config": {"model_type": "phi4_multimodal_vision"}, "audio_config": {"model_type": "phi4_multimodal_audio"}, "rope_scaling": {"type": "longrope", "short_factor": [1.0] * 48, "long_factor": [1.0] * 48}}],
    "gemma3n": [{"text_config": {"model_type": "gemma3n_text", "num_hidden_layers": 10, "num_kv_shared_layers": 4}}],
    "gemma3n_text": [{"num_hidden_layers": 10, "num_kv_shared_layers": 4}],
    "autoformer": [{"prediction_length": 24}],
    "informer": [{"prediction_length": 24}],
    "time_series_transformer": [{"prediction_length": 24}],
    "detr": _DETR,
    "conditional_detr": _DETR,
    "dab-detr": _DETR,
    "deformable_detr": _DETR,
    "table-transformer": _DETR,
    "omdet-turbo": _DETR,
    "tvp": [{"backbone": None, "use_timm_backbone": False, "use_pretrained_backbone": False, "backbone_config": _RESNET}, {"type_vocab_size": 2}],
    "hunyuan_vl": [{"text_config": {"model_type": "hunyuan_vl_text", "head_dim": 128, "num_key_value_heads": 8}}],
    "hunyuan_vl_text": [{"head_dim": 128, "num_key_value_heads": 8}],
    "gemma4_text": [_GEMMA_EXPERTS],
    "gemma4": _with_towers({"text_config": {"model_type": "gemma4_text", **_GEMMA_EXPERTS}}, "gemma4"),
    "gemma4_unified_text": [_GEMMA_EXPERTS],
    "gemma4_unified": _with_towers({"text_config": {"model_type": "gemma4_unified_text", **_GEMMA_EXPERTS}}, "gemma4_unified"),
    "gemma4_assistant": [{"text_config": {"model_type": "gemma4_text", **_GEMMA4_DRAFT}}],
    "gemma4_unified_assistant": [{"text_config": {"model_type": "gemma4_unified_text", **_GEMMA4_DRAFT}}],
    "qwen4_exp": [{"text_config": {"model_type": "qwen4_exp_text", **_QSA}}],
    "moonshine_streaming": [{"num_key_value_heads": 8}],
    "qwen3_omni_moe": [{"thinker_config": {"model_type": "qwen3_omni_moe_thinker", "text_config": {"model_type": "qwen3_omni_moe_text", "rope_scaling": _MROPE}}, "talker_config": {"model_type": "qwen3_omni_moe_talker", "spatial_merge_size": 2, "text_config": {"model_type": "qwen3_omni_moe_talker_text", "shared_expert_intermediate_size": 512, "rope_scaling": _MROPE}}}],
    "qwen3_omni_moe_talker_text": [{"shared_expert_intermediate_size": 512, "rope_scaling": _MROPE}],
    "qwen3_omni_moe_text": [{"rope_scaling": _MROPE}],
    "qwen3_omni_moe_thinker": [{"text_config": {"model_type": "qwen3_omni_moe_text", "rope_scaling": _MROPE}}],
    "qwen3_vl_text": [{"rope_scaling": _MROPE}],
    "qwen3_vl_moe_text": [{"rope_scaling": _MROPE}],
    "granite4_vision": [{"text_config": {"model_type": "granite4_vision_text"}, "deepstack_layer_map": [[0, 0], [1, 1]], "spatial_target_layers": [2, 3], "downsample_rate": "4/8", "use_spatial_sampling": True}],
    "diffusion_gemma_text": [_GEMMA_EXPERTS],
    "diffusion_gemma": [{"text_config": {"model_type": "diffusion_gemma_text", **_GEMMA_EXPERTS}, "vision_config": {"model_type": "gemma4_vision"}}],
    "nemotron_h_omni": [{"vision_config": {"model_type": "radio", "video_temporal_patch_size": 2}}],
    "deepseek_ocr2_text": [{"num_hidden_layers": 4, "mlp_layer_types": ["dense", "sparse", "sparse", "sparse"]}],
    "timm_wrapper": [{"architecture": "vit_base_patch16_224", "num_classes": 1000}, {"architecture": "resnet50", "num_classes": 1000}],
    "gemma3n_vision": [{"architecture": "mobilenetv5_300m_enc", "num_classes": 2}],
    "timm_backbone": [{"backbone": "resnet50", "use_pretrained_backbone": False}],
    "perceiver": [{}, {"num_cross_attention_heads": 1}],
    "wav2vec2-bert": [{"vocab_size": 32}],
    "wav2vec2-conformer": [{"vocab_size": 32}],
    "beit": [{}, {"out_indices": [3, 5, 7, 11]}],
    "vilt": [{}, {"num_images": 2}],
    "t5gemma": [{}, {"is_encoder_decoder": False}],
    # All that Google released is gated; so is UDOP's encoder by itself.
    "longt5": [{}, {"feed_forward_proj": "gated-gelu"}],
    "udop": [{}, {"feed_forward_proj": "gated-gelu"}],
    # The table of relative positions has a row for each bucket, or each distance, on both sides; releases have buckets.
    "deberta": [{}, {"relative_attention": True, "max_relative_positions": 48}],
    "deberta-v2": [{}, {"relative_attention": True, "position_buckets": 24}, {"relative_attention": True, "max_relative_positions": 48}],
    "hiera": [{}, {"num_query_pool": 3, "decoder_hidden_size": 512, "decoder_depth": 8, "decoder_num_heads": 16}],
    "bridgetower": [{}, {"contrastive_hidden_size": 512}],
    "edgetam_vision_model": [{"backbone_config": {"model_type": "timm_wrapper", "architecture": "repvit_m1.dist_in1k", "num_classes": 1000, "model_args": {"in_chans": 3, "features_only": True, "out_indices": [0, 1, 2, 3]}}}],
    "edgetam": [{"vision_config": {"model_type": "edgetam_vision_model", "backbone_config": {"model_type": "timm_wrapper", "architecture": "repvit_m1.dist_in1k", "num_classes": 1000, "model_args": {"in_chans": 3, "features_only": True, "out_indices": [0, 1, 2, 3]}}}}],
    "encoder-decoder": [{"encoder": _TEXT, "decoder": {**_TEXT, "is_decoder": True, "add_cross_attention": True}, "is_encoder_decoder": True}],
    "vision-encoder-decoder": [{"encoder": _VISION, "decoder": _DECODER, "is_encoder_decoder": True}],
    "speech-encoder-decoder": [{"encoder": _AUDIO, "decoder": _DECODER, "is_encoder_decoder": True}],
    "vision-text-dual-encoder": [{"vision_config": _VISION, "text_config": _TEXT}],
    "rag": [{"question_encoder": {"model_type": "dpr", "num_hidden_layers": 2}, "generator": {"model_type": "bart", "encoder_layers": 2, "decoder_layers": 2}}],
    "musicgen": [{"text_encoder": {"model_type": "t5", "num_layers": 2}, "audio_encoder": {"model_type": "encodec"}, "decoder": {"model_type": "musicgen_decoder", "num_hidden_layers": 2}}],
    "musicgen_melody": [{"text_encoder": {"model_type": "t5", "num_layers": 2}, "audio_encoder": {"model_type": "encodec"}, "decoder": {"model_type": "musicgen_melody_decoder", "num_hidden_layers": 2}}],
}


def starting_configs(model_type, config_class):
    """Overrides to try in turn; the empty one is the class's default."""
    yield from HINTS.get(model_type, [])
    yield {}
