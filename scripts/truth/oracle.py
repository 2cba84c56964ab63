"""What the real loader says of a directory."""
import re

from compat import auto_class, torch


def ask(task, folder, cls=None):
    """The loader's report: names as they are in memory, sorted; or the error, without the paths of this machine."""
    try:
        with torch.no_grad():
            model, info = (cls or auto_class(task)).from_pretrained(folder, output_loading_info=True, ignore_mismatched_sizes=True)
    except Exception as error:  # noqa: BLE001  a refusal is an answer
        return {"error": told(error, folder)}
    said = {"missing": sorted(info["missing_keys"]), "unexpected": sorted(info["unexpected_keys"]),
            # 4.57 gives the names alone, 5.x (name, shape stored, shape wanted)
            "mismatched": sorted([m] if isinstance(m, str) else [m[0], *map(list, m[1:])] for m in info["mismatched_keys"]),
            "error": None, "head_tied": head_tied(model), "class": type(model).__name__}
    silent = unloaded(model, said)
    return {**said, "silent": silent} if silent else said


def unloaded(model, said):
    """Parameters that hold another value than every file here does, though the loader did not report them: never loaded, and silently so."""
    told_of = {*said["missing"], *(m[0] for m in said["mismatched"])}
    return sorted(n for n, p in model.named_parameters() if n not in told_of and p.is_floating_point() and (p.device.type == "meta" or not filled(p)))


def filled(parameter):
    """Whether all values are header.FILL's, in whichever dtype they were stored."""
    values = parameter.detach().float()
    return bool((((values > 0.0114) & (values < 0.0116)) | ((values > 1.05) & (values < 1.07))).all())


def told(error, folder):
    """An error as one line, without the paths of this machine."""
    text = f"{type(error).__name__}: {error}".replace(str(folder), "<dir>")
    return re.sub(r"/\S*/(?=[\w.-]+)", "", text)[:400]


def head_tied(model):
    """Whether the output embedding shares the input embedding's memory; None without an output embedding."""
    out, inp = embeddings(model)
    if out is None or inp is None:
        return None
    return out is inp or (out.data_ptr() == inp.data_ptr() and out.numel() > 0 and out.device.type != "meta")


def embeddings(model):
    """(output, input) embedding parameters of a model, None where it has none."""
    def weight(get):
        try:
            layer = get()
        except (NotImplementedError, AttributeError, TypeError):
            return None
        if isinstance(layer, (list, torch.nn.ModuleList)):
            layer = layer[0] if len(layer) else None
        found = getattr(layer, "weight", None)
        return found if isinstance(found, torch.Tensor) else None
    return weight(model.get_output_embeddings), weight(model.get_input_embeddings)
