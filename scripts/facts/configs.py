"""Small configurations of any class, and variants of them, found without knowing the class."""
import ast
import copy
import inspect
import json
import re
import sys
import typing

from release import BaseConfig

LAYERS = re.compile(r"(layers?|_blocks|^depth|_depth|num_hidden_groups)$")
EXPERTS = re.compile(r"(experts|num_local_experts|expert_num)$")
TOP_K = re.compile(r"(experts_per_tok|experts_per_token|top_?k|num_selected_experts|topk_group|n_group|num_experts_per_tok|moe_k|moe_topk)$")
_COMMON = set(BaseConfig().to_dict()) - {
    "tie_word_embeddings", "is_decoder", "is_encoder_decoder", "add_cross_attention", "tie_encoder_decoder", "vocab_size"}
_NOISE = re.compile(r"(token_id|_id|_ids|_index|_indices|seed|dropout|_std|_eps|epsilon|_factor|_theta|dtype|version|architectures|_loss.*|.*drop.*_prob|"
                    r".*_loss|use_cache|gradient_checkpointing|max_length|.*_token_index|num_beams|top_p|chunk_size_.*|problem_type|return_dict|torchscript|"
                    r".*_dropout_.*|output_(?!hidden_size$|dim$|size$|channels$).*|attn_implementation|.*_attn_implementation)$")

#: Which layers are of a kind: `attn_layer_indices`, `cross_attention_layers`.
_LAYER_NUMBERS = re.compile(r"layer.*(_ids|_idx|_indices|_indexes)$|[a-z]_layers$|(^|_)layers_(idx|ids)$")


def sub_configs(config, prefix=""):
    """(dotted path, config object) of a config and every config inside it."""
    yield prefix, config
    for key, value in list(vars(config).items()):
        if isinstance(value, BaseConfig) and not key.startswith("_"):
            yield from sub_configs(value, f"{prefix}.{key}" if prefix else key)


def leaves(config):
    """dotted path → value, of every setting that could shape a model."""
    found = {}
    for path, sub in sub_configs(config):
        try:
            data = sub.to_dict()
        except Exception:  # some composite configs cannot be written without their parts
            data = {k: v for k, v in vars(sub).items() if not k.startswith("_")}
        for key, value in data.items():
            if isinstance(vars(sub).get(key), BaseConfig) or isinstance(value, dict):
                continue
            if key in _COMMON or key == "model_type" or _NOISE.search(key) and not _LAYER_NUMBERS.search(key):
                continue
            found[f"{path}.{key}" if path else key] = value
        if "num_attention_heads" in data and "head_dim" not in data:
            # Many classes honour it although their config class does not declare it.
            found[f"{path}.head_dim" if path else "head_dim"] = None
    return found


def undeclared(cls):
    """
    {setting: default} that the code of a model class asks its config for and that the config class need not declare
    (`conv_kernel_size` of DeBERTa). Of several defaults the one that switches off counts: it guards the others.
    """
    found = {}
    for key, default in re.findall(r'getattr\((?:self\.)?config, "(\w+)", ([^()]+)\)', _code(cls)):
        try:
            value = ast.literal_eval(default)
        except (ValueError, SyntaxError):
            continue
        shapes = key not in _COMMON and key != "num_labels" and not _NOISE.search(key) and not _ACTIVATION.search(key)
        if shapes and isinstance(value, (bool, int, str, type(None))) and (key not in found or not value):
            found[key] = value
    return found


def guarded(cls):
    """{setting: default} of the switches that the code of a model class takes to be so where its config has none (`vision_use_head` of SigLIP)."""
    return {key: default == "True" for default, key in re.findall(r'(True|False) if not hasattr\((?:self\.)?config, "(\w+)"\)', _code(cls))}


def compared_settings(cls, values):
    """
    [(list or number, "first" | "last" | "", number)] of the settings, by their dotted paths, that the code of a model class compares with
    each other: `config.conv_dim[-1] != config.hidden_size`. What is there only where two sizes differ has a projection between them.
    """
    found = []
    places = {"[-1]": "last", "[0]": "first", None: ""}
    for one, at, other in re.findall(r"config\.(\w+)(\[-1\]|\[0\])? (?:!=|==) (?:self\.)?config\.(\w+)", _code(cls)):
        for path, value in values.items():
            beside = f"{path[:len(path) - len(one)]}{other}"
            is_size = isinstance(value, list) and bool(value) if at else isinstance(value, int) and not isinstance(value, bool)
            if path.rpartition(".")[2] == one and one != other and is_size and isinstance(values.get(beside), int):
                found.append((path, places[at or None], beside))
    return sorted(set(found))


def words_in_code(cls, key):
    """Words that the code of a model class compares a setting with: `if "layer_norm" in self.norm_rel_ebd`."""
    lines = [line for line in _code(cls).splitlines() if re.search(rf"\b{re.escape(key)}\b", line)]
    words = [word for line in lines for word in re.findall(r'"([a-z]\w*)" (?:in|==) ', line) + re.findall(r'(?:in|==) "([a-z]\w*)"', line)]
    return [word for word in dict.fromkeys(words) if word != key][:6]


def words_near(classes, key):
    """Words that stand in the code of these classes within a line of a setting: `layer_types = ["full_attention" if … else "conv" …]`."""
    words = []
    for cls in classes:
        lines = _code(cls).splitlines()
        for at, line in enumerate(lines):
            if re.search(rf"\b{re.escape(key)}\b", line):
                words += re.findall(r"[\"']([a-z]\w*)[\"']", " ".join(lines[max(0, at - 1):at + 3]))
    return [word for word in dict.fromkeys(words) if word != key][:10]


def _code(cls):
    try:
        return inspect.getsource(sys.modules[cls.__module__])
    except (OSError, TypeError, KeyError):
        return ""


def put(overrides, path, value):
    """A copy of nested overrides with one more."""
    result = copy.deepcopy(overrides)
    *parents, key = path.split(".")
    at = result
    for parent in parents:
        at = at.setdefault(parent, {})
    at[key] = value
    return result


def relisted(overrides, path, before, count):
    """Overrides in which every list of one entry a layer, beside the number of layers, has as many as there are layers now."""
    *parents, _ = path.split(".")
    at = overrides
    for parent in parents:
        at = at.get(parent, {})
    for key, value in list(at.items()):
        if isinstance(value, list) and value and len(value) == before:
            overrides = put(overrides, ".".join([*parents, key]), [value[i % len(value)] for i in range(count)])
    return overrides


def merge(*many):
    result = {}
    for overrides in many:
        for key, value in overrides.items():
            if isinstance(value, dict) and isinstance(result.get(key), dict):
                result[key] = merge(result[key], value)
            else:
                result[key] = copy.deepcopy(value)
    return result


def model_types(config):
    """Nested overrides that name the model type of each inner config, and what it states beside its class's defaults, as any config.json does."""
    overrides = {}
    for path, sub in sub_configs(config):
        if path and getattr(sub, "model_type", ""):
            overrides = put(overrides, f"{path}.model_type", sub.model_type)
            for key, value in _stated(sub).items():
                overrides = put(overrides, f"{path}.{key}", value)
    return overrides


def _stated(sub):
    """Settings of an inner config that are not as its class has them by itself: the stages that a backbone is asked for."""
    try:
        own, default = sub.to_dict(), type(sub)().to_dict()
    except Exception:  # some cannot be made, or written, without their parts
        return {}
    found = {}
    for key, value in own.items():
        plain = isinstance(value, (bool, int, float, str)) or isinstance(value, (list, tuple)) and all(isinstance(v, (bool, int, float, str)) for v in value)
        if key in default and plain and key not in _COMMON - _STAGES and json.dumps(value) != json.dumps(default[key]):
            found[key] = json.loads(json.dumps(value))
    return found


#: Which stages of a backbone are given on: `_out_features` and `_out_indices` must fit each other.
_STAGES = {"out_features", "out_indices"}


def as_lists(config):
    """Overrides that give as lists what the config class has as tuples, as any config.json does."""
    overrides = {}
    for path, sub in sub_configs(config):
        for key, value in vars(sub).items():
            if isinstance(value, tuple) and value and not key.startswith("_"):
                overrides = put(overrides, f"{path}.{key}" if path else key, json.loads(json.dumps(value)))
    return overrides


def shrunk(config, layers=4, experts=True):
    """Overrides that make a config small: few layers, few experts."""
    overrides = merge(as_lists(config), model_types(config))
    for path, value in leaves(config).items():
        key = path.rsplit(".", 1)[-1]
        if not isinstance(value, int) or isinstance(value, bool):
            continue
        if LAYERS.search(key) and value > layers:
            overrides = put(overrides, path, layers)
        elif experts and EXPERTS.search(key) and value > 4:
            overrides = put(overrides, path, 4)
        elif experts and TOP_K.search(key) and value > 1:
            overrides = put(overrides, path, 2 if "group" not in key else 1)
    return overrides


def scaled_down(config, overrides):
    """The same with every large size divided by 16, for classes that must be built with real memory."""
    for path, value in leaves(config).items():
        if isinstance(value, int) and not isinstance(value, bool) and value >= 256:
            overrides = put(overrides, path, value // 16)
    return overrides


def perturbations(path, value):
    """Other values to try for one setting; the generator keeps those that build."""
    key = path.rsplit(".", 1)[-1]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, float):
        # A number that is only weighed with shapes nothing; one that is 0 can be a switch, and a factor can make a width.
        return [0.0, value * 2] if value else [0.1]
    if isinstance(value, int):
        if value == 0:
            return [1, 2, None]
        if LAYERS.search(key):
            return [value + 1, value + 2, 0, 1]
        if value <= 16:
            return [value * 2, value + 1, 0, 1, None]
        return [value * 2, value // 2, None]
    if value is None:
        return [48] if key == "head_dim" else [2, True, *([[1], [1, 2]] if _LAYER_NUMBERS.search(key) else [])]
    if isinstance(value, (list, tuple)) and not value:
        return [[1]]
    if isinstance(value, (list, tuple)) and len(value) > 1 and all(isinstance(v, int) and not isinstance(v, bool) and v > 1 for v in value):
        return [[value[0] * 2, *value[1:]], [*value[:-1], value[-1] * 2], [v * (i + 1) for i, v in enumerate(value)]]
    return []


def among(path, value, values):
    """Other choices of words from a longer list of words beside a setting: the stages that a backbone gives on (`out_features` of `stage_names`)."""
    if not isinstance(value, (list, tuple)) or not value or not all(isinstance(v, str) for v in value):
        return []
    beside = [other for key, other in values.items() if key.rpartition(".")[0] == path.rpartition(".")[0] and key != path
              and isinstance(other, (list, tuple)) and len(other) > 2 and set(value) <= set(other)]
    # Each word but the last comes in by itself.
    return [list(other)[at:] for other in beside[:1] for at in range(1, min(len(other), 6)) if list(other)[at:] != list(value)]


def lengths(values):
    """
    [overrides as (path, value)] in which lists of numbers of one length are one shorter, and one longer: those that stand beside each
    other in a config go together (`conv_dim`, `conv_kernel`, `conv_stride`), with the setting that counts them where there is one.
    """
    beside = {}
    for path, value in values.items():
        if isinstance(value, list) and len(value) > 1 and all(isinstance(v, (int, float)) for v in value):
            beside.setdefault((path.rpartition(".")[0], len(value)), []).append(path)
    changes = []
    for (at, length), paths in beside.items():
        counts = [path for path, value in values.items() if path.rpartition(".")[0] == at and value == length and not isinstance(value, bool)
                  and re.search(r"(^|_)(num|n)_|stages|levels", path.rsplit(".", 1)[-1])]
        for count in (length - 1, length + 1):
            lists = [(path, (values[path] + values[path][-1:])[:count]) for path in paths]
            changes += [lists + [(path, count) for path in counts]] + [lists] * bool(counts) + [[one] for one in lists] * (len(lists) > 1)
    return changes


def thresholds(cls, key):
    """Numbers at which the code of a model class decides by a setting: 10 and 9 of `if config.num_labels < 10`."""
    found = [int(number) for number in re.findall(rf"\b{re.escape(key)} [<>]=? (\d+)", _code(cls))]
    return sorted({n for number in found for n in (number - 1, number, number + 1) if 2 < n < 100})


def num_labels(count):
    return {"id2label": {i: f"LABEL_{i}" for i in range(count)}, "label2id": {f"LABEL_{i}": i for i in range(count)}}


_ACTIVATION = re.compile(r"(_|^)act(ivation)?(_|$)|_fn$")


def of_words(value):
    """Whether a setting is a list with a word a layer."""
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(v, str) for v in value)


def lists_of(words, before):
    """Lists as long as one of a word a layer: of each word throughout, and of each with the first in turn."""
    words = list(dict.fromkeys([*before, *words]))
    if len(words) == 1:
        return []
    return [[word] * len(before) for word in words] + [[(word, words[0])[i % 2] for i in range(len(before))] for word in words[1:]]


def choices(config_class, path, value):
    """Words that a setting can take, as the type hints or the documentation of the config class list them."""
    key = path.rsplit(".", 1)[-1]
    if not (isinstance(value, str) or value is None) or _ACTIVATION.search(key):
        return []
    words = []
    for cls in config_class.__mro__[:-1]:
        doc = cls.__doc__ or ""
        for part in re.findall(rf"^ *{re.escape(key)} \(.*?(?=^ {{4,8}}\w+ \(|\Z)", doc, re.M | re.S):
            words += re.findall(r"[\"'`]{1,3}([a-zA-Z_][\w-]*)[\"'`]{1,3}", part)
        hint = cls.__dict__.get("__annotations__", {}).get(key)
        words += _literals(hint)
    skip = {"str", "bool", "int", "None", "optional", "list", "True", "False", key, value}
    return [word for word in dict.fromkeys(words) if word not in skip][:6]


def _literals(hint):
    if isinstance(hint, str):
        found = re.search(r"Literal\[([^\]]*)\]", hint)
        return re.findall(r"[\"']([^\"']+)[\"']", found.group(1)) if found else []
    if typing.get_origin(hint) is typing.Literal:
        return [arg for arg in typing.get_args(hint) if isinstance(arg, str)]
    return [word for part in typing.get_args(hint) for word in _literals(part)]
