"""Faults of the names: wrappers' prefixes, adapters' infixes, names of other times. Same signature as in faults.py."""
import re

from faults import FAULTS, fault, matrices, renamed
from header import Shard


def prefixed(prefix):
    return lambda model, saves: saves["good"].edit(lambda n, t: (prefix + n, t))


for _name, _prefix in (("ddp_prefix", "module."), ("compile_prefix", "_orig_mod."), ("fsdp_prefix", "_fsdp_wrapped_module."),
                       ("lightning_prefix", "model."), ("forward_module_prefix", "_forward_module."),
                       ("compile_ddp_prefix", "_orig_mod.module."), ("base_model_model_prefix", "base_model.model.")):
    FAULTS[_name] = prefixed(_prefix)


@fault
def fsdp_inner_prefix(model, saves):
    """FSDP wraps each layer too, so that the wrapper's name is in the middle."""
    return renamed(saves["good"], lambda n: "_fsdp_wrapped_module." + re.sub(r"\.(\d+)\.", r".\1._fsdp_wrapped_module.", n, count=1))


@fault
def checkpoint_wrapper_infix(model, saves):
    """torch's activation-checkpoint wrapper left in the layers' names."""
    return renamed(saves["good"], lambda n: re.sub(r"\.(\d+)\.", r".\1._checkpoint_wrapped_module.", n, count=1))


@fault
def trl_value_head(model, saves):
    out = saves["good"].edit(lambda n, t: ("pretrained_model." + n, t))
    out.shards[-1].tensors.update({"v_head.summary.weight": ("BF16", (1, 64)), "v_head.summary.bias": ("BF16", (1,))})
    return out.reindexed()


@fault
def lora_unmerged(model, saves):
    """A PEFT model's state saved as if it were the model: two projections a layer have .base_layer., lora_A and lora_B."""
    good = saves["good"]
    targets = [n for n in matrices(model, good) if re.search(r"(q_proj|v_proj|query|value|c_attn|query_key_value|qkv_proj)\.weight$", n)]
    if not targets:
        return None
    out = good.edit(lambda n, t: ("base_model.model." + (n.replace(".weight", ".base_layer.weight") if n in targets else n), t))
    for n in targets:
        d, s = good.names[n]
        stem = "base_model.model." + n[:-len(".weight")]
        out.shards[-1].tensors[stem + ".lora_A.default.weight"] = (d, (8, s[1]))
        out.shards[-1].tensors[stem + ".lora_B.default.weight"] = (d, (s[0], 8))
    return out.reindexed()


@fault
def gamma_beta(model, saves):
    """LayerNorm's names before PyTorch's own."""
    return renamed(saves["good"], lambda n: n.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"))


@fault
def moe_fused_leak(model, saves):
    """The names as they are in memory, saved raw, where they differ from the stored ones."""
    tensors, seen = {}, set()
    for n, t in model.memory.items():
        if t.data_ptr() in seen and t.numel():
            continue
        seen.add(t.data_ptr())
        tensors[n] = ("BF16" if t.is_floating_point() else "I64", tuple(t.shape))
    if set(tensors) == set(saves["good"].names):
        return None
    out = saves["good"].copy()
    out.shards = [Shard("model.safetensors", tensors, {"format": "pt"})]
    return out
