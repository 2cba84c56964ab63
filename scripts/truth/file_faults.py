"""Faults of the files: shards, the index, the config's flags. Same signature as in faults.py."""
import copy

import faults
from faults import fault
from header import INDEX, Shard, nbytes
from saves import tie_flags


def sharded(saves):
    good = saves.get("good_sharded")
    return good.copy() if good and INDEX in good.extra and len(good.shards) > 1 else None


@fault
def shard_missing(model, saves):
    out = sharded(saves)
    if out:
        del out.shards[len(out.shards) // 2]
    return out


@fault
def last_shard_missing(model, saves):
    out = sharded(saves)
    if out:
        del out.shards[-1]
    return out


@fault
def shard_truncated(model, saves):
    out = sharded(saves)
    if out:
        out.shards[-1].off_by = -50
    return out


@fault
def shard_trailing_bytes(model, saves):
    out = sharded(saves)
    if out:
        out.shards[-1].off_by = 50
    return out


@fault
def file_truncated(model, saves):
    out = saves["good"].copy()
    out.shards[-1].off_by = -(sum(nbytes(*t) for t in out.names.values()) // 2)
    return out


@fault
def stale_shards(model, saves):
    """The shards of an older save (one more of them) beside the new ones; the index names only the new."""
    out = sharded(saves)
    if out:
        count = len(out.shards) + 1
        old = [Shard(f"model-{i + 1:05}-of-{count:05}.safetensors", dict(s.tensors), s.metadata, s.text) for i, s in enumerate(out.shards)]
        out.shards += old[:2]
    return out


@fault
def stale_single_file(model, saves):
    """A whole model.safetensors left beside a later, sharded save: loaders take the single file."""
    out = sharded(saves)
    if out:
        out.shards += saves["good"].copy().shards
    return out


@fault
def index_extra_entry(model, saves):
    out = sharded(saves)
    if out:
        weights = out.extra[INDEX]["weight_map"]
        weights["model.layers.7.self_attn.q_proj.weight"] = out.shards[0].path
    return out


@fault
def index_missing_entry(model, saves):
    out = sharded(saves)
    if out:
        weights = out.extra[INDEX]["weight_map"]
        names = sorted(n for n in weights if weights[n] == out.shards[len(out.shards) // 2].path)
        del weights[names[len(names) // 2]]
    return out


@fault
def index_wrong_shard(model, saves):
    out = sharded(saves)
    if out:
        weights = out.extra[INDEX]["weight_map"]
        name = sorted(n for n in weights if weights[n] == out.shards[0].path)[0]
        weights[name] = out.shards[1].path
    return out


def stale_index(model, saves, pick):
    """Tensors gone from their shard that the index still lists."""
    out = sharded(saves)
    names = pick(model, out) if out else None
    if not names:
        return None
    index = copy.deepcopy(out.extra[INDEX])
    out = faults.drop(out, names)
    out.extra[INDEX] = index
    return out


@fault
def index_stale_tensor_dropped(model, saves):
    return stale_index(model, saves, lambda m, c: [faults.middle(faults.matrices(m, c))] if faults.matrices(m, c) else [])


@fault
def index_stale_head_dropped(model, saves):
    return stale_index(model, saves, lambda m, c: m.on_disk(m.head_names or m.outside, c))


@fault
def index_total_size_wrong(model, saves):
    out = sharded(saves)
    if out:
        out.extra[INDEX]["metadata"]["total_size"] += 4096
    return out


@fault
def index_total_size_absent(model, saves):
    out = sharded(saves)
    if out:
        out.extra[INDEX]["metadata"] = {}
    return out


@fault
def index_gone(model, saves):
    out = sharded(saves)
    if out:
        del out.extra[INDEX]
    return out


@fault
def lfs_pointer(model, saves):
    """A Git LFS pointer where the weights should be. The entry has `raw` in place of `header`."""
    out = saves["good"].copy()
    size = out.shards[0].record()["size"]
    out.shards[0].raw = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0123456789abcdef' * 4}\nsize {size}\n"
    return out


@fault
def lfs_pointer_shard(model, saves):
    out = sharded(saves)
    if out:
        size = out.shards[0].record()["size"]
        out.shards[0].raw = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'fedcba9876543210' * 4}\nsize {size}\n"
    return out


@fault
def html_not_weights(model, saves):
    out = saves["good"].copy()
    out.shards[0].raw = "<!doctype html>\n<html><head><title>404</title></head><body>Not found</body></html>\n"
    return out


# ---- the tie flag in config.json alone

def with_config(checkpoint, change):
    out = checkpoint.copy()
    out.config = copy.deepcopy(checkpoint.config)
    change(out.config)
    return out if out.config != checkpoint.config else None


@fault
def tie_key_removed(model, saves):
    """The flag is in no part of config.json: the class's default applies."""
    def change(config):
        for part in tie_flags(config):
            part.pop("tie_word_embeddings", None)
    return with_config(saves["good"], change)


@fault
def tie_key_removed_flipped(model, saves):
    """As tie_key_removed, on the save with the other flag."""
    def change(config):
        for part in tie_flags(config):
            part.pop("tie_word_embeddings", None)
    return saves.get("tie_flipped") and with_config(saves["tie_flipped"], change)


def flags_set(which, value_of):
    def make(model, saves):
        good = saves["good"]
        if len(tie_flags(good.config)) < 2:
            return None

        def change(config):
            parts = tie_flags(config)
            for part in (parts[:1] if which == "root" else parts[1:]):
                part["tie_word_embeddings"] = value_of
        return with_config(good, change)
    return make


for _which in ("root", "nested"):
    for _value in (True, False):
        faults.FAULTS[f"tie_{_which}_flag_{str(_value).lower()}"] = flags_set(_which, _value)


@fault
def tie_flag_flipped_only(model, saves):
    """The flag alone is edited in config.json, the files stay: a true head is overwritten, or a tied one is missed."""
    def change(config):
        for part in tie_flags(config):
            if "tie_word_embeddings" in part or part is config:
                part["tie_word_embeddings"] = not model.tied
    return with_config(saves["good"], change) if model.head_names else None


@fault
def architectures_absent(model, saves):
    return with_config(saves["good"], lambda c: c.pop("architectures", None))


@fault
def automodel_save_shard_missing(model, saves):
    out = saves.get("automodel_sharded")
    if not out or INDEX not in out.extra or len(out.shards) < 2:
        return None
    out = out.copy()
    del out.shards[len(out.shards) // 2]
    return out


@fault
def automodel_save_tensor_dropped(model, saves):
    auto = saves.get("automodel")
    return auto and faults.tensor_dropped(model, {"good": auto})


@fault
def automodel_save_ddp(model, saves):
    return saves.get("automodel") and saves["automodel"].edit(lambda n, t: ("module." + n, t))
