"""The facts of one class, from what the probe saw of it."""
import re

from .builds import Derived, builds_of
from .dimensions import Dimensions, size_biases
from .groups import condition, groups_of, inner_of
from .inherited import inherit
from .layers import layer_keys
from .owners import dims_in, placed
from .patterns import Patterns, numbered
from .ties import ties_of


def distill(entry, bare):
    """The facts of a class. entry: one line of the probe; bare: the facts of the bare class of its model type, or None."""
    builds = builds_of(entry)
    disk = Patterns([names for _, names, _ in builds], bare and numbered(p["disk"] for group in bare["groups"] for p in group["parameters"]))
    memory = Patterns([names for _, _, names in builds], bare and numbered(bare["memory"]))
    names = {memory.pattern(name) for _, _, held in builds for name in held}
    facts = entry["facts"]
    of_bare = {"parameters": placed(bare, names), "layers": bare["layers"] if bare else {}, "submodels": facts["submodels"]}
    groups = groups_of(builds, disk, memory)
    own = [parameter for group in groups for parameter in group["parameters"]]
    _measure(own, entry, builds, of_bare)
    for group in groups:
        group["when"], group["inner"] = condition(group, builds, _compared(entry)), inner_of(group, groups)
    for group in groups:
        del group["where"], group["all"]
    if bare is not None and not any(build["label"][0] != "start" for build in entry["builds"]):
        groups = inherit(groups, builds[0][0], bare, names)
        names |= {parameter["memory"] for group in groups for parameter in group["parameters"]}
    return {
        "class": entry["class"], "modelType": entry["modelType"], "release": entry["release"], "tasks": entry["tasks"],
        "prefix": facts["prefix"], "hasPrefix": facts["hasPrefix"], "output": facts["output"], "input": facts["input"],
        "ties": ties_of(entry, memory), "ignoreMissing": facts["ignoreMissing"], "ignoreUnexpected": _ignored(entry),
        "layers": layer_keys(builds, disk, own, of_bare), "groups": groups, "submodels": facts["submodels"],
        "conversions": facts["conversions"], "memory": sorted(names), "tieDefaults": entry["ties"][0][0],
    }


def _measure(own, entry, builds, of_bare):
    """Puts dimensions in place of the shapes that were seen."""
    tried = {build["label"][0] for build in entry["builds"]}
    dimensions = Dimensions(builds, set(entry.get("withoutEffect", [])), tried, of_bare["submodels"], Derived(entry))
    for parameter in own:
        shapes = parameter["shapes"]
        mine = dimensions.of(shapes, parameter["memory"], parameter["members"])
        parameter["dims"] = dimensions.better(shapes, mine, dims_in(of_bare["parameters"], parameter))
    size_biases(own)
    for parameter in own:
        del parameter["shapes"], parameter["members"]


def _compared(entry):
    """Pairs of settings that the code of the class compares, those of lists as `builds_of` names them."""
    return [(f"{one}.{at}" if at else one, other) for one, at, other in entry.get("compared", [])]


def _ignored(entry):
    """Patterns of names that this release's loader drops without a word: those of the class, and buffers it no longer saves."""
    facts, release = entry["facts"], entry["release"]
    ignore = list(facts["ignoreUnexpected"])
    every = {*facts["buffers"], *entry["base"]["memory"]}
    if any(name.endswith("rotary_emb.inv_freq") for name in every):
        ignore.append(r"rotary_emb\.inv_freq")
    if release.startswith("5.") and any(name.endswith("position_ids") for name in every):
        ignore.append(r"(^|\.)position_ids$")
    if release.startswith("4."):
        ignore += sorted({"^" + re.escape(_unnumbered(name)).replace("_NUMBER_", r"\d+") + "$" for name in facts["buffers"]})
    return list(dict.fromkeys(ignore))


def _unnumbered(name):
    return ".".join("_NUMBER_" if part.isdigit() else part for part in name.split("."))
