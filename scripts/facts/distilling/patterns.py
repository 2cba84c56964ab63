"""Which numbers in names count layers, and names with those numbers replaced by `*`."""
from collections import defaultdict


class Patterns:
    """Learns from the name sets of many builds which numeric segments are members of a list.

    A number belongs to a list where the members run from 0 without a gap, and either their count varies between the
    builds (or between the outer layers), or there are three or more that have much in common; where outer layers share
    a list, they can have members in turn, all alike (the adapters of Zamba 2). Others are parts of a sequence of unlike
    modules (`classifier.0`, `classifier.2`) and stay as they are. `known`: what was found of the bare class, which was varied
    more widely (`numbered`).
    """

    def __init__(self, builds, known=None):
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
            lists = {prefix for prefix, instances in members.items() if _is_list(instances, prefix[-1] if prefix and "*" not in prefix else "", _found(prefix, known or {}))}
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


def numbered(patterns):
    """{what is before a number: whether it is a list's} of patterns."""
    found = {}
    for segments in (pattern.split(".") for pattern in patterns):
        found.update({".".join(segments[:i]): segment == "*" for i, segment in enumerate(segments) if segment == "*" or segment.isdigit()})
    return found


def _rank(seen):
    """Number of dimensions: modules that follow each other (a convolution, a norm) can have names in common and are no list."""
    return len(seen[1] if len(seen) == 2 and isinstance(seen[1], list) else seen)


def _shape(parts):
    return ".".join("*" if part.isdigit() else part for part in parts)


def _in_turn(instances):
    """Whether the outer layers of each build have together what no one of them has: members from 0 without a gap, all alike."""
    by_build = defaultdict(set)
    for (number, _), indices in instances.items():
        by_build[number] |= set(indices)
    kinds = {frozenset(kinds) for indices in instances.values() for kinds in indices.values()}
    return len(kinds) == 1 and all(numbers == set(range(len(numbers))) for numbers in by_build.values())


def _found(prefix, known):
    """What is known of a place in the bare class, by itself or within the module that holds that class (`model.layers`); None where nothing is."""
    own = known.get(".".join(prefix))
    return known.get(".".join(prefix[1:])) if own is None else own


def _is_list(instances, name, known):
    if known is False:
        return False
    full = [indices for indices in instances.values() if indices]
    if any(set(indices) != set(range(len(indices))) for indices in full):
        return _in_turn(instances)
    counts = {len(indices) for indices in full}
    if len(counts) > 1 or known:
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
