"""Which setting counts which list of layers."""
from collections import defaultdict

from formulas import integer

from .owners import config_of, list_in


def layer_keys(builds, disk, own, bare):
    """
    {list: the setting that equals its length wherever it was varied}; as the bare class has it where that has the list.

    own: the parameters of this class; bare: {parameters (`placed`), layers, submodels}.
    """
    lengths = defaultdict(lambda: defaultdict(set))
    for number, (_, names, _) in enumerate(builds):
        for name in names:
            pattern = disk.of[number][name].split(".")
            parts = name.split(".")
            for i, segment in enumerate(pattern):
                if segment == "*":
                    lengths[".".join(pattern[:i])][number, ".".join(parts[:i])].add(int(parts[i]))
    return {listed: _layer_key(listed, instances, builds, own, bare) for listed, instances in lengths.items()}


def _layer_key(listed, instances, builds, own, bare):
    keys = _equal_to(instances, builds)
    known = {key for key in (list_in(bare, listed, parameter) for parameter in own) if key}
    if known == {"*"}:  # in the bare class, which was varied more widely, no setting counts it
        return "*"
    if len(known) == 1 and (not keys or known <= set(keys)):
        return known.pop()
    memory = next((p["memory"] for p in own if p["disk"].startswith(listed + ".*")), listed)
    return _likeliest(keys, config_of(memory, bare["submodels"])) or ("*" if not keys and _refuted(instances, builds) else None)


#: As in src/comparison/layers.ts: what counts the layers where no fact says which setting does.
_COUNTS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "decoder_layers")


def _refuted(instances, builds):
    """
    Whether what would be taken to count a list was seen not to: its length, of many in one build, or the setting of that name. A
    length that changed with a switch (`cross_attn_all_layers`) follows no number.
    """
    by_build = defaultdict(set)
    for (number, _), indices in instances.items():
        by_build[number].add(len(indices))
    lengths = {max(counts) for counts in by_build.values() if len(counts) == 1}
    if len(lengths) > 1 and len({repr(sorted(counts)) for counts in by_build.values()}) == len(lengths):
        return True
    guess = next((key for key in _COUNTS if integer(builds[0][0].get(key))), None)
    return guess is not None and any({builds[n][0].get(guess)} != counts for n, counts in by_build.items())


def _equal_to(instances, builds):
    """Settings that equal the length of a list in every build. None where lists of one build differ, or it never changed."""
    by_build = defaultdict(set)
    for (number, _), indices in instances.items():
        by_build[number].add(len(indices))
    flat = {n: counts.pop() for n, counts in by_build.items() if len(counts) == 1}
    if len(flat) != len(by_build) or len(set(flat.values())) < 2:
        return []
    return [k for k in builds[0][0] if all(integer(builds[n][0].get(k)) and builds[n][0][k] == count for n, count in flat.items())]


def _likeliest(keys, at):
    """
    Of settings that always were equal to a length, the one of the model within the model that the list is in; None where that
    does not decide.
    """
    def place(key):
        return (key.removesuffix(".length")).rpartition(".")[0]

    inside = [k for k in keys if place(k) == (at or "")] or keys
    inside = [k for k in inside if not k.endswith(".length")] or inside[:1]
    return inside[0] if len(inside) == 1 else None
