"""Turns what the probe saw of a class into its facts.

    python3 distill.py observations.jsonl facts.jsonl

Classes already in the output are skipped: remove it when this script changes.
"""
import itertools
import json
import os
import re
import sys
from collections import Counter, defaultdict

from formulas import evaluate, fit, integer, words
from patterns import Patterns, scope_instance, scope_of


def builds_of(entry):
    """[(values, disk, memory)] of the base build and of every variant, which the probe wrote as what differs from the build it started from."""
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


class Dimensions:
    """Finds what each dimension is, from how it followed the settings."""

    def __init__(self, builds, without_effect, tried, submodels, derived):
        self.builds = [values for values, _, _ in builds]
        self.tried = tried
        self.submodels = submodels
        self.keys = sorted({k for values in self.builds for k, v in values.items() if integer(v)})
        self.base = self.builds[0]
        self.derived = derived
        self.apart = self._apart(self.keys, range(len(self.builds)))
        self.known = {}
        varied = {k for values in self.builds for k, v in values.items() if v != self.base.get(k)}
        self.fixed = []
        for key, value in self.base.items():
            if key in varied or key in without_effect or key == "num_labels":
                continue
            for item in value if isinstance(value, list) else [value]:
                if integer(item) and item > 1:
                    self.fixed.append(item)

    def of(self, shapes, memory):
        ranks = {len(shape) for _, shape in shapes}
        if len(ranks) != 1:
            return None
        return [self._one([(number, shape[i]) for number, shape in shapes], memory) for i in range(ranks.pop())]

    def better(self, shapes, own, other):
        """Dimensions of the bare class in place of the own where they hold in these builds too: it was varied more widely."""
        if other is None or own is not None and len(own) != len(other) or any(len(shape) != len(other) for _, shape in shapes):
            return own
        return [theirs if theirs is None or self._holds(theirs, i, shapes) else mine
                for i, (theirs, mine) in enumerate(zip(other, own or [None] * len(other)))]

    def _holds(self, dim, i, shapes):
        """Whether a dimension gives every size, of those that it says anything of."""
        return all(evaluate(dim, self.builds[number]) in (None, shape[i]) for number, shape in shapes)

    def _one(self, seen, memory):
        by_build = {}
        for number, size in seen:
            if by_build.setdefault(number, size) != size:
                return None
        sizes = set(by_build.values())
        if len(sizes) == 1:
            return self._constant(sizes.pop(), by_build)
        keys = [k for k in self.keys if all(self.builds[n].get(k) == size for n, size in by_build.items())]
        return self._with_alternatives(self._nearest(keys, memory) if keys else self._formula(by_build), by_build)

    def _with_alternatives(self, dim, by_build):
        """
        A dimension that names settings which the config class derives where they are not stated (`head_dim`) also says
        what it is without them: a config.json need not have them.
        """
        missing = [word for word in dict.fromkeys(words(dim)) if word in self.derived.sources] if dim and "|" not in dim else []
        alternatives = [dim]
        for gone in [{word} for word in missing] + ([set(missing)] if len(missing) == 2 else []):
            seen = {n: size for n, size in by_build.items() if not gone & self.derived.stated[n]}
            other = self._without(gone, frozenset(seen.items()))
            if other is not None and other not in alternatives:
                alternatives.append(other)
        return "|".join(alternatives) if dim else dim

    def _without(self, gone, seen):
        """What a size was by the other settings, in builds whose config did not state these."""
        known = self.known.get((frozenset(gone), seen), "")
        if known != "":
            return known
        by_build, found = dict(seen), None
        if len(set(by_build.values())) > 1:
            keys = [k for k in self.keys if k not in gone]
            moving = {key for one, other, key in self._apart(keys, by_build) if by_build[one] != by_build[other]}
            sources = set().union(*(self.derived.sources[key] for key in gone)) - gone
            for chosen in (moving, moving | sources):
                found = found or fit(chosen, {n: self.builds[n] for n in by_build}, by_build)
        self.known[frozenset(gone), seen] = found
        return found

    def _nearest(self, keys, memory):
        """Of settings that always were equal: one that was tried by itself, of the model within the model that the parameter is in."""
        at = config_of(memory, self.submodels)
        return min(keys, key=lambda k: (k not in self.tried, at is not None and not k.startswith(at + "."), k.count("."), len(k)))

    def _constant(self, size, by_build):
        if len(by_build) < 3 and size != 1:
            return None
        for fixed in self.fixed:
            if size == fixed or (fixed >= 16 and size % fixed == 0):
                return None
        return size

    def _formula(self, by_build):
        """One formula for all builds, or one for those in which a setting is a number and one for those in which it is not."""
        whole = self._fitted(by_build)
        if whole is None:
            whole = self._followed(by_build)
        if whole is not None:
            return whole
        for key in self.keys:
            stated = {n: size for n, size in by_build.items() if integer(self.builds[n].get(key))}
            absent = {n: size for n, size in by_build.items() if n not in stated}
            if not stated or not absent:
                continue
            first = key if all(self.builds[n][key] == size for n, size in stated.items()) else self._fitted(stated)
            if first is not None and key in words(first):
                second = self._fitted(absent) or self._followed(absent)
                return first if second is None else f"{first}|{second}"
        return None

    def _fitted(self, by_build):
        seen = frozenset(by_build.items())
        if seen not in self.known:
            self.known[seen] = fit(self._moving(by_build), {n: self.builds[n] for n in by_build}, by_build)
        return self.known[seen]

    def _followed(self, by_build):
        """A formula where a setting cannot be varied without another that follows it (`mamba_d_head` the hidden size): by the one that was set."""
        alone = self._moving(by_build)
        moving, followers = set(alone), set()
        for number, (start, key) in self.derived.variants.items():
            if number in by_build and start in by_build and by_build[number] != by_build[start] and key not in alone and integer(self.builds[number].get(key)):
                moving.add(key)
                followers |= {k for k in self.keys if k != key and self.builds[number].get(k) != self.builds[start].get(k)}
        keys = moving - followers
        if not followers or followers & alone:
            return None
        seen = frozenset(by_build.items()), frozenset(keys)
        if seen not in self.known:
            self.known[seen] = fit(keys, {n: self.builds[n] for n in by_build}, by_build)
        return self.known[seen]

    def _moving(self, by_build):
        """Settings that moved the size by themselves: between two builds that differ in no other setting."""
        return {key for one, other, key in self.apart if one in by_build and other in by_build and by_build[one] != by_build[other]}

    def _apart(self, keys, builds):
        """[(build, build, the one of these numeric settings in which they differ)]."""
        columns = [(n, tuple(self.builds[n].get(k) for k in keys)) for n in builds]
        found = []
        for (one, mine), (other, theirs) in itertools.combinations(columns, 2):
            differing = [i for i, (a, b) in enumerate(zip(mine, theirs)) if a != b]
            if len(differing) == 1 and integer(mine[differing[0]]) and integer(theirs[differing[0]]):
                found.append((one, other, keys[differing[0]]))
        return found


class Derived:
    """Settings that a config class derives from others where a config does not state them.

    sources: {derived setting: the settings it followed}; stated: for each build, the settings that its variant stated; variants: {build: (the build it
    started from, the one setting that was changed)}."""

    def __init__(self, entry):
        self.sources = defaultdict(set)
        self.stated = [set()]
        self.variants = {}
        for number, build in enumerate(entry["builds"], 1):
            label = build["label"]
            if len(label) == 2 and label[0] not in ("regime", "layers", "num_labels"):
                self.variants[number] = build["from"], label[0]
            here = set(label[1]) if label[0] == "regime" else {label[0], *label[2:]}
            self.stated.append(self.stated[build["from"]] | here)
            for key in label[2:]:
                self.sources[key].add(label[0])


def config_of(memory, submodels):
    """Dotted path of the config of the innermost model within the model that a parameter is in, or None."""
    inside = [(len(path), at) for path, _, at, _ in submodels if at and memory.startswith(path + ".")]
    return max(inside)[1] if inside else None


def layer_keys(builds, disk, own, bare):
    """Lists of layers and the setting that equals their length wherever it was varied; as the bare class has it where that has the list."""
    lengths = defaultdict(lambda: defaultdict(set))
    for number, (values, names, _) in enumerate(builds):
        for name in names:
            pattern = disk.of[number][name].split(".")
            parts = name.split(".")
            for i, segment in enumerate(pattern):
                if segment == "*":
                    lengths[".".join(pattern[:i])][number, ".".join(parts[:i])].add(int(parts[i]))
    return {listed: layer_key(listed, instances, builds, own, bare) for listed, instances in lengths.items()}


def layer_key(listed, instances, builds, own, bare):
    by_build = defaultdict(set)
    for (number, _), indices in instances.items():
        by_build[number].add(len(indices))
    flat = {n: counts.pop() for n, counts in by_build.items() if len(counts) == 1}
    keys = []
    if len(flat) == len(by_build) and len(set(flat.values())) > 1:
        keys = [k for k in builds[0][0] if all(integer(builds[n][0].get(k)) and builds[n][0][k] == count for n, count in flat.items())]
    known = {key for key in (bare_list(listed, parameter, bare) for parameter in own) if key}
    if len(known) == 1 and (not keys or known <= set(keys)):
        return known.pop()
    memory = next((p["memory"] for p in own if p["disk"].startswith(listed + ".*")), listed)
    return likeliest(keys, config_of(memory, bare["submodels"]))


def likeliest(keys, at):
    """Of settings that always were equal to a length, the one of the model within the model that the list is in; None where that does not decide."""
    inside = [k for k in keys if k.rpartition(".")[0] == (at or "")] or keys
    return inside[0] if len(inside) == 1 else None


def bare_list(listed, parameter, bare):
    """The setting that counts a list, by what the bare class says of the list that one of its parameters is in."""
    if not parameter["disk"].startswith(listed + ".*"):
        return None
    place = parameter["disk"][:len(listed) + 2].count("*")
    for other in bare["parameters"].get(parameter["memory"], []):
        parts = other["disk"].split(".")
        stars = [i for i, part in enumerate(parts) if part == "*"]
        if len(stars) >= place:
            return bare["layers"].get(".".join(parts[:stars[place - 1]]))
    return None


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


def size_biases(parameters):
    """A bias that is rarely there was seen in too few builds: it has the outputs of the weight beside it."""
    by_name = {parameter["disk"]: parameter for parameter in parameters}
    for parameter in parameters:
        stem, _, last = parameter["disk"].rpartition(".")
        weight = by_name.get(stem + ".weight")
        if last != "bias" or parameter["dims"] != [None] or weight is None or not weight["dims"]:
            continue
        outputs = defaultdict(set)
        for number, shape in weight["shapes"]:
            outputs[number].add(tuple(shape))
        for axis in (0, -1):
            if all({(w[axis],) for w in outputs[number]} == {tuple(shape)} for number, shape in parameter["shapes"]):
                parameter["dims"] = [weight["dims"][axis]]
                break


def distill(entry, bare):
    builds = builds_of(entry)
    disk = Patterns([names for _, names, _ in builds])
    memory = Patterns([names for _, _, names in builds])
    facts = entry["facts"]
    dimensions = Dimensions(builds, set(entry.get("withoutEffect", [])), {build["label"][0] for build in entry["builds"]}, facts["submodels"], Derived(entry))
    groups = groups_of(builds, disk, memory)
    of_bare = {"parameters": placed(bare, {memory.pattern(name) for _, _, names in builds for name in names}), "layers": bare["layers"] if bare else {},
               "submodels": facts["submodels"]}
    own = [parameter for group in groups for parameter in group["parameters"]]
    for parameter in own:
        shapes = parameter["shapes"]
        parameter["dims"] = dimensions.better(shapes, dimensions.of(shapes, parameter["memory"]), dims_in(of_bare["parameters"], parameter))
    size_biases(own)
    for group in groups:
        group["when"] = condition(group, builds)
        del group["where"], group["all"]
    for parameter in own:
        del parameter["shapes"]
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
        "layers": layer_keys(builds, disk, own, of_bare), "groups": groups, "submodels": facts["submodels"], "conversions": facts["conversions"],
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
        # Of a class that was come by twice the fuller account counts.
        if key not in seen or unfinished(seen[key]) or len(line) > len(seen[key]):
            seen[key] = line
    with open(target, "a") as out:
        # Bare classes first: what is known of them helps with the others.
        for key, line in sorted(seen.items(), key=lambda item: '"tasks": ["base"' not in item[1][:600]):
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
