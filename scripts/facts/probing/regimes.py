"""
Sizes varied anew where there is what the base build lacks (biases, other kinds of layers): each of the fewest configurations
that have all that was seen is a regime, the start of variants of its own.
"""
import re
from dataclasses import dataclass

from configs import merge, put
from formulas import integer

from .builder import Start
from .variants import counts_layers

#: CPU time.
REGIME_SECONDS = 10
MOST_REGIMES = 4


@dataclass(eq=False)
class Regime(Start):
    """new: what it has beside the base build, as kinds; keys: the settings it takes, None for the number of layers."""

    new: set
    keys: set


def kinds(names):
    """Names without their numbers."""
    return {re.sub(r"\.\d+(?=\.|$)", ".*", name) for name in names}


def vary_regimes(variants):
    """Adds to the variants of a class those that start from its regimes."""
    variants.builder.allow(REGIME_SECONDS)
    starts = _fewest(variants, _novelties(variants))
    stated = _stated(variants)
    if stated is not None:
        starts.append(stated)
    _vary_single(variants)
    for start in starts:
        variants.regime(start, sorted(filter(None, start.keys)))
        _vary_idle(variants, start)
        _vary_sizes(variants, start)
        variants.lengths(start)


def _novelties(variants):
    """[(kinds that a build has and the base lacks, the settings that made it so, the overrides of these)]."""
    builder, values = variants.builder, variants.base.values
    known, found = kinds(variants.base.seen["disk"]), []
    for build in variants.builds:
        new = kinds(build["disk"]) - known
        if new:
            key, value, *pinned = build["label"]
            if key in ("lengths", "start"):  # more of the same, and another model
                continue
            if key == "layers":
                change = [(None, builder.deeper(value))]
            else:
                change = [(key, put({}, key, value))] + [(other, put({}, other, values[other])) for other in pinned]
            found.append((new, [at for at, _ in change], merge(*(overrides for _, overrides in change))))
    return found


def _fewest(variants, found):
    """Regimes that together have all that is new: what can be had at once with an earlier one joins that."""
    builder, base = variants.builder, variants.base
    known, covered, starts = kinds(base.seen["disk"]), set(), []
    for new, keys, overrides in sorted(found, key=lambda f: -len(f[0])):
        if new <= covered:
            continue
        for start in starts:
            together = merge(start.overrides, overrides)
            built = builder.attempt(together)
            if built and kinds(built.seen["disk"]) - known >= start.new | new:
                start.overrides, start.seen, start.values = together, built.seen, built.values
                start.new |= new
                start.keys |= set(keys)
                break
        else:
            together = merge(base.overrides, overrides)
            built = builder.attempt(together) if len(starts) < MOST_REGIMES else None
            if built is None:
                continue
            starts.append(Regime(None, together, built.seen, built.values, set(new), set(keys)))
        covered |= new
    return starts


def _stated(variants):
    """The base with a number for every setting that it leaves open and that sizes something (`head_dim`), or None."""
    base = variants.base
    overrides, keys = base.overrides, set()
    for build in variants.builds:
        key, value = build["label"][:2]
        left_open = build["from"] == 0 and key in base.values and base.values[key] is None and integer(value)
        if left_open and not build["diskGone"] and kinds(build["disk"]) <= kinds(base.seen["disk"]):
            overrides = put(overrides, key, value)
            keys.add(key)
    built = variants.builder.attempt(overrides) if keys else None
    return None if built is None else Regime(None, overrides, built.seen, built.values, set(), keys)


def _vary_idle(variants, start):
    """
    Turns the switches and changes the lists, of which those that shaped what the base has can shape what is new as well, and tries the
    words that did nothing in the base: what a part is like counts only where there is the part.
    """
    idle = [key for key in dict.fromkeys(variants.without_effect) if not integer(start.values.get(key, 0))]
    switches = [key for key in variants.changed if isinstance(start.values.get(key), (bool, list)) and key not in start.keys]
    for path in dict.fromkeys([*idle, *switches]):
        for value in variants.values(path, start.values[path]):
            if variants.change(path, value, start) and kinds(variants.builds[-1]["disk"]) - kinds(start.seen["disk"]):
                variants.together.append(({key: start.values[key] for key in start.keys if key}, path, value))


def _vary_single(variants):
    """Turns the switches that did nothing where there was one layer beside two: what is in all layers, or in one, is the same then."""
    base = variants.base
    for path, value in base.values.items():
        if value != 1 or not integer(value) or not counts_layers(path):
            continue
        idle = [key for key in dict.fromkeys(variants.without_effect)
                if isinstance(base.values.get(key), bool) and key.rpartition(".")[0] == path.rpartition(".")[0]]
        overrides = put(base.overrides, path, 2)
        built = variants.builder.attempt(overrides) if idle else None
        if built is None:
            continue
        start = variants.regime(Start(None, overrides, built.seen, built.values), [path])
        for key in idle:
            if variants.change(key, not base.values[key], start):
                variants.together.append(({path: 2}, key, not base.values[key]))


def _vary_sizes(variants, start):
    """Doubles in a regime each setting that sizes something near what is new."""
    parts = {key.rpartition(".")[0] if key else None for key in start.keys}
    # What did nothing without the new parts may be what sizes them.
    idle = [key for key in start.keys if key and key not in variants.sizes]
    idle += [key for key in dict.fromkeys(variants.without_effect) if integer(variants.base.values.get(key)) and not counts_layers(key)]
    for path in dict.fromkeys([*variants.sizes, *idle]):
        at = path.rpartition(".")[0]
        near = None in parts or at in parts or at == ""
        if near and integer(start.values.get(path)) and start.values[path]:
            double = start.values[path] * 2
            outcome = variants.change(path, double, start)
            if outcome is None and start.values[path] > 1:
                variants.change(path, start.values[path] // 2, start)
            elif outcome and kinds(variants.builds[-1]["disk"]) - kinds(start.seen["disk"]):
                variants.together.append(({key: start.values[key] for key in start.keys if key}, path, double))
