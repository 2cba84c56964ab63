"""Deep models: well-known public configs at their full depth, built on the meta device, saved by the real save_pretrained with the bytes
left out. Only headers, sizes and the index are kept.

usage: real_configs.py OUT.jsonl
The oracle is by construction (`constructed`: true): what was taken away is what a loader misses, under the name it has on disk, for
`automodel_save` the head unless the model ties it. Nothing here was loaded: these models do not fit a small machine."""
import json
import math
import os
import re
import sys
import tempfile

import compat
from compat import RELEASE, torch, transformers
import transformers.modeling_utils as modeling_utils
from header import Checkpoint, INDEX, Shard, nbytes

T = transformers
NAMES = {torch.bfloat16: "BF16", torch.float16: "F16", torch.float32: "F32", torch.int64: "I64", torch.uint8: "U8", torch.bool: "BOOL", torch.int32: "I32"}
SHARD = 5_000_000_000
LAYER = re.compile(r"^(.*?(?:layers|h|layer|blocks|block))\.(\d+)\.")


def llama(**k):
    return T.LlamaConfig(**{**dict(vocab_size=128256, hidden_size=4096, intermediate_size=14336, num_hidden_layers=32, num_attention_heads=32,
                                   num_key_value_heads=8, tie_word_embeddings=False), **k})


def qwen2(**k):
    return T.Qwen2Config(**{**dict(vocab_size=152064, hidden_size=3584, intermediate_size=18944, num_hidden_layers=28, num_attention_heads=28,
                                   num_key_value_heads=4, tie_word_embeddings=False), **k})


def qwen3(**k):
    return T.Qwen3Config(**{**dict(vocab_size=151936, hidden_size=4096, intermediate_size=12288, num_hidden_layers=36, num_attention_heads=32,
                                   num_key_value_heads=8, head_dim=128, tie_word_embeddings=False), **k})


#: name → (config, auto class). Expert counts of the largest are cut to 8, so that a header stays readable; depths are the published ones.
MODELS = {
    "Llama-3.1-8B": (lambda: llama(), "CausalLM"),
    "Llama-3.1-70B": (lambda: llama(hidden_size=8192, intermediate_size=28672, num_hidden_layers=80, num_attention_heads=64), "CausalLM"),
    "Llama-3.2-1B": (lambda: llama(hidden_size=2048, intermediate_size=8192, num_hidden_layers=16, head_dim=64, tie_word_embeddings=True), "CausalLM"),
    "Llama-3.2-3B": (lambda: llama(hidden_size=3072, intermediate_size=8192, num_hidden_layers=28, num_attention_heads=24, head_dim=128,
                                   tie_word_embeddings=True), "CausalLM"),
    "TinyLlama-1.1B": (lambda: llama(vocab_size=32000, hidden_size=2048, intermediate_size=5632, num_hidden_layers=22, num_key_value_heads=4), "CausalLM"),
    "Qwen2.5-0.5B": (lambda: qwen2(vocab_size=151936, hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14,
                                   num_key_value_heads=2, tie_word_embeddings=True), "CausalLM"),
    "Qwen2.5-7B": (lambda: qwen2(), "CausalLM"),
    "Qwen2.5-72B": (lambda: qwen2(hidden_size=8192, intermediate_size=29568, num_hidden_layers=80, num_attention_heads=64, num_key_value_heads=8), "CausalLM"),
    "Qwen3-0.6B": (lambda: qwen3(hidden_size=1024, intermediate_size=3072, num_hidden_layers=28, num_attention_heads=16, tie_word_embeddings=True), "CausalLM"),
    "Qwen3-8B": (lambda: qwen3(), "CausalLM"),
    "Qwen3-30B-A3B (8 experts)": (lambda: T.Qwen3MoeConfig(vocab_size=151936, hidden_size=2048, num_hidden_layers=48, num_attention_heads=32,
                                                           num_key_value_heads=4, head_dim=128, num_experts=8, num_experts_per_tok=8,
                                                           moe_intermediate_size=768, tie_word_embeddings=False), "CausalLM"),
    "gemma-2-2b": (lambda: T.Gemma2Config(), "CausalLM"),
    "gemma-2-9b": (lambda: T.Gemma2Config(hidden_size=3584, intermediate_size=14336, num_hidden_layers=42, num_attention_heads=16, num_key_value_heads=8), "CausalLM"),
    "gemma-3-1b": (lambda: T.Gemma3TextConfig(hidden_size=1152, intermediate_size=6912, num_hidden_layers=26, num_attention_heads=4,
                                              num_key_value_heads=1, head_dim=256, vocab_size=262144), "CausalLM"),
    "gemma-3-4b": (lambda: T.Gemma3Config(text_config=dict(hidden_size=2560, intermediate_size=10240, num_hidden_layers=34, num_attention_heads=8,
                                                           num_key_value_heads=4, head_dim=256, vocab_size=262208),
                                          vision_config=dict(hidden_size=1152, intermediate_size=4304, num_hidden_layers=27, num_attention_heads=16,
                                                             image_size=896, patch_size=14)), "ImageTextToText"),
    "Mistral-7B-v0.3": (lambda: T.MistralConfig(vocab_size=32768), "CausalLM"),
    "Mixtral-8x7B": (lambda: T.MixtralConfig(), "CausalLM"),
    "Phi-3-mini": (lambda: T.Phi3Config(), "CausalLM"),
    "phi-2": (lambda: T.PhiConfig(vocab_size=51200, hidden_size=2560, intermediate_size=10240, num_hidden_layers=32, num_attention_heads=32), "CausalLM"),
    "DeepSeek-V3 (8 experts)": (lambda: T.DeepseekV3Config(n_routed_experts=8, n_group=1, topk_group=1, num_experts_per_tok=4), "CausalLM"),
    "gpt2": (lambda: T.GPT2Config(), "CausalLM"),
    "gpt2-xl": (lambda: T.GPT2Config(n_embd=1600, n_layer=48, n_head=25), "CausalLM"),
    "opt-1.3b": (lambda: T.OPTConfig(hidden_size=2048, ffn_dim=8192, num_hidden_layers=24, num_attention_heads=32, word_embed_proj_dim=2048), "CausalLM"),
    "opt-350m": (lambda: T.OPTConfig(hidden_size=1024, ffn_dim=4096, num_hidden_layers=24, num_attention_heads=16, word_embed_proj_dim=512,
                                     do_layer_norm_before=False), "CausalLM"),
    "bloom-7b1": (lambda: T.BloomConfig(vocab_size=250880, hidden_size=4096, n_layer=30, n_head=32), "CausalLM"),
    "falcon-7b": (lambda: T.FalconConfig(), "CausalLM"),
    "pythia-1.4b": (lambda: T.GPTNeoXConfig(vocab_size=50304, hidden_size=2048, intermediate_size=8192, num_hidden_layers=24, num_attention_heads=16), "CausalLM"),
    "gpt-j-6b": (lambda: T.GPTJConfig(), "CausalLM"),
    "starcoder2-3b": (lambda: T.Starcoder2Config(hidden_size=3072, intermediate_size=12288, num_hidden_layers=30, num_attention_heads=24,
                                                 num_key_value_heads=2), "CausalLM"),
    "OLMo-2-7B": (lambda: T.Olmo2Config(vocab_size=100352), "CausalLM"),
    "granite-3-8b": (lambda: T.GraniteConfig(vocab_size=49155, hidden_size=4096, intermediate_size=12800, num_hidden_layers=40, num_attention_heads=32,
                                             num_key_value_heads=8, tie_word_embeddings=True), "CausalLM"),
    "command-r7b": (lambda: T.Cohere2Config(hidden_size=4096, intermediate_size=14336, num_hidden_layers=32, num_attention_heads=32,
                                            num_key_value_heads=8), "CausalLM"),
    "gpt-oss-20b (bf16, 8 experts)": (lambda: T.GptOssConfig(num_hidden_layers=24, num_local_experts=8), "CausalLM"),
    "mamba-1.4b": (lambda: T.MambaConfig(hidden_size=2048, num_hidden_layers=48, vocab_size=50280), "CausalLM"),
    "t5-base": (lambda: T.T5Config(d_model=768, d_ff=3072, num_layers=12, num_heads=12), "Seq2SeqLM"),
    "flan-t5-xl": (lambda: T.T5Config(d_model=2048, d_ff=5120, num_layers=24, num_heads=32, d_kv=64, feed_forward_proj="gated-gelu",
                                      tie_word_embeddings=False), "Seq2SeqLM"),
    "bart-large": (lambda: T.BartConfig(), "Seq2SeqLM"),
    "bert-base-uncased": (lambda: T.BertConfig(), "MaskedLM"),
    "roberta-large": (lambda: T.RobertaConfig(vocab_size=50265, hidden_size=1024, num_hidden_layers=24, num_attention_heads=16, intermediate_size=4096,
                                              max_position_embeddings=514), "MaskedLM"),
    "deberta-v3-base": (lambda: T.DebertaV2Config(vocab_size=128100, hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072,
                                                  relative_attention=True, position_biased_input=False, pos_att_type=["p2c", "c2p"]), "MaskedLM"),
    "ModernBERT-base": (lambda: T.ModernBertConfig(), "MaskedLM"),
    "Qwen2.5-VL-7B": (lambda: T.Qwen2_5_VLConfig(), "ImageTextToText"),
    "llava-1.5-7b": (lambda: T.LlavaConfig(text_config=T.LlamaConfig(vocab_size=32064)), "ImageTextToText"),
}


def saved(model):
    """What save_pretrained would write for a model on the meta device: the data are never touched."""
    shards = {}

    def capture(tensors, path, metadata=None, **_):
        shards[os.path.basename(path)] = ({n: (NAMES[t.dtype], tuple(t.shape)) for n, t in tensors.items()}, metadata)
        open(path, "wb").close()
    real = modeling_utils.safe_save_file
    modeling_utils.safe_save_file = capture
    try:
        with tempfile.TemporaryDirectory() as folder:
            model.save_pretrained(folder, max_shard_size="5GB")
            with open(os.path.join(folder, "config.json")) as f:
                config = json.load(f)
    finally:
        modeling_utils.safe_save_file = real
    tensors = {n: t for name in sorted(shards) for n, t in shards[name][0].items()}
    return sharded(config, tensors, next(iter(shards.values()))[1])


def sharded(config, tensors, metadata):
    """Shards of at most 5 GB, filled in order, as save_pretrained fills them. (Its own split counts a split expert as the whole fused
    tensor on the meta device, so it cannot be taken over.)"""
    groups, held = [{}], 0
    for name, tensor in tensors.items():
        if groups[-1] and held + nbytes(*tensor) > SHARD:
            groups.append({})
            held = 0
        groups[-1][name] = tensor
        held += nbytes(*tensor)
    if len(groups) == 1:
        return Checkpoint(config, {}, [Shard("model.safetensors", tensors, metadata)])
    shards = [Shard(f"model-{i + 1:05}-of-{len(groups):05}.safetensors", g, metadata) for i, g in enumerate(groups)]
    total = {"total_parameters": sum(math.prod(s) for _, s in tensors.values())} if RELEASE >= "5" else {}
    return Checkpoint(config, {INDEX: {"metadata": total}}, shards).reindexed()


def drop(checkpoint, names):
    return checkpoint.edit(lambda n, t: None if n in names else (n, t))


def layers(names):
    """{layer list: {number: names}} of the longest list."""
    lists = {}
    for n in names:
        m = LAYER.match(n)
        if m:
            lists.setdefault(m.group(1), {}).setdefault(int(m.group(2)), []).append(n)
    return max(lists.values(), key=len)


def cases(good, bare):
    names = sorted(good.names)
    yield "good", good, []
    stored = good.names
    short = set(bare.names)
    lost = [n for n in names if not any(".".join(n.split(".")[k:]) in short for k in range(4))]
    if not any(LAYER.match(n) for n in lost):  # else the bare class names its layers otherwise, and construction does not say what a loader maps
        yield "automodel_save", bare, lost
    depth = layers(names)
    middle = sorted(depth)[len(depth) // 2]
    matrices = [n for n in depth[middle] if len(stored[n][1]) == 2 and "experts" not in n]
    yield "tensor_dropped", drop(good, {matrices[0]}), [matrices[0]]
    norms = [n for n in names if not re.search(r"\.\d+\.", n) and re.search(r"norm|ln_f", n)]
    if norms:
        yield "norm_dropped", drop(good, {norms[-1]}), [norms[-1]]
    for fault, number in (("layer_dropped", middle), ("last_layer_dropped", max(depth))):
        yield fault, drop(good, set(depth[number])), depth[number]
    experts = [n for n in depth[middle] if re.search(r"experts\.3\.", n)]
    if experts:
        yield "expert_dropped", drop(good, set(experts)), experts


def main():
    with open(sys.argv[1], "w") as out:
        for name, (make, auto) in MODELS.items():
            try:
                config = make()
                with torch.device("meta"):
                    model = getattr(T, f"AutoModelFor{auto}").from_config(config, dtype=torch.bfloat16)
                    bare = T.AutoModel.from_config(config, dtype=torch.bfloat16)
                good, plain = saved(model), saved(bare)
            except Exception as error:  # noqa: BLE001
                print(f"{name}: {type(error).__name__}: {str(error)[:160]}", file=sys.stderr)
                continue
            slug = name.split(" ")[0]
            for fault, checkpoint, missing in cases(good, plain):
                own = f"{RELEASE}/real/{slug}/{fault}"
                out.write(json.dumps({"id": own, "transformers": RELEASE, "model_type": config.model_type, "class": type(model).__name__, "fault": fault,
                                      "base": None if fault == "good" else f"{RELEASE}/real/{slug}/good", **checkpoint.record(),
                                      "oracle": {"missing": missing, "unexpected": [], "mismatched": [], "error": None, "head_tied": None,
                                                 "class": type(model).__name__, "constructed": True}, "model": name, "auto_class": f"AutoModelFor{auto}"}) + "\n")


if __name__ == "__main__":
    compat.classes("causal-lm")
    main()
