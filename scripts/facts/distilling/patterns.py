"""Which numbers in names count layers, and names with those numbers replaced by `*`."""
from collections import defaultdict


class Patterns:
    """Learns from the name sets of many builds which numeric segments are members of a list.

    A number belongs to a list where the members run from 0 without a gap, and either their count varies between the
    builds (or between the outer layers), or there are three or more that have much in common. Others are parts of
    a sequence of unlike modules (`classifier.0`, `classifier.2`) and stay as they are.
    """

    def __init__(self, builds):
        split = [{name: name.split(".") for name in names} for names in builds]
        self.shapes = {}
        done = [dict.fromkeys(names, ()) for names in split]
        depth = 0
        self.lists = set()
        while any(len(parts) > depth for names in split for parts in names.values()):
            members = defaultdict(lambda: defaultdict(lambda: defaultdict(set)))
            for number, names in enumerate(split):
                for name, parts in names.items():
                    if depth < len(parts) and parts[depth].isdigit():
                        outer = (number, ".".join(parts[:depth]))
                        members[done[number][name]][outer][int(parts[depth])].add((_shape(parts[depth + 1:]), _rank(builds[number][name])))
            lists = {prefix for prefix, instances in members.items() if _is_list(instances, prefix[-1] if prefix and "*" not in prefix else "")}
            self.lists |= {".".join(prefix) for prefix in lists}
            for number, names in enumerate(split):
                for name, parts in names.items():
                    if depth < len(parts):
                        prefix = done[number][name]
                        segment = "*" if parts[depth].isdigit() and prefix in lists else parts[depth]
                        done[number][name] = prefix + (segment,)
            depth += 1
        self.of = [{name: ".".join(pattern) for name, pattern in names.items()} for names in done]
        self.known = {}
        for names in self.of:
            self.known.update(names)

    def pattern(self, name):
        """Pattern of a name seen in any build, or, for a new one, by the lists found."""
        if name in self.known:
            return self.known[name]
        parts = []
        for segment in name.split("."):
            parts.append("*" if segment.isdigit() and ".".join(parts) in self.lists else segment)
        return ".".join(parts)


def _rank(seen):
    """Number of dimensions: modules that follow each other (a convolution, a norm) can have names in common and are no list."""
    return len(seen[1] if len(seen) == 2 and isinstance(seen[1], list) else seen)


def _shape(parts):
    return ".".join("*" if part.isdigit() else part for part in parts)


def _is_list(instances, name):
    full = [indices for indices in instances.values() if indices]
    if any(set(indices) != set(range(len(indices))) for indices in full):
        return False
    counts = {len(indices) for indices in full}
    if len(counts) > 1:
        return True
    members = full[0].values()
    common, every = set.intersection(*members), set.union(*members)
    # Layers can be of unlike kinds, and still are layers. Not so within a layer, where they are its parts (`block.*.layer.0`).
    return len(members) >= 3 and (len(common) >= len(every) / 2 or bool(common) and name in ("layers", "layer", "blocks", "h"))


def scope_of(pattern):
    """The innermost list that a pattern repeats with: everything up to its last `*`."""
    parts = pattern.split(".")
    stars = [i for i, part in enumerate(parts) if part == "*"]
    return ".".join(parts[:stars[-1] + 1]) if stars else ""


def scope_instance(name, pattern):
    """The concrete scope of a name: `model.layers.3` for `model.layers.3.mlp.weight`."""
    parts = pattern.split(".")
    stars = [i for i, part in enumerate(parts) if part == "*"]
    return ".".join(name.split(".")[:stars[-1] + 1]) if stars else ""


def outermost(name, pattern):
    """The number of a name at the first `*` of its pattern: 3 for `model.layers.3.mlp.weight`; None where it has none."""
    numbers = (int(part) for part, segment in zip(name.split("."), pattern.split(".")) if segment == "*")
    return next(numbers, None)
