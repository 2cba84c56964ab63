"""Parameters that came and went together, and the setting that decides it."""
import json
from collections import Counter, defaultdict

from formulas import integer

from .patterns import outermost, scope_instance, scope_of


def groups_of(builds, disk, memory):
    """
    Clusters of parameters that came and went together, with the shapes each had.

    where, all: the (build, concrete scope) in which a group is, and in which it could be; shapes: [(build, shape)]; members: for each
    shape the number of the outermost list that it is in, None outside of lists.
    """
    present = defaultdict(set)
    instances = defaultdict(set)
    partner = defaultdict(Counter)
    shapes, members = defaultdict(list), defaultdict(list)
    for number, (_, names, _) in enumerate(builds):
        instances[""].add((number, ""))
        for name, (mem, shape) in names.items():
            pattern = disk.of[number][name]
            present[pattern].add((number, scope_instance(name, pattern)))
            partner[pattern][memory.pattern(mem) if mem else pattern] += 1
            shapes[pattern].append((number, shape))
            members[pattern].append(outermost(name, pattern))
            for outer in _scopes(pattern):
                instances[outer].add((number, scope_instance(name, outer)))
    clusters = defaultdict(list)
    for pattern in sorted(present):
        clusters[scope_of(pattern), frozenset(present[pattern])].append(pattern)
    result = []
    for (scope, where), patterns in clusters.items():
        result.append({
            "scope": scope,
            "presence": "always" if where == instances[scope] else "sometimes",
            "where": where,
            "all": instances[scope],
            "parameters": [{"disk": p, "memory": partner[p].most_common(1)[0][0], "shapes": shapes[p], "members": members[p]} for p in patterns],
        })
    return sorted(result, key=lambda g: (g["scope"], g["presence"], g["parameters"][0]["disk"]))


def _scopes(pattern):
    """Every list that a pattern repeats with, the innermost first."""
    scope = scope_of(pattern)
    while scope:
        yield scope
        scope = scope_of(scope[:-2])


def condition(group, builds, compared=()):
    """
    What decides whether a group is there: {key, by, present, absent}, or None where no one setting does.

    by: `unequal`, two settings (`key` is `one|other`) that are not the same number; `value`, in all layers at once; `entry`,
    a list with a word or a switch for each layer; `start`, the number of the first layer that has it; `end`, how many at the end have
    it not (`key` is `how many|layers`; the others have it where `present` is true, and may where it is empty); `every`, in each so many layers,
    counted from the number in `present`; `layer`, by its number alone (no key): the first one only, or all but the first.
    present, absent: the values, entries or numbers, as JSON; empty by `start` and `unequal`.

    compared: [(setting, setting)] of which the code asks whether they are equal.
    """
    if group["presence"] == "always":
        return None
    whole = _by_unequal(group, builds, compared) or _by_value(group, builds)
    if whole or group["scope"].count("*") != 1:
        return whole
    return (_by_entry(group, builds) or _by_start(group, builds) or _by_end(group, builds) or _by_every(group, builds) or _by_layer(group)
            or _by_end(group, builds, alone=False))


def _by_layer(group):
    """Stacks of one layer, and stacks that were always as deep, prove nothing."""
    there, depths = {True: set(), False: set()}, {}
    for number, scope in group["all"]:
        layer = _layer(scope)
        there[(number, scope) in group["where"]].add(layer)
        depths[number] = max(depths.get(number, 0), layer + 1)
    if max(depths.values()) < 3 or len(set(depths.values())) < 2:
        return None
    first = next((state for state in (True, False) if there[state] == {0} and 0 not in there[not state]), None)
    return None if first is None else {"key": "", "by": "layer", "present": ["0"] if first else [], "absent": [] if first else ["0"]}


def _by_unequal(group, builds, compared):
    for key, other in compared:
        sizes = {number: (builds[number][0].get(key), builds[number][0].get(other)) for number, _ in group["all"]}
        fits = all(integer(sizes[number][0]) and integer(sizes[number][1]) and (instance in group["where"]) == (sizes[number][0] != sizes[number][1])
                   for instance in group["all"] for number in instance[:1])
        if fits and len({one == two for one, two in sizes.values()}) == 2:
            return {"key": f"{key}|{other}", "by": "unequal", "present": [], "absent": []}
    return None


#: Numbers that layers of a kind are counted from: the first, the second, the last of so many.
_FIRST = (0, 1, -1)


def _by_every(group, builds):
    """What several settings, or numbers to count from, fit alike is a guess."""
    found = []
    for key in set().union(*(set(builds[number][0]) for number, _ in group["all"])):
        values = {number: builds[number][0].get(key) for number, _ in group["all"]}
        if not all(integer(value) and value > 0 for value in values.values()) or len(set(values.values())) < 2:
            continue
        for first in _FIRST:
            if all(((number, scope) in group["where"]) == ((_layer(scope) - first) % values[number] == 0) for number, scope in group["all"]):
                found.append((key, first))
    return {"key": found[0][0], "by": "every", "present": [json.dumps(found[0][1])], "absent": []} if len(found) == 1 else None


def _by_value(group, builds):
    state = {}
    for instance in group["all"]:
        there = instance in group["where"]
        if state.setdefault(instance[0], there) != there:
            return None
    found = []
    for key in set().union(*(set(builds[n][0]) for n in state)):
        outcome = _outcome((json.dumps(builds[number][0].get(key, None)), there) for number, there in state.items())
        if outcome:
            found.append((key, outcome))
    return _decided(*found[0], "value") if len(found) == 1 else None


def _by_entry(group, builds):
    """Settings of the same entries throughout (an old name and a new one of the list) are one: the first by name counts."""
    for key in sorted(set().union(*(set(builds[number][0]) for number, _ in group["all"]))):
        states = []
        for number, scope in group["all"]:
            entries, layer = builds[number][0].get(key), _layer(scope)
            if not isinstance(entries, (list, tuple)) or layer >= len(entries) or not isinstance(entries[layer], (str, bool)):
                break
            states.append((json.dumps(entries[layer]), (number, scope) in group["where"]))
        else:
            outcome = _outcome(states)
            if outcome:
                return _decided(key, outcome, "entry")
    return None


def _by_start(group, builds):
    """What several numbers fit alike is a guess."""
    found = []
    for key in set().union(*(set(builds[number][0]) for number, _ in group["all"])):
        values = {number: builds[number][0].get(key) for number, _ in group["all"]}
        fits = all(type(values[number]) is int and ((number, scope) in group["where"]) == (_layer(scope) >= values[number])
                   for number, scope in group["all"])
        if fits and len(set(values.values())) > 1:
            found.append(key)
    return {"key": found[0], "by": "start", "present": [], "absent": []} if len(found) == 1 else None


def _by_end(group, builds, alone=True):
    """What several numbers fit alike is a guess; that there are so many layers may be said more than once (the first by name counts).

    alone: whether all layers before the end have it. Else something else may decide there too: no layer past the end has it in any build,
    and the last before it does in some, with several numbers of layers at the end."""
    depths = Counter()
    for number, scope in group["all"]:
        depths[number] = max(depths[number], _layer(scope) + 1)
    last = {number: max(_layer(scope) for n, scope in group["where"] if n == number) for number in {n for n, _ in group["where"]}}
    settings = sorted(set().union(*(set(builds[number][0]) for number in depths)))
    counting = [key for key in sorted(settings, key=lambda key: key.endswith(".length"))
                if all(integer(builds[n][0].get(key)) and builds[n][0][key] == depth for n, depth in depths.items())]
    if not counting or len(set(depths.values())) < 2:
        return None
    found = []
    for key in settings:
        values = {number: builds[number][0].get(key) for number in depths}
        if not all(integer(value) and 0 <= value <= depths[number] for number, value in values.items()):
            continue
        ends = {number: depths[number] - values[number] for number in depths}
        if alone:
            shown = depths if all(((number, scope) in group["where"]) == (_layer(scope) < ends[number]) for number, scope in group["all"]) else ()
        else:
            shown = [number for number, layer in last.items() if layer + 1 == ends[number]] if all(layer < ends[number] for number, layer in last.items()) else ()
        if len({values[number] for number in shown}) > 1:
            found.append(key)
    return {"key": f"{found[0]}|{counting[0]}", "by": "end", "present": ["true"] if alone else [], "absent": []} if len(found) == 1 else None


def _layer(scope):
    return int(scope.rpartition(".")[2])


def _outcome(states):
    """{value: whether the group is there} of [(value, there)]; None where a value goes both ways, or all go one."""
    outcome = {}
    for value, there in states:
        if outcome.setdefault(value, there) != there:
            return None
    return outcome if len(set(outcome.values())) > 1 else None


def _decided(key, outcome, by):
    return {"key": key, "by": by, "present": sorted(v for v, there in outcome.items() if there),
            "absent": sorted(v for v, there in outcome.items() if not there)}


def inner_of(group, groups):
    """
    The disk pattern of a parameter of a list within these layers (experts) that was there in exactly the layers that have the
    group (their gate); None where there is none.
    """
    if group["presence"] == "always" or group["scope"].count("*") != 1:
        return None
    depth = len(group["scope"].split("."))
    for other in groups:
        if other["scope"].startswith(group["scope"] + "."):
            if {(number, ".".join(scope.split(".")[:depth])) for number, scope in other["where"]} == group["where"]:
                return other["parameters"][0]["disk"]
    return None
