"""Quantised checkpoints, sound and with companions missing, laid out by hand: the libraries that write them need a GPU or are absent.

usage: quantised.py OUT.jsonl WORK_DIR
Each case has `expected` ("complete", "incomplete", or "unknown" where head, config and index do not decide) with `why`, and `layout`, the
source of the layout. Where transformers itself can load the format on a CPU (it dequantises FP8 and MXFP4), `oracle` is its real answer;
elsewhere `oracle` is null."""
import copy
import json
import os
import shutil
import sys

import compat
from compat import RELEASE, torch, transformers
import oracle
from header import Checkpoint, Shard, lay_out

GROUP, BLOCK = 128, 128
LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


def up(n, d):
    return -(-n // d)


def bnb4(double):
    def make(out, inn):
        blocks = up(out * inn, 64)
        parts = {"weight": ("U8", (out * inn // 2, 1)), "weight.absmax": ("U8" if double else "F32", (blocks,)), "weight.quant_map": ("F32", (16,)),
                 "weight.quant_state.bitsandbytes__nf4": ("U8", (91 if not double else 146,))}
        if double:
            parts |= {"weight.nested_absmax": ("F32", (up(blocks, 256),)), "weight.nested_quant_map": ("F32", (256,))}
        return parts
    return make


def nvfp4(out, inn):
    return {"weight": ("U8", (out, inn // 2)), "weight_scale": ("F8_E4M3", (out, inn // 16)), "weight_scale_2": ("F32", ()), "input_scale": ("F32", ())}


def packed(symmetric):
    def make(out, inn):
        parts = {"weight_packed": ("I32", (out, inn // 8)), "weight_scale": ("BF16", (out, inn // GROUP)), "weight_shape": ("I64", (2,))}
        return parts if symmetric else {**parts, "weight_zero_point": ("I32", (out // 8, inn // GROUP))}
    return make


def ct(fmt, weights, extra=None):
    return {"quant_method": "compressed-tensors", "format": fmt, "quantization_status": "compressed", "ignore": ["lm_head"],
            "config_groups": {"group_0": {"targets": ["Linear"], "weights": weights, **(extra or {})}}}


INT4 = dict(num_bits=4, type="int", strategy="group", group_size=GROUP)
BNB = dict(quant_method="bitsandbytes", bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype="bfloat16", bnb_4bit_quant_storage="uint8",
           llm_int8_skip_modules=["lm_head"])
#: name → (parts of a Linear [out, in], quantization_config, the required companions, source of the layout)
FORMATS = {
    "bnb4": (bnb4(False), {**BNB, "load_in_4bit": True, "load_in_8bit": False, "bnb_4bit_use_double_quant": False},
             "bitsandbytes functional.py, QuantState.as_dict(packed=True)"),
    "bnb4_double": (bnb4(True), {**BNB, "load_in_4bit": True, "load_in_8bit": False, "bnb_4bit_use_double_quant": True},
                    "bitsandbytes functional.py, QuantState.as_dict(packed=True)"),
    "bnb8": (lambda o, i: {"weight": ("I8", (o, i)), "SCB": ("F32", (o,)), "weight_format": ("U8", ())},
             {"quant_method": "bitsandbytes", "load_in_8bit": True, "load_in_4bit": False, "llm_int8_skip_modules": ["lm_head"]},
             "bitsandbytes nn/modules.py, Linear8bitLt._save_to_state_dict"),
    "gptq": (lambda o, i: {"qweight": ("I32", (i // 8, o)), "qzeros": ("I32", (i // GROUP, o // 8)), "scales": ("F16", (i // GROUP, o)), "g_idx": ("I32", (i,))},
             dict(quant_method="gptq", bits=4, group_size=GROUP, desc_act=False, sym=True, checkpoint_format="gptq"), "AutoGPTQ nn_modules/qlinear"),
    "awq": (lambda o, i: {"qweight": ("I32", (i, o // 8)), "qzeros": ("I32", (i // GROUP, o // 8)), "scales": ("F16", (i // GROUP, o))},
            dict(quant_method="awq", bits=4, group_size=GROUP, version="gemm", zero_point=True, modules_to_not_convert=None),
            "AutoAWQ awq/modules/linear/gemm.py, WQLinear_GEMM"),
    "ct_pack": (packed(True), ct("pack-quantized", {**INT4, "symmetric": True}), "compressed-tensors compressors/pack_quantized.py"),
    "ct_pack_asymmetric": (packed(False), ct("pack-quantized", {**INT4, "symmetric": False}), "compressed-tensors compressors/pack_quantized.py"),
    "ct_fp8": (lambda o, i: {"weight": ("F8_E4M3", (o, i)), "weight_scale": ("BF16", (o, 1))},
               ct("float-quantized", dict(num_bits=8, type="float", strategy="channel", symmetric=True)), "compressed-tensors, float-quantized"),
    "ct_int8": (lambda o, i: {"weight": ("I8", (o, i)), "weight_scale": ("BF16", (o, 1))},
                ct("int-quantized", dict(num_bits=8, type="int", strategy="channel", symmetric=True)), "compressed-tensors, int-quantized"),
    "ct_nvfp4": (lambda o, i: {"weight_packed": ("U8", (o, i // 2)), "weight_scale": ("F8_E4M3", (o, i // 16)), "weight_global_scale": ("F32", (1,)),
                               "input_global_scale": ("F32", (1,))},
                 ct("nvfp4-pack-quantized", dict(num_bits=4, type="float", strategy="tensor_group", group_size=16, symmetric=True)),
                 "compressed-tensors compressors/nvfp4_quantized.py"),
    "fp8_block": (lambda o, i: {"weight": ("F8_E4M3", (o, i)), "weight_scale_inv": ("F32", (up(o, BLOCK), up(i, BLOCK)))},
                  dict(quant_method="fp8", activation_scheme="dynamic", weight_block_size=[BLOCK, BLOCK], fmt="e4m3", modules_to_not_convert=["lm_head"]),
                  "DeepSeek-V3 README_WEIGHTS.md; transformers integrations/finegrained_fp8.py"),
    "nvfp4": (nvfp4, dict(quant_method="modelopt", quant_algo="NVFP4", ignore=["lm_head"]), "vLLM quantization/modelopt.py, ModelOptNvFp4LinearMethod"),
}
MAIN = ("weight", "qweight", "weight_packed")
#: companions a loader can do without: GPTQ's g_idx follows from group_size, Linear8bitLt's format has a default, the shape of an unpadded weight
OPTIONAL = {"g_idx", "weight_format", "weight_shape", "input_scale", "input_global_scale"}
REAL = {"fp8_block", "mxfp4"}


def base(folder):
    """The unquantised save everything is laid out from."""
    config = transformers.LlamaConfig(hidden_size=256, intermediate_size=512, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
                                      head_dim=64, vocab_size=320, max_position_embeddings=64, tie_word_embeddings=False)
    transformers.LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    return Checkpoint.read(folder)


def quantise(plain, parts, config):
    out, linears = plain.copy(), []
    tensors = {}
    for name, (dtype, shape) in plain.names.items():
        stem = name.removesuffix(".weight")
        if stem.split(".")[-1] in LINEAR:
            linears.append(stem)
            tensors |= {f"{stem}.{k}": v for k, v in parts(*shape).items()}
        else:
            tensors[name] = (dtype, shape)
    out.shards = [Shard("model.safetensors", tensors, {"format": "pt"})]
    out.config = {**plain.config, "quantization_config": config}
    return out, linears


def without(checkpoint, names):
    return checkpoint.edit(lambda n, t: None if n in names else (n, t))


def linear_cases(plain):
    for name, (parts, config, source) in FORMATS.items():
        good, linears = quantise(plain, parts, config)
        kinds = list(parts(256, 256))
        victim = linears[len(linears) // 2]
        if name == "nvfp4":
            good.extra["hf_quant_config.json"] = {"producer": {"name": "modelopt", "version": "0.33.0"},
                                                  "quantization": {"quant_algo": "NVFP4", "group_size": 16, "exclude_modules": ["lm_head"]}}
        yield name, "good", good, "complete", "every quantised weight has its companions", source
        for kind in kinds:
            short = kind.replace("weight.quant_state.bitsandbytes__nf4", "weight.quant_state").replace(".", "_")
            left = without(good, {f"{victim}.{kind}"})
            if kind in MAIN:
                yield name, f"{short}_missing", left, "incomplete", f"{victim} has its companions and no {kind}", source
            elif kind in OPTIONAL:
                yield name, f"{short}_missing", left, "unknown", f"{victim} lacks {kind}, which loaders can do without or default", source
            else:
                yield name, f"{short}_missing", left, "incomplete", f"{victim} lacks {kind}", source
        companions = {f"{s}.{k}" for s in linears for k in kinds if k not in MAIN}
        yield name, "all_companions_missing", without(good, companions), "incomplete", "no quantised weight has its companions", source
        unsaid = good.copy()
        del unsaid.config["quantization_config"]
        unsaid.extra.pop("hf_quant_config.json", None)
        yield name, "config_missing", unsaid, "incomplete", "quantised tensors and no quantization_config: a loader takes them for plain weights", source
        yield name, "head_dropped", without(good, {"lm_head.weight"}), "incomplete", "the head is missing", source
        layer = {n for n in good.names if n.startswith("model.layers.1.")}
        yield name, "layer_dropped", without(good, layer), "incomplete", "a middle layer is missing", source
        yield name, "linear_dropped", without(good, {n for n in good.names if n.startswith(victim + ".")}), "incomplete", f"{victim} is missing whole", source
        yield name, "ddp_prefix", good.edit(lambda n, t: ("module." + n, t)), "incomplete", "a wrapper's prefix", source


def gpt_oss(folder):
    config = transformers.GptOssConfig(hidden_size=64, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                                       head_dim=16, num_local_experts=4, num_experts_per_tok=2, vocab_size=320, max_position_embeddings=64,
                                       layer_types=["sliding_attention", "full_attention"], tie_word_embeddings=False)
    transformers.GptOssForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    return Checkpoint.read(folder)


def mxfp4_cases(plain):
    source = "openai/gpt-oss safetensors; transformers integrations/mxfp4.py"
    tensors = {}
    for name, (dtype, shape) in plain.names.items():
        if name.endswith(("experts.gate_up_proj", "experts.down_proj")):
            experts, inn, out = shape
            tensors[name + "_blocks"] = ("U8", (experts, out, inn // 32, 16))
            tensors[name + "_scales"] = ("U8", (experts, out, inn // 32))
        else:
            tensors[name] = (dtype, shape)
    good = plain.copy()
    good.shards = [Shard("model.safetensors", tensors, {"format": "pt"})]
    good.config["quantization_config"] = {"quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn", "model.layers.*.mlp.router",
                                                                                              "model.embed_tokens", "lm_head"]}
    victim = "model.layers.1.mlp.experts.down_proj"
    yield "mxfp4", "good", good, "complete", "blocks and scales for every expert weight", source
    for kind in ("_blocks", "_scales", "_bias"):
        yield "mxfp4", kind.strip("_") + "_missing", without(good, {victim + kind}), "incomplete", f"{victim} lacks {kind}", source
    yield "mxfp4", "all_companions_missing", without(good, {n for n in tensors if n.endswith("_scales")}), "incomplete", "no scales", source
    unsaid = good.copy()
    del unsaid.config["quantization_config"]
    yield "mxfp4", "config_missing", unsaid, "incomplete", "quantised tensors and no quantization_config", source
    yield "mxfp4", "head_dropped", without(good, {"lm_head.weight"}), "incomplete", "the head is missing", source
    yield "mxfp4", "dequantised", plain, "complete", "the bfloat16 save of the same model", source


def main():
    out_path, work = sys.argv[1:]
    os.makedirs(work, exist_ok=True)
    llama, oss = base(os.path.join(work, "1")), gpt_oss(os.path.join(work, "2"))
    with open(out_path, "w") as out:
        def emit(model_type, fmt, fault, checkpoint, expected, why, source):
            record, place = checkpoint.record(), os.path.join(work, "0")
            shutil.rmtree(place, ignore_errors=True)
            said = None
            if fmt in REAL or fmt == "base":
                lay_out(record, place)
                said = oracle.ask("causal-lm", place)
                said.pop("silent", None)
                if "No GPU or XPU" in (said["error"] or ""):
                    said = None
            head = f"{RELEASE}/{model_type}/quantised/"
            out.write(json.dumps({"id": f"{head}{fmt}/{fault}" if fmt != "base" else head + "base", "transformers": RELEASE, "model_type": model_type,
                                  "class": checkpoint.config["architectures"][0], "fault": f"quantised_{fmt}_{fault}",
                                  "base": head + "base" if fmt != "base" else None, **copy.deepcopy(record), "oracle": said,
                                  "expected": expected, "why": why, "layout": source, "format": fmt, "task": "causal-lm"}) + "\n")
        emit("llama", "base", "good", llama, "complete", "plain bfloat16", "transformers")
        emit("gpt_oss", "base", "good", oss, "complete", "plain bfloat16", "transformers")
        for case in linear_cases(llama):
            emit("llama", *case)
        for case in mxfp4_cases(oss):
            emit("gpt_oss", *case)


if __name__ == "__main__":
    compat.classes("causal-lm")
    main()
