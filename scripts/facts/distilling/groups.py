"""Parameters that came and went together, and the setting that decides it."""
import json
from collections import Counter, defaultdict

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


def condition(group, builds):
    """The one setting that decides whether a group is there, in all layers at once: {key, values}. None where none does."""
    if group["presence"] == "always":
        return None
    state = {}
    for instance in group["all"]:
        there = instance in group["where"]
        if state.setdefault(instance[0], there) != there:
            return None
    found = []
    for key in set().union(*(set(builds[n][0]) for n in state)):
        outcome = {}
        for number, there in state.items():
            value = json.dumps(builds[number][0].get(key, None))
            if outcome.setdefault(value, there) != there:
                break
        else:
            if len(set(outcome.values())) > 1:
                found.append((key, outcome))
    if len(found) != 1:
        return None
    key, outcome = found[0]
    return {"key": key, "present": sorted(v for v, there in outcome.items() if there),
            "absent": sorted(v for v, there in outcome.items() if not there)}
