"""Faults made by editing a sound save. Each takes (model, saves) and gives a Checkpoint, or None where it does not apply.

`model` is saves.Model; `saves` is {name: Checkpoint} of the sound saves: good, good_sharded, untied, tied, automodel, automodel_sharded, resized."""
import re

LAYER = re.compile(r"^(.*?)\.(\d+)\.")
EXPERT = re.compile(r"experts\.(\d+)\.")
FLOATS = ("BF16", "F16", "F32")
FAULTS = {}


def fault(f):
    FAULTS[f.__name__] = f
    return f


def drop(checkpoint, names):
    names = set(names)
    return checkpoint.edit(lambda n, t: None if n in names else (n, t)) if names else None


def renamed(checkpoint, change):
    out = checkpoint.edit(lambda n, t: (change(n), t))
    return out if out.names.keys() != checkpoint.names.keys() else None


def in_layers(model, names):
    """Tensors in numbered layers, matrices first of all attention or feed-forward ones; not the embedding and not the head."""
    return [n for n in sorted(names) if LAYER.match(n)]


def middle(items):
    return items[len(items) // 2] if items else None


def matrices(model, checkpoint):
    skip = set(model.on_disk(model.head_names + model.input_names, checkpoint))
    return [n for n, (d, s) in sorted(checkpoint.names.items()) if len(s) >= 2 and n not in skip and LAYER.match(n) and d in FLOATS]


def layer_lists(checkpoint):
    """{list prefix: [layer numbers]} of lists of two layers or more, longest lists of tensors first; experts are not layers."""
    lists = {}
    for n in checkpoint.names:
        m = LAYER.match(n)
        if m and not m.group(1).endswith("experts"):
            lists.setdefault(m.group(1), {}).setdefault(int(m.group(2)), []).append(n)
    return sorted(((p, v) for p, v in lists.items() if len(v) > 1), key=lambda pv: -sum(map(len, pv[1].values())))


# ---- the head and the tie

@fault
def head_dropped(model, saves):
    return drop(saves["good"], model.on_disk(model.head_names or model.outside))


@fault
def head_module_dropped(model, saves):
    """Everything outside the base model: the head with its transform, bias, norm."""
    return drop(saves["good"], model.on_disk(model.outside)) if set(model.outside) - set(model.head_names) else None


@fault
def untied_head_missing(model, saves):
    untied = saves.get("untied")
    return untied and drop(untied, model.on_disk(model.head_names, untied))


@fault
def tied_but_head_stored(model, saves):
    """The flag says tied and both are stored, with equal bytes (all data are zeros)."""
    tied, untied = saves.get("tied"), saves.get("untied")
    if not tied or not untied or not set(model.on_disk(model.head_names, untied)) - set(tied.names):
        return None
    out = untied.copy()
    out.config = tied.config
    return out


@fault
def embedding_dropped(model, saves):
    return drop(saves["good"], model.on_disk(model.input_names[:1]))


@fault
def embedding_dropped_head_kept(model, saves):
    """Tied by the flag, only the head stored: the other half of the pair."""
    both = tied_but_head_stored(model, saves)
    return both and drop(both, model.on_disk(model.input_names[:1], both))


# ---- tensors

@fault
def tensor_dropped(model, saves):
    pick = middle(matrices(model, saves["good"]) or in_layers(model, saves["good"].names))
    return pick and drop(saves["good"], [pick])


@fault
def several_dropped(model, saves):
    names = matrices(model, saves["good"])
    return drop(saves["good"], names[1::max(1, len(names) // 3)][:3]) if len(names) > 3 else None


@fault
def norm_dropped(model, saves):
    names = [n for n in sorted(saves["good"].names) if not re.search(r"\.\d+\.", n) and re.search(r"norm|ln_f|layer_?norm", n, re.I) and n.endswith("weight")]
    final = [n for n in names if "embed" not in n and "embd" not in n]
    return drop(saves["good"], (final or names)[-1:])


@fault
def bias_dropped(model, saves):
    names = [n for n in in_layers(model, saves["good"].names) if n.endswith(".bias")]
    return drop(saves["good"], [middle(names)] if names else [])


@fault
def layer_norm_dropped(model, saves):
    names = [n for n in in_layers(model, saves["good"].names) if re.search(r"(norm|ln_\d)[^.]*\.weight$", n, re.I)]
    return drop(saves["good"], [middle(names)] if names else [])


@fault
def expert_dropped(model, saves):
    names = sorted(saves["good"].names)
    found = [n for n in names if EXPERT.search(n)]
    if not found:
        return None
    last = max(found, key=lambda n: (n[:n.index("experts.")], int(EXPERT.search(n).group(1))))
    stem = last[:EXPERT.search(last).end()]
    return drop(saves["good"], [n for n in names if n.startswith(stem)])


def without_layer(saves, which):
    lists = layer_lists(saves["good"])
    if not lists:
        return None
    stem, layers = lists[0]
    return drop(saves["good"], layers[which(layers)])


@fault
def layer_dropped(model, saves):
    return without_layer(saves, max)


@fault
def first_layer_dropped(model, saves):
    return without_layer(saves, min)


@fault
def extra_tensor(model, saves):
    out = saves["good"].copy()
    out.shards[-1].touched().tensors["value_head.summary.weight"] = ("BF16", (1, 64))
    return out.reindexed()


@fault
def extra_layer(model, saves):
    """A whole layer more than the config says."""
    lists = layer_lists(saves["good"])
    if not lists:
        return None
    stem, layers = lists[0]
    last = max(layers)
    out = saves["good"].copy()
    for n in layers[last]:
        out.shards[-1].tensors[n.replace(f"{stem}.{last}.", f"{stem}.{last + 1}.", 1)] = saves["good"].names[n]
    out.shards[-1].touched()
    return out.reindexed()


@fault
def shape_changed(model, saves):
    pick = middle(matrices(model, saves["good"]))
    return pick and saves["good"].edit(lambda n, t: (n, (t[0], (t[1][0] + 8, *t[1][1:])) if n == pick else t))


@fault
def transposed(model, saves):
    picks = [n for n in matrices(model, saves["good"]) if len(saves["good"].names[n][1]) == 2 and len(set(saves["good"].names[n][1])) == 2]
    return saves["good"].edit(lambda n, t: (n, (t[0], t[1][::-1]) if n == middle(picks) else t)) if picks else None


@fault
def zero3_empty(model, saves):
    return saves["good"].edit(lambda n, t: (n, (t[0], (0,)) if len(t[1]) > 1 else t))


@fault
def zero3_empty_all(model, saves):
    """Stage 3 partitions small parameters too when the persistence threshold is 0."""
    return saves["good"].edit(lambda n, t: (n, (t[0], (0,)) if t[0] in FLOATS else t))


@fault
def tp_rank_slice(model, saves):
    """One of two tensor-parallel ranks: columns split on rows, o_proj and down_proj on columns; norms whole."""
    def change(n, t):
        d, s = t
        if len(s) != 2 or d not in FLOATS:
            return n, t
        axis = 1 if re.search(r"(o_proj|down_proj|out_proj|c_proj|dense_4h_to_h|attention\.dense|w2)\.weight$", n) else 0
        return n, ((d, tuple(v // 2 if i == axis and v % 2 == 0 else v for i, v in enumerate(s))))
    return saves["good"].edit(change)


@fault
def rotary_inv_freq(model, saves):
    """A rotary buffer a layer and one for the model, as old releases stored them."""
    stems = sorted({m.group(0) for n in saves["good"].names if (m := re.match(r".*?\.\d+\.(self_attn|attention|attn)\.", n))})
    if not stems:
        return None
    out = saves["good"].copy()
    for stem in stems:
        out.shards[-1].tensors[stem + "rotary_emb.inv_freq"] = ("F32", (8,))
    out.shards[-1].touched()
    return out.reindexed()


@fault
def float16(model, saves):
    out = saves["good"].edit(lambda n, t: (n, ("F16", t[1]) if t[0] in FLOATS else t))
    for key in ("dtype", "torch_dtype"):
        if key in out.config:
            out.config[key] = "float16"
    return out


@fault
def dtype_mixed(model, saves):
    """Sound: the norms in float32, the rest in bfloat16."""
    out = saves["good"].edit(lambda n, t: (n, ("F32", t[1]) if re.search(r"norm|ln_", n, re.I) and t[0] in FLOATS else t))
    return out if any(d == "F32" for d, _ in out.names.values()) else None


@fault
def vocab_config_stale(model, saves):
    resized = saves.get("resized")
    if not resized:
        return None
    out = resized.copy()
    out.config = saves["good"].config
    return out


@fault
def metadata_format_missing(model, saves):
    out = saves["good"].copy()
    for s in out.shards:
        s.touched().metadata = None
    return out


@fault
def config_missing(model, saves):
    out = saves["good"].copy()
    out.config = None
    return out


@fault
def empty_checkpoint(model, saves):
    return saves["good"].edit(lambda n, t: None)


# ---- two at once

@fault
def ddp_prefix_vocab_resized(model, saves):
    return saves.get("resized") and saves["resized"].edit(lambda n, t: ("module." + n, t))


@fault
def ddp_prefix_head_dropped(model, saves):
    out = head_dropped(model, saves)
    return out and out.edit(lambda n, t: ("module." + n, t))


@fault
def head_dropped_float32(model, saves):
    out = head_dropped(model, saves)
    return out and out.edit(lambda n, t: (n, ("F32", t[1]) if t[0] in FLOATS else t))

