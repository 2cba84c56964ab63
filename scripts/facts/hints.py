"""Where the default configuration of a class cannot be built: other ones to start from."""
_TEXT = {"model_type": "bert", "num_hidden_layers": 2}
_DECODER = {"model_type": "gpt2", "n_layer": 2, "add_cross_attention": True, "is_decoder": True}
_VISION = {"model_type": "vit", "num_hidden_layers": 2}
_AUDIO = {"model_type": "wav2vec2", "num_hidden_layers": 2}

HINTS = {
    "dots1": [{"n_routed_experts": 4, "n_shared_experts": 1, "first_k_dense_replace": 1, "num_experts_per_tok": 2, "n_group": 1, "topk_group": 1}],
    "granitemoehybrid": [{"num_hidden_layers": 4, "layer_types": ["mamba", "attention", "mamba", "attention"]}],
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
    "qwen4_exp_text": [{"indexer_n_heads": 4, "indexer_kv_heads": 1, "indexer_head_dim": 64, "indexer_budget": 2048, "indexer_compress_ratio": 64}],
    "esm": [{"vocab_size": 33, "pad_token_id": 1, "mask_token_id": 32}],
    "reformer": [{"is_decoder": True}],
    "emu3": [{"vocabulary_map": {"<image>": 2, "<|extra_0|>": 3}, "text_config": {"model_type": "emu3_text_model"}, "vq_config": {"model_type": "emu3_vqgan"}}],
    "mllama": [{"text_config": {"model_type": "mllama_text_model", "pad_token_id": 0, "rope_scaling": {"rope_type": "default"}}}],
    "mllama_text_model": [{"rope_scaling": {"rope_type": "default"}, "pad_token_id": 0}],
    "dbrx": [{"attn_config": {"rope_theta": 10000.0, "clip_qkv": 8, "kv_n_heads": 8}}],
    "cohere_compass_text": [{"rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 10000.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}}],
    "phi4_multimodal": [{"rope_scaling": {"type": "longrope", "short_factor": [1.0] * 48, "long_factor": [1.0] * 48}}],
    "gemma3n": [{"text_config": {"model_type": "gemma3n_text", "num_hidden_layers": 10, "num_kv_shared_layers": 4}}],
    "gemma3n_text": [{"num_hidden_layers": 10, "num_kv_shared_layers": 4}],
    "autoformer": [{"prediction_length": 24}],
    "informer": [{"prediction_length": 24}],
    "time_series_transformer": [{"prediction_length": 24}],
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
