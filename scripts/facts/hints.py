"""Where the default configuration of a class cannot be built: other ones to start from."""
_TEXT = {"model_type": "bert", "num_hidden_layers": 2}
_DECODER = {"model_type": "gpt2", "n_layer": 2, "add_cross_attention": True, "is_decoder": True}
_VISION = {"model_type": "vit", "num_hidden_layers": 2}
_AUDIO = {"model_type": "wav2vec2", "num_hidden_layers": 2}

HINTS = {
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
