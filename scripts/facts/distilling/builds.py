"""What the probe wrote of one class, read back: its builds, and the settings that the config class derives from others."""
from collections import defaultdict

from formulas import integer


def builds_of(entry):
    """
    [(values, disk, memory)] of the base build and of every variant, which the probe wrote as what differs from the build it
    started from.
    """
    base = entry["base"]
    builds = [(base["values"], base["disk"], base["memory"])]
    for build in entry["builds"]:
        values = {**base["values"], **build["values"]}
        start = dict(zip(("values", "disk", "memory"), builds[build["from"]]))
        names = [{**{name: at for name, at in start[side].items() if name not in gone}, **build[side]}
                 for side in ("disk", "memory") for gone in [set(build[side + "Gone"])]]
        builds.append(({k: v for k, v in values.items() if v != "absent"}, *names))
    # A reversed converter that found nothing to split leaves its own pattern as a name (`experts.*.w1`).
    builds = [(values, {name: at for name, at in disk.items() if "*" not in name}, memory) for values, disk, memory in builds]
    for values, _, _ in builds:
        values.setdefault("num_labels", 2)
        values.update(_of_lists(values))
    return builds


def _of_lists(values):
    """What lists of whole numbers are like, as settings of their own: `conv_dim.length`, `conv_dim.first` and `conv_dim.last`."""
    found = {}
    for key, value in values.items():
        if isinstance(value, list) and value and all(integer(v) for v in value):
            found |= {f"{key}.length": len(value), f"{key}.first": value[0], f"{key}.last": value[-1]}
    return found


class Derived:
    """Settings that a config class derives from others where a config does not state them.

    sources: {derived setting: the settings it followed}; stated: for each build, the settings that its variant stated; variants:
    {build: (the build it started from, the one setting that was changed)}."""

    def __init__(self, entry):
        self.sources = defaultdict(set)
        self.stated = [set()]
        self.variants = {}
        for number, build in enumerate(entry["builds"], 1):
            label = build["label"]
            if len(label) == 2 and label[0] not in ("regime", "layers", "lengths", "start", "num_labels"):
                self.variants[number] = build["from"], label[0]
            here = set(label[1]) if label[0] in ("regime", "lengths") else {label[0], *label[2:]}
            self.stated.append(self.stated[build["from"]] | here)
            for key in label[2:]:
                self.sources[key].add(label[0])
