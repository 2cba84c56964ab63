"""Sound saves whose parameters come of several settings at once, of a model within the model that the outer class does not name, or of stages
that lists of settings size; and the same with one parameter gone.

    PYTHON company.py OUT.jsonl [PART_OF_A_CLASS]
"""
import json
import os
import sys
import tempfile

from compat import RELEASE, torch, transformers  # first: prepares the import
from header import Shard, encode, lay_out
from oracle import ask

SMALL = dict(hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=64, vocab_size=99, max_position_embeddings=64)
DECODER = dict(is_decoder=True, add_cross_attention=True)
DEBERTA = dict(SMALL, relative_attention=True)
BERT, ROBERTA = {"model_type": "bert", **SMALL}, {"model_type": "roberta", **SMALL}
GPT2 = {"model_type": "gpt2", "n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 99, "n_positions": 64}
TROCR = {"model_type": "trocr", "d_model": 32, "decoder_layers": 2, "decoder_attention_heads": 4, "decoder_ffn_dim": 64, "vocab_size": 99,
         "max_position_embeddings": 64, "cross_attention_hidden_size": 32}
VIT = {"model_type": "vit", "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64, "image_size": 32, "patch_size": 8}
DEIT = {**VIT, "model_type": "deit"}
QWEN2 = {"model_type": "qwen2", **SMALL, "num_key_value_heads": 2}
GEMMA2 = {"model_type": "gemma2", **SMALL, "num_key_value_heads": 2, "head_dim": 8, "pad_token_id": 0}
SIGLIP = {**VIT, "model_type": "siglip_vision_model"}
CLIP = {**VIT, "model_type": "clip_vision_model", "projection_dim": 32}
STAGES = {"hidden_sizes": [8, 16, 40, 64], "depths": [2, 2, 3, 2]}
SWIN = {"image_size": 32, "patch_size": 4, "embed_dim": 8, "depths": [2, 2, 3], "num_heads": [2, 2, 2], "window_size": 4}
GEMMA4 = dict(SMALL, num_hidden_layers=4, num_key_value_heads=2, head_dim=8, global_head_dim=16, vocab_size_per_layer_input=99, hidden_size_per_layer_input=8,
              num_kv_shared_layers=1, layer_types=["sliding_attention", "full_attention"] * 2)
GEMMA4_TOWERS = dict(vision_config=dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=4, head_dim=8),
                     audio_config=dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, output_proj_dims=48))
MBART = {"model_type": "mbart", "d_model": 32, "decoder_layers": 3, "decoder_attention_heads": 4, "decoder_ffn_dim": 64, "vocab_size": 99, "max_position_embeddings": 64}

#: (name, class, config, which parameter the damaged save lacks: the last whose name holds this)
CASES = [
    ("share_att_key", "DebertaV2ForMaskedLM", dict(DEBERTA, pos_att_type=["p2c", "c2p"], share_att_key=True, norm_rel_ebd="layer_norm", position_buckets=16), "value_proj"),
    ("pos_att_type", "DebertaV2ForSequenceClassification", dict(DEBERTA, pos_att_type=["p2c", "c2p"]), "pos_key_proj"),
    ("buckets", "DebertaV2ForSequenceClassification", dict(DEBERTA, max_position_embeddings=64, position_buckets=12, share_att_key=True, pos_att_type="p2c|c2p", position_biased_input=False,
                                                            type_vocab_size=0, norm_rel_ebd="layer_norm"), "query_proj"),
    ("conv", "DebertaV2ForTokenClassification", dict(DEBERTA, pos_att_type="p2c|c2p", share_att_key=True, conv_kernel_size=3), "query_proj"),
    ("pos_att_type", "DebertaForSequenceClassification", dict(DEBERTA, pos_att_type=["p2c", "c2p"]), "pos_proj"),
    ("cross_attention", "BertLMHeadModel", dict(SMALL, **DECODER), "crossattention"),
    ("cross_attention", "ElectraForCausalLM", dict(SMALL, embedding_size=32, **DECODER), "crossattention"),
    ("bert_bert", "EncoderDecoderModel", dict(encoder=BERT, decoder={**BERT, **DECODER}), "decoder.bert.encoder"),
    ("bert_gpt2", "EncoderDecoderModel", dict(encoder=BERT, decoder={**GPT2, **DECODER}), "decoder.transformer.h"),
    ("roberta_roberta", "EncoderDecoderModel", dict(encoder=ROBERTA, decoder={**ROBERTA, **DECODER}), "crossattention"),
    ("vit_roberta", "VisionEncoderDecoderModel", dict(encoder=VIT, decoder={**ROBERTA, **DECODER}), "crossattention"),
    ("qwen2_siglip", "LlavaForConditionalGeneration", dict(text_config=QWEN2, vision_config=SIGLIP), "v_proj"),
    ("gemma2_clip", "LlavaForConditionalGeneration", dict(text_config=GEMMA2, vision_config=CLIP), "post_feedforward_layernorm"),
    ("swin_mbart", "VisionEncoderDecoderModel", dict(encoder={"model_type": "donut-swin", **SWIN}, decoder={**MBART, **DECODER}), "encoder_attn"),
    ("stages", "SwinForImageClassification", SWIN, "layers.2.blocks.2.output.dense"),
    ("stages", "Swinv2ForImageClassification", SWIN, "layers.0.downsample.norm"),
    ("stages", "ConvNextForImageClassification", STAGES, "stages.2.layers.2.pwconv1"),
    ("stages", "PvtForImageClassification", STAGES, "block.2.1.layer_norm_1"),
    ("stages", "PoolFormerForImageClassification", STAGES, "block.3.1.output.conv1"),
    ("stages", "SegformerForImageClassification", dict(hidden_sizes=[8, 16, 40, 64], depths=[2, 2, 3, 2], num_attention_heads=[1, 2, 5, 8]), "block.1.1.mlp.dense1"),
    ("towers", "Gemma4ForConditionalGeneration", dict(text_config=GEMMA4, **GEMMA4_TOWERS), "vision_tower.encoder.layers.1.self_attn.q_proj"),
    ("no_towers", "Gemma4ForConditionalGeneration", dict(text_config=GEMMA4), "q_proj"),
    ("deit_trocr", "VisionEncoderDecoderModel", dict(encoder=DEIT, decoder={**TROCR, **DECODER}), "decoder.model.decoder.layers"),
]



def record(name, cls, fault, config, tensors):
    """A case of the corpus, before the loader was asked."""
    text, data = encode(tensors, {"format": "pt"})
    good = f"{RELEASE}/company/{cls}/{name}/good"
    return {"id": good.replace("/good", f"/{fault}"), "transformers": RELEASE, "model_type": config["model_type"], "class": cls, "fault": fault,
            "base": None if fault == "good" else good, "config": config, "extra": {}, "task": "other",
            "files": [{"path": "model.safetensors", "size": 8 + len(text.encode()) + data, "header": text}]}


def cases(name, cls, settings, lost):
    """The sound save, and the one that lacks a parameter."""
    model_class = getattr(transformers, cls)
    with tempfile.TemporaryDirectory() as folder:
        model_class(model_class.config_class(**json.loads(json.dumps(settings)))).to(torch.bfloat16).save_pretrained(folder)
        tensors = Shard.read(folder, "model.safetensors").tensors
        with open(os.path.join(folder, "config.json")) as file:
            config = json.load(file)
    gone = [key for key in sorted(tensors) if lost in key and key.endswith("weight")][-1]
    yield record(name, cls, "good", config, tensors)
    yield record(name, cls, "tensor_dropped", config, {key: value for key, value in tensors.items() if key != gone})


def main():
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    with open(sys.argv[1], "w") as out:
        for name, cls, settings, lost in CASES:
            if only not in cls or not hasattr(transformers, cls):
                continue
            for case in cases(name, cls, settings, lost):
                with tempfile.TemporaryDirectory() as folder:
                    lay_out(case, folder)
                    case["oracle"] = ask(None, folder, getattr(transformers, cls))
                print(case["id"], case["oracle"].get("error"), len(case["oracle"].get("missing", [])), case["oracle"].get("unexpected"), case["oracle"].get("silent"))
                out.write(json.dumps(case) + "\n")


if __name__ == "__main__":
    main()
