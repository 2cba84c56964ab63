"""Turns what the probe saw of a class into its facts.

    python3 distill.py observations.jsonl facts.jsonl

Classes already in the output are skipped: remove it when this script changes.
"""
import json
import os
import re
import sys
from collections import Counter, defaultdict

from patterns import Patterns, scope_instance, scope_of


def builds_of(entry):
    """[(values, disk, memory)] of the base build and of every variant."""
    base = entry["base"]
    builds = [(base["values"], base["disk"], base["memory"])]
    for build in entry["builds"]:
        values = {**base["values"], **build["values"]}
        builds.append(({k: v for k, v in values.items() if v != "absent"}, build["disk"], build["memory"]))
    # A reversed converter that found nothing to split leaves its own pattern as a name (`experts.*.w1`).
    builds = [(values, {name: at for name, at in disk.items() if "*" not in name}, memory) for values, disk, memory in builds]
    for values, _, _ in builds:
        values.setdefault("num_labels", 2)
    return builds


def groups_of(builds, disk, memory):
    """Clusters of parameters that came and went together, with their dimensions."""
    present = defaultdict(set)
    instances = defaultdict(set)
    partner = defaultdict(Counter)
    shapes = defaultdict(list)
    for number, (values, names, _) in enumerate(builds):
        instances[""].add((number, ""))
        for name, (mem, shape) in names.items():
            pattern = disk.of[number][name]
            scope, at = scope_of(pattern), scope_instance(name, pattern)
            present[pattern].add((number, at))
            partner[pattern][memory.pattern(mem) if mem else pattern] += 1
            shapes[pattern].append((number, shape))
            outer = pattern
            while outer:
                outer = scope_of(outer)
                if outer:
                    instances[outer].add((number, scope_instance(name, outer)))
                    outer = outer[:-2]
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
            "parameters": [{"disk": p, "memory": partner[p].most_common(1)[0][0], "shapes": shapes[p]} for p in patterns],
        })
    return sorted(result, key=lambda g: (g["scope"], g["presence"], g["parameters"][0]["disk"]))


def integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


class Dimensions:
    """Finds what each dimension is, from how it followed the settings."""

    def __init__(self, builds, without_effect, tried):
        self.builds = builds
        self.tried = tried
        self.keys = sorted({k for values, _, _ in builds for k, v in values.items() if integer(v)})
        self.base = builds[0][0]
        varied = {k for values, _, _ in builds for k, v in values.items() if v != self.base.get(k)}
        self.fixed = []
        for key, value in self.base.items():
            if key in varied or key in without_effect or key == "num_labels":
                continue
            for item in value if isinstance(value, list) else [value]:
                if integer(item) and item > 1:
                    self.fixed.append(item)

    def of(self, shapes):
        ranks = {len(shape) for _, shape in shapes}
        if len(ranks) != 1:
            return None
        return [self._one([(number, shape[i]) for number, shape in shapes]) for i in range(ranks.pop())]

    def better(self, shapes, own, other):
        """Dimensions of the bare class in place of the own where they hold in these builds too: it was varied more widely."""
        if other is None or own is not None and len(own) != len(other) or any(len(shape) != len(other) for _, shape in shapes):
            return own
        return [theirs if theirs is None or self._holds(theirs, i, shapes) else mine
                for i, (theirs, mine) in enumerate(zip(other, own or [None] * len(other)))]

    def _holds(self, dim, i, shapes):
        for number, shape in shapes:
            size = 1
            for factor in str(dim).split("*"):
                value = int(factor) if factor.isdigit() else self.builds[number][0].get(factor)
                if not integer(value):
                    return False
                size *= value
            if size != shape[i]:
                return False
        return True

    def _one(self, seen):
        by_build = {}
        for number, size in seen:
            if by_build.setdefault(number, size) != size:
                return None
        sizes = set(by_build.values())
        if len(sizes) == 1:
            return self._constant(sizes.pop(), by_build)
        keys = [k for k in self.keys if all(self.builds[n][0].get(k) == size for n, size in by_build.items())]
        if keys:
            return min(keys, key=lambda k: (k not in self.tried, k.count("."), len(k)))
        return self._product(by_build)

    def _constant(self, size, by_build):
        if len(by_build) < 3 and size != 1:
            return None
        for fixed in self.fixed:
            if size == fixed or (fixed >= 16 and size % fixed == 0):
                return None
        return size

    def _product(self, by_build):
        moving = [k for k in self.keys if len({self.builds[n][0].get(k) for n in by_build}) > 1]
        for factor in (2, 3, 4, 6, 8):
            for key in moving:
                if all(integer(self.builds[n][0].get(key)) and factor * self.builds[n][0][key] == size for n, size in by_build.items()):
                    return f"{factor}*{key}"
        for i, one in enumerate(moving):
            for other in moving[i + 1:]:
                for factor in (1, 2):
                    if all(integer(self.builds[n][0].get(one)) and integer(self.builds[n][0].get(other))
                           and factor * self.builds[n][0][one] * self.builds[n][0][other] == size for n, size in by_build.items()):
                        return ("" if factor == 1 else f"{factor}*") + f"{one}*{other}"
        return None


def layer_keys(builds, disk):
    """Lists of layers and the setting that equals their length wherever it was varied."""
    lengths = defaultdict(lambda: defaultdict(set))
    for number, (values, names, _) in enumerate(builds):
        for name in names:
            pattern = disk.of[number][name].split(".")
            parts = name.split(".")
            for i, segment in enumerate(pattern):
                if segment == "*":
                    lengths[".".join(pattern[:i])][number, ".".join(parts[:i])].add(int(parts[i]))
    result = {}
    for listed, instances in lengths.items():
        by_build = defaultdict(set)
        for (number, _), indices in instances.items():
            by_build[number].add(len(indices))
        flat = {n: counts.pop() for n, counts in by_build.items() if len(counts) == 1}
        result[listed] = None
        if len(flat) == len(by_build) and len(set(flat.values())) > 1:
            keys = [k for k in builds[0][0] if all(builds[n][0].get(k) == count for n, count in flat.items())]
            if keys:
                result[listed] = min(keys, key=lambda k: (k.count("."), len(k)))
    return result


def condition(group, builds):
    """The one setting that decides whether a group is there, in all layers at once: {key, values}. Null where none does."""
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
    return {"key": key, "present": sorted(v for v, there in outcome.items() if there), "absent": sorted(v for v, there in outcome.items() if not there)}


def numbers(name, pattern):
    return [part for part, star in zip(name.split("."), pattern.split(".")) if star == "*"]


def pairs(groups, memory):
    """{(target, source)} as patterns."""
    found = set()
    for kept, *others in groups or []:
        for other in others:
            target, source = memory.pattern(other), memory.pattern(kept)
            if numbers(other, target) != numbers(kept, source) or target == source:
                target, source = other, kept  # members of a list tied to its first: not a rule for every number
            found.add((target, source))
    return found


def either(pair, paths, trials):
    """Flags any one of which is enough, as `a|b`; empty where that is not how it is."""
    full = [(flags, seen) for flags, seen in trials[1:] if seen is not None and len(flags) == len(paths)]
    alone = [p for p in paths if any(flags[p] and sum(flags.values()) == 1 and pair in seen for flags, seen in full)]
    if alone and all((pair in seen) == any(flags[p] for p in alone) for flags, seen in full):
        return ["|".join(alone)]
    print("no flag explains", pair, [(flags, pair in seen) for flags, seen in full])
    return []


def ties_of(entry, memory):
    trials = [(flags, None if groups is None else pairs(groups, memory)) for flags, groups in entry["ties"]]
    default, all_on, all_off = (trials[i][1] for i in range(3))
    default = default or set()
    all_on = default if all_on is None else all_on
    all_off = all_on if all_off is None else all_off
    paths = list(trials[1][0])
    ties = []
    for target, source in sorted(all_on | all_off | default):
        pair = (target, source)
        if pair in all_off:
            ties.append({"target": target, "source": source, "flag": None, "default": True})
            continue
        found = []
        for path in paths:
            on = [seen for flags, seen in trials[1:] if seen is not None and flags.get(path) is True and len(flags) == len(paths)]
            off = [seen for flags, seen in trials[1:] if seen is not None and flags.get(path) is False and len(flags) == len(paths)]
            if on and off and all(pair in seen for seen in on) and all(pair not in seen for seen in off):
                found.append(path)
        if not found:
            found = either(pair, paths, trials)
        ties.append({"target": target, "source": source, "flag": found[0] if found else paths[0], "default": pair in default})
    return ties


def distill(entry, bare):
    builds = builds_of(entry)
    disk = Patterns([names for _, names, _ in builds])
    memory = Patterns([names for _, _, names in builds])
    dimensions = Dimensions(builds, set(entry.get("withoutEffect", [])), {build["label"][0] for build in entry["builds"]})
    groups = groups_of(builds, disk, memory)
    bare = placed(bare, {memory.pattern(name) for _, _, names in builds for name in names})
    for group in groups:
        group["when"] = condition(group, builds)
        for parameter in group["parameters"]:
            shapes = parameter.pop("shapes")
            parameter["dims"] = dimensions.better(shapes, dimensions.of(shapes), dims_in(bare, parameter))
        del group["where"], group["all"]
    facts = entry["facts"]
    ignore = list(facts["ignoreUnexpected"])
    every = set(facts["buffers"]) | {name for name in entry["base"]["memory"]}
    if any(name.endswith("rotary_emb.inv_freq") for name in every):
        ignore.append(r"rotary_emb\.inv_freq")
    if entry["release"].startswith("5.") and any(name.endswith("position_ids") for name in every):
        ignore.append(r"(^|\.)position_ids$")
    if entry["release"].startswith("4."):
        ignore += sorted({"^" + re.escape(memory_like(name)).replace("_NUMBER_", r"\d+") + "$" for name in facts["buffers"]})
    return {
        "class": entry["class"], "modelType": entry["modelType"], "release": entry["release"], "tasks": entry["tasks"],
        "prefix": facts["prefix"], "hasPrefix": facts["hasPrefix"], "output": facts["output"], "input": facts["input"],
        "ties": ties_of(entry, memory), "ignoreMissing": facts["ignoreMissing"], "ignoreUnexpected": list(dict.fromkeys(ignore)),
        "layers": layer_keys(builds, disk), "groups": groups, "submodels": facts["submodels"], "conversions": facts["conversions"],
        "memory": sorted({memory.pattern(name) for _, _, names in builds for name in names}),
        "tieDefaults": entry["ties"][0][0],
    }


def placed(bare, names):
    """memory pattern → parameters of the bare class, with what this class puts before its names (`model.`)."""
    if bare is None or not bare["memory"]:
        return {}
    places = {""} | {name.split(".")[0] + "." for name in names}
    held = {place: len({place + name for name in bare["memory"]} & names) for place in places}
    place = max(sorted(held), key=held.get)
    known = {}
    for group in bare["groups"]:
        for parameter in group["parameters"]:
            known.setdefault(place + parameter["memory"], []).append(parameter)
    return known


def dims_in(bare, parameter):
    """Dimensions that the bare class gives for a parameter, where it is clear which of its parameters that is."""
    found = bare.get(parameter["memory"], [])
    end = parameter["disk"].split(".")[-2:]
    found = [p for p in found if p["disk"].split(".")[-2:] == end] if len(found) > 1 else found
    return found[0]["dims"] if len(found) == 1 else None


def memory_like(name):
    return ".".join("_NUMBER_" if part.isdigit() else part for part in name.split("."))


def unfinished(line):
    """Whether the probe began with a class and never came back."""
    return line.rstrip().endswith('"started": true}')


def main():
    source, target = sys.argv[1:3]
    seen, done, bare = {}, set(), {}
    if os.path.exists(target):
        kept = [line for line in open(target) if '"facts": ' in line]
        done = {tuple(json.loads(line)["key"]) for line in kept}
        open(target, "w").writelines(kept)
        for facts in (json.loads(line)["facts"] for line in kept):
            if "base" in facts["tasks"]:
                bare.setdefault(facts["modelType"], facts)
    for line in open(source):
        key = tuple(json.loads(line[:line.index(', "tasks"')] + "}")[k] for k in ("modelType", "class"))
        if key not in seen or not unfinished(line):
            seen[key] = line
    with open(target, "a") as out:
        for key, line in seen.items():
            if key in done or unfinished(line):
                continue
            try:
                entry = json.loads(line)
            except ValueError:  # the probe is still writing it
                continue
            if "error" in entry:
                result = {"failure": {k: entry.get(k) for k in ("release", "modelType", "class", "tasks", "error")}}
            else:
                result = {"facts": distill(entry, bare.get(entry["modelType"]))}
                if "base" in entry["tasks"]:
                    bare.setdefault(entry["modelType"], result["facts"])
            out.write(json.dumps({"key": key, **result}) + "\n")
            out.flush()
    crashed = [key for key, line in seen.items() if unfinished(line)]
    print(len(seen), "classes seen; never finished:", crashed)


if __name__ == "__main__":
    main()
