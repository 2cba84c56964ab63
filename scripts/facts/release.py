"""Imports transformers of whichever release this interpreter has, and hides where the releases differ."""
import importlib.metadata as _metadata
import logging
import os
import re
import warnings

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "critical")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

_version = _metadata.version


def _pinned(name):
    # 4.57.6 refuses newer huggingface_hub and tokenizers at import; neither matters for building models.
    if name.replace("_", "-") == "huggingface-hub":
        return "0.36.0"
    return "0.22.1" if name == "tokenizers" else _version(name)


if _version("transformers").startswith("4."):
    _metadata.version = _pinned

import torch  # noqa: E402

try:
    # A torchvision built for another torch lacks its compiled operators and then fails to import. No operator is
    # ever called here, so declaring the two that it asks for is enough.
    _stubs = torch.library.Library("torchvision", "DEF")
    for _name in ("nms", "qnms"):
        _stubs.define(_name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
except RuntimeError:
    pass
import transformers  # noqa: E402
from transformers import modeling_utils  # noqa: E402
from transformers.models.auto import configuration_auto, modeling_auto  # noqa: E402

torch.set_num_threads(1)
VERSION = transformers.__version__
V5 = VERSION.startswith("5.")
PreTrainedModel = modeling_utils.PreTrainedModel
if V5:
    from transformers import PreTrainedConfig as BaseConfig
    from transformers import conversion_mapping, core_model_loading
else:
    from transformers import PretrainedConfig as BaseConfig
    conversion_mapping = core_model_loading = None


def construct(cls, config, device="meta"):
    """A model with uninitialised weights, tied as `from_config` would tie it."""
    with torch.device(device):
        if V5:
            if device == "meta":
                return cls(config)
            from transformers import initialization
            with initialization.no_init_weights():
                model = cls(config)
            model.tie_weights(recompute_mapping=False)
            return model
        with modeling_utils.no_init_weights():
            model = cls(config)
        model.tie_weights()
        return model


def as_loaded(model):
    """
    The model as loading leaves it: every module has parameters of its own, and only what the class ties then is tied. A
    parameter that two modules share since they were built (4.57's encoder and decoder of BART take over the matrix of
    `shared`) is no longer shared: the loader fills each module by itself.
    """
    for module in model.modules():
        for name, parameter in list(module._parameters.items()):
            if parameter is not None:
                module._parameters[name] = torch.nn.Parameter(torch.empty_like(parameter, device="meta"), requires_grad=False)
    if V5:
        model.tie_weights(recompute_mapping=False)
    else:
        model.tie_weights()
    return model


def tensors(model):
    """name → tensor object, for every name of the state dict; tied names give the same object."""
    named = dict(model.named_parameters(remove_duplicate=False))
    named.update(model.named_buffers(remove_duplicate=False))
    return {name: named.get(name, value) for name, value in model.state_dict().items()}


def tied_away(model, groups):
    """Names that `save_pretrained` leaves out, of groups of names that share storage."""
    patterns = modeling_utils._get_tied_weight_keys(model) or []
    gone = set()
    for names in groups:
        found = 0
        for name in sorted(names):
            if any(re.search(pattern, name) for pattern in patterns):
                found += 1
                if found < len(names):
                    gone.add(name)
    return gone


def is_vlm(cls):
    """4.57: whether `_checkpoint_conversion_mapping` counts for this class."""
    return any(word in base.__name__.lower() for base in cls.__mro__[:-1] for word in modeling_utils.VLMS)


def on_disk(model, state):
    """What `save_pretrained` writes: disk name → tensor (ties kept in)."""
    state = dict(state)
    for key in model._keys_to_ignore_on_save or ():
        state.pop(key, None)
    if V5:
        return core_model_loading.revert_weight_conversion(model, {k: v.detach() for k, v in state.items()})
    if is_vlm(type(model)):
        reverse = {v: k for k, v in model._checkpoint_conversion_mapping.items()}
        renamed = {}
        for key, value in state.items():
            for pattern, replacement in reverse.items():
                replacement = re.sub(r"\(.*\)", "", replacement.lstrip("^"))
                key, count = re.subn(pattern, replacement, key)
                if count > 0:
                    break
            renamed[key] = value
        state = renamed
    return model._fix_state_dict_keys_on_save(state)


def to_memory(model, names):
    """Disk name → memory name (the first, where a converter makes several), as the loader maps it."""
    expected = model.state_dict()
    if V5:
        mapping = conversion_mapping.get_model_conversion_mapping(model)
        renames = [m for m in mapping if isinstance(m, core_model_loading.WeightRenaming)]
        converters = [m for m in mapping if isinstance(m, core_model_loading.WeightConverter)]
        prefix = model.base_model_prefix
        result = {}
        for name in sorted(names, key=core_model_loading.dot_natural_key):
            renamed, source = core_model_loading.rename_source_key(name, renames, converters, prefix, expected)
            if renamed not in expected and name in expected:
                renamed, source = core_model_loading.rename_source_key(name, [], [], prefix, expected)
            result[name] = renamed
        return result
    key_mapping = type(model)._checkpoint_conversion_mapping if is_vlm(type(model)) else None
    prefix = model.base_model_prefix
    has = any(name.startswith(prefix) for name in names) if prefix else False
    expects = hasattr(model, prefix) if prefix else False
    return model._get_key_renaming_mapping(list(names), key_mapping, has and not expects, not has and expects)
