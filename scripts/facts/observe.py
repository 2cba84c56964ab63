"""What can be seen of one built model."""
import release
from release import tensors, tied_away, on_disk, to_memory, V5
from configs import sub_configs


def shared(named):
    """Sorted groups of names that are one tensor."""
    by_id = {}
    for name, tensor in named.items():
        by_id.setdefault(id(tensor), []).append(name)
    return sorted(sorted(names) for names in by_id.values() if len(names) > 1)


def _as_loaded(model, named):
    """
    What is saved, by names that load: those that the save writes; where some of these come back under names that the model has not (5.x,
    Gemma3ForConditionalGeneration of the type shieldgemma2), those in memory, if they do load.
    """
    disk = on_disk(model, named)
    memory = to_memory(model, list(disk))
    if any(name not in named for name in memory.values()):
        own = to_memory(model, list(named))
        if all(own[name] == name for name in named):
            return dict(named), own
    return disk, memory


def names_and_shapes(model):
    """disk: {disk name: [memory name, shape]}, memory: {memory name: shape}, tied: [[kept, gone, …]]."""
    named = tensors(model)
    groups = shared(named)
    gone = tied_away(model, groups)
    disk, memory = _as_loaded(model, named)
    tied = []
    for names in groups:
        kept = [name for name in names if name not in gone]
        tied.append([(kept or names)[0]] + [n for n in names if n != (kept or names)[0]])
    return {
        "disk": {name: [memory.get(name), list(tensor.shape)] for name, tensor in disk.items()},
        "memory": {name: list(tensor.shape) for name, tensor in named.items()},
        "tied": tied,
    }


def _weight_name(model, module, named):
    weight = getattr(module, "weight", None)
    if weight is None:
        return None
    return next((name for name, tensor in named.items() if tensor is weight), None)


def _embedding(model, getter, owner_hint):
    named = tensors(model)
    try:
        module = getattr(model, getter)()
    except Exception:
        return None
    if module is None:
        return None
    # A tied weight has several names: the module's own path decides.
    for path, other in model.named_modules(remove_duplicate=False):
        if other is module and f"{path}.weight" in named:
            return f"{path}.weight"
    return _weight_name(model, module, named)


def _transform(transform):
    kind = type(transform).__name__
    return {
        "kind": kind,
        "from": list(transform.source_patterns),
        "to": list(transform.target_patterns),
        "scope": transform.scope_prefix,
        "base": transform.base_model_prefix,
        "operations": [type(op).__name__ for op in getattr(transform, "operations", [])],
    }


def about(model):
    """The facts that do not depend on the variant."""
    cls = type(model)
    named = tensors(model)
    buffers = [name for name, _ in model.named_buffers()]
    configs = {id(sub): path for path, sub in sub_configs(model.config)}
    submodels = []
    for path, module in model.named_modules():
        if path and isinstance(module, release.PreTrainedModel):
            submodels.append([path, type(module).__name__, configs.get(id(module.config)), module.config.model_type])
    if V5:
        conversions = [_transform(t) for t in release.conversion_mapping.get_model_conversion_mapping(model)]
    elif release.is_vlm(cls):
        conversions = [{"kind": "mapping", "from": k, "to": v} for k, v in (cls._checkpoint_conversion_mapping or {}).items()]
    else:
        conversions = []
    prefix = model.base_model_prefix
    return {
        "prefix": prefix,
        "hasPrefix": bool(prefix) and hasattr(model, prefix),
        "input": _embedding(model, "get_input_embeddings", None),
        "output": _embedding(model, "get_output_embeddings", None),
        "ignoreMissing": sorted(model._keys_to_ignore_on_load_missing or []),
        "ignoreUnexpected": sorted(model._keys_to_ignore_on_load_unexpected or []),
        "ignoreSave": sorted(model._keys_to_ignore_on_save or []),
        "tiedPatterns": sorted(map(str, cls._tied_weights_keys or [])),
        "buffers": [name for name in buffers if name not in named],
        "submodels": submodels,
        "conversions": conversions,
    }
