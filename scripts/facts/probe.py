"""Builds every class under many configurations and writes what it saw, one JSON line a class.

    python probe.py --out observations.jsonl [--part 0/2] [--only llama,gpt2]

Run once with each release's interpreter. Classes already in the file are skipped, so a crash costs one class.
"""
import argparse
import json
import os
import re
import signal
import time

import release
from release import construct, VERSION
from classes import all_classes, auto_table
from configs import LAYERS, choices, leaves, merge, num_labels, perturbations, put, relisted, scaled_down, shrunk, sub_configs
from hints import starting_configs
from observe import about, names_and_shapes

#: CPU time, so that what is seen does not depend on what else the machine does.
BUILD_SECONDS, CLASS_SECONDS, REGIME_SECONDS = 15, 40, 10
MOST_REGIMES = 4


class TooSlow(BaseException):
    pass


def _alarm(*_):
    raise TooSlow()


signal.signal(signal.SIGPROF, _alarm)


class Start:
    """A build that variants start from: the base (number 0), or one of `builds` (counted from 1)."""

    def __init__(self, number, overrides, seen, values):
        self.number, self.overrides, self.seen, self.values = number, overrides, seen, values


def _integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _kinds(names):
    """Names without their numbers."""
    return {re.sub(r"\.\d+(?=\.|$)", ".*", name) for name in names}


class Prober:
    """One class: a base build, then variants of it."""

    def __init__(self, model_type, config_class, cls, effective):
        self.model_type, self.config_class, self.cls = model_type, config_class, cls
        self.effective = effective
        self.deadline = time.process_time() + CLASS_SECONDS
        self.device = "meta"
        self.builds = []
        self.changed = {}
        self.derived = set()
        self.sizes = {}
        self.without_effect = []

    def config(self, overrides):
        written = json.loads(json.dumps(overrides))
        try:
            return self.config_class.from_dict(written)
        except (AttributeError, OSError):  # `from_dict` prints the config, which some cannot, or not without a Hub
            return self.config_class(**written)

    def build(self, overrides):
        signal.setitimer(signal.ITIMER_PROF, BUILD_SECONDS)
        try:
            config = self.config(overrides)
            model = construct(self.cls, config, self.device)
            return model, names_and_shapes(model), leaves(config)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def attempt(self, overrides):
        if time.process_time() > self.deadline:
            return None
        try:
            return self.build(overrides)
        except TooSlow:
            return None
        except Exception:
            return None

    def start(self):
        problems = []
        for start in starting_configs(self.model_type, self.config_class):
            try:
                default = self.config(start)
            except Exception as problem:
                problems.append(repr(problem)[:200])
                continue
            for layers, experts, self.device in ((4, True, "meta"), (4, False, "meta"), (1000, False, "meta"), (4, True, "cpu"), (4, False, "cpu")):
                overrides = merge(start, shrunk(default, layers, experts))
                if self.device == "cpu":
                    overrides = scaled_down(default, overrides)
                try:
                    model, seen, values = self.build(overrides)
                except TooSlow:
                    problems.append("too slow")
                    continue
                except Exception as problem:
                    problems.append(repr(problem)[:200])
                    continue
                self.start_overrides = start
                self.sub_classes = {path: type(sub) for path, sub in sub_configs(model.config)}
                self.overrides, self.seen, self.values = overrides, seen, values
                self.origin = Start(0, overrides, seen, values)
                return about(model)
        raise RuntimeError(" | ".join(dict.fromkeys(problems)) or "no configuration")

    def keep(self, label, seen, values, start=None, same=False):
        """Stores a build, as what differs from the one it started from, unless it looks exactly like that."""
        start = start or self.origin
        if seen == start.seen and not same:
            self.without_effect.append(label[0])
            return False
        diff = {k: v for k, v in values.items() if self.values.get(k, "absent") != v}
        diff.update({k: "absent" for k in self.values if k not in values})
        build = {"label": label, "from": start.number, "values": diff}
        for names in ("disk", "memory"):
            before, now = start.seen[names], seen[names]
            build[names] = {name: shape for name, shape in now.items() if before.get(name) != shape}
            build[names + "Gone"] = [name for name in before if name not in now]
        self.builds.append(build)
        return seen != start.seen

    def try_variant(self, path, value, start=None):
        """
        One setting changed. Where the config derives others from it (`head_dim` from the number of heads), the variant is
        built with those as they were, too: else what the setting does by itself would not show.
        """
        start = start or self.origin
        overrides = put(start.overrides, path, value)
        if LAYERS.search(path.rsplit(".", 1)[-1]) and _integer(value):
            overrides = relisted(overrides, path, start.values.get(path), value)
        built = self.attempt(overrides)
        if built is None:
            return None
        followed = [key for key, old in start.values.items() if key != path and _integer(old) and _integer(built[2].get(key)) and built[2][key] != old]
        self.derived.update(followed)
        changed = self.keep([path, value], built[1], built[2], start, same=bool(followed))
        if followed:
            for key in followed:
                overrides = put(overrides, key, start.values[key])
            pinned = self.attempt(overrides)
            if pinned is not None and all(pinned[2].get(key) == start.values[key] for key in followed):
                self.keep([path, value, *followed], pinned[1], pinned[2], start, same=True)
                changed = changed or pinned[1] != start.seen
        return changed

    def vary(self, path, value):
        done = False
        for other in perturbations(path, value) + choices(self.sub_classes.get(path.rpartition('.')[0], self.config_class), path, value):
            doubled = _integer(value) and other in (value * 2, value // 2)
            if doubled and done:
                continue
            before = len(self.builds)
            outcome = self.try_variant(path, other)
            done = done or (doubled and outcome is not None)
            if outcome:
                made = self.builds[before:]
                self.changed[path] = self.changed.get(path, False) or any(self.shapes_a_head(build) for build in made)
                if doubled:
                    self.sizes[path] = other

    def shapes_a_head(self, build):
        """Whether a variant says something about heads too: it changed which parameters there are, or the embedding."""
        if build["diskGone"] or any(name not in self.seen["disk"] for name in build["disk"]):
            return not LAYERS.search(build["label"][0].rsplit(".", 1)[-1])
        return self.about["input"] in build["memory"]

    def silent(self, group):
        """Whether changing all of these settings at once leaves the model as it is."""
        overrides = self.overrides
        for path, value in group:
            options = perturbations(path, value)
            if options:
                overrides = put(overrides, path, options[0])
        built = self.attempt(overrides)
        if built is None or built[1] != self.seen:
            return False
        self.without_effect += [path for path, value in group if perturbations(path, value)]
        return True

    def variants(self):
        settings = list(self.values.items())
        if self.effective is not None:
            # What the bare class has in common is known from it already.
            settings = [s for s in settings if self.effective.get(s[0], True)]
            rest = [s for s in settings if s[0] not in self.effective]
            for kind in (bool, int, type(None), list):
                group = [s for s in rest if type(s[1]) is kind]
                if group and self.silent(group):
                    settings = [s for s in settings if s not in group]
        counts = [s for s in self.values.items() if _integer(s[1]) and LAYERS.search(s[0].rsplit(".", 1)[-1])]
        for path, value in counts:
            # First of all and by itself, in every class: which setting counts which layers must not be a guess.
            self.try_variant(path, value + 1)
        for path, value in settings:
            self.vary(path, value)
        for layers in (6, 12):
            deep = merge(self.overrides, shrunk(self.config(self.start_overrides), layers))
            built = self.attempt(deep)
            if built:
                self.keep(["layers", layers], built[1], built[2])
        if self.effective is None:
            self.regimes()
        for count in (5, 7):
            built = self.attempt(merge(self.overrides, num_labels(count)))
            if built:
                self.keep(["num_labels", count], built[1], {**built[2], "num_labels": count})

    def regimes(self):
        """
        Sizes varied anew where there is what the base build lacks (biases, other kinds of layers): each of the fewest
        configurations that have all that was seen is the start of variants of its own.
        """
        self.deadline = max(self.deadline, time.process_time() + REGIME_SECONDS)
        known, starts = _kinds(self.seen["disk"]), []
        found = []
        for build in self.builds:
            new = _kinds(build["disk"]) - known
            if new:
                label = build["label"]
                if label[0] == "layers":
                    change = [(None, shrunk(self.config(self.start_overrides), label[1]))]
                else:
                    change = [(label[0], put({}, label[0], label[1]))] + [(key, put({}, key, self.values[key])) for key in label[2:]]
                found.append((new, [key for key, _ in change], merge(*(overrides for _, overrides in change))))
        covered = set()
        for new, keys, overrides in sorted(found, key=lambda f: -len(f[0])):
            if new <= covered:
                continue
            for start in starts:
                together = merge(start.overrides, overrides)
                built = self.attempt(together)
                if built and _kinds(built[1]["disk"]) - known >= start.new | new:
                    start.overrides, start.seen, start.values = together, built[1], built[2]
                    start.new |= new
                    start.keys |= set(keys)
                    break
            else:
                together = merge(self.overrides, overrides)
                built = self.attempt(together) if len(starts) < MOST_REGIMES else None
                if built is None:
                    continue
                start = Start(None, together, built[1], built[2])
                start.new, start.keys = set(new), set(keys)
                starts.append(start)
            covered |= new
        given = self.given()
        if given is not None:
            starts.append(given)
        for start in starts:
            self.keep(["regime", sorted(filter(None, start.keys))], start.seen, start.values, same=True)
            start.number = len(self.builds)
            parts = {key.rpartition(".")[0] if key else None for key in start.keys}
            # What did nothing without the new parts may be what sizes them.
            idle = [p for p in start.keys if p and p not in self.sizes] + [p for p in dict.fromkeys(self.without_effect) if _integer(self.values.get(p)) and not LAYERS.search(p.rsplit(".", 1)[-1])]
            for path in dict.fromkeys([*self.sizes, *idle]):
                at = path.rpartition(".")[0]
                near = None in parts or at in parts or at == ""
                if near and _integer(start.values.get(path)) and start.values[path]:
                    double = start.values[path] * 2
                    if self.try_variant(path, double, start) is None and start.values[path] > 1:
                        self.try_variant(path, start.values[path] // 2, start)

    def given(self):
        """The base with a number for every setting that it leaves open and that sizes something (`head_dim`), or None."""
        overrides, keys = self.overrides, set()
        for build in self.builds:
            key, value = build["label"][:2]
            if build["from"] == 0 and key in self.values and self.values[key] is None and _integer(value) and not build["diskGone"] and _kinds(build["disk"]) <= _kinds(self.seen["disk"]):
                overrides = put(overrides, key, value)
                keys.add(key)
        built = self.attempt(overrides) if keys else None
        if built is None:
            return None
        start = Start(None, overrides, built[1], built[2])
        start.keys = keys
        return start

    def ties(self):
        """[[{config path: flag}, groups]]: no flag, all, none, each alone, all but each."""
        config = self.config(self.overrides)
        paths = [f"{path}.tie_word_embeddings" if path else "tie_word_embeddings" for path, _ in sub_configs(config)]
        trials = [{}, {p: True for p in paths}, {p: False for p in paths}]
        if len(paths) > 1:
            trials += [{p: p == q for p in paths} for q in paths] + [{p: p != q for p in paths} for q in paths]
            trials += [{q: True} for q in paths] + [{q: False} for q in paths]
        outcomes = []
        for flags in trials:
            overrides = self.overrides
            for path, value in flags.items():
                overrides = put(overrides, path, value)
            built = self.attempt(overrides)
            outcomes.append([flags, built[1]["tied"] if built else None])
        return outcomes

    def run(self, internal):
        """An internal class, which no auto class offers, is built once and with every tie flag, but not varied."""
        facts = self.about = self.start()
        result = {"facts": facts, "base": {"values": self.values, **self.seen}, "ties": self.ties()}
        if not internal:
            self.variants()
        result["builds"] = self.builds
        result["derived"] = sorted(self.derived)
        result["withoutEffect"] = sorted(set(self.without_effect))
        result["cut"] = time.process_time() > self.deadline
        return result


def inner_configs(config_class, cls):
    """Configs within a config, the one named most like the model class first: a model within a model is made with one of them."""
    try:
        default = config_class()
    except Exception:
        return []
    found = {type(sub): None for path, sub in sub_configs(default) if path and sub.model_type}
    return sorted(found, key=lambda c: -len(os.path.commonprefix([c.__name__, cls.__name__])))


def observe(model_type, config_class, cls, effective, internal, listed):
    """What is seen of a class; of a model within the model by the inner config that it can be built with."""
    prober = Prober(model_type, config_class, cls, effective)
    try:
        return prober, prober.run(internal)
    except RuntimeError as problem:
        for inner in inner_configs(config_class, cls):
            if (inner.model_type, cls.__name__) in listed:
                break  # it has its turn there
            other = Prober(inner.model_type, inner, cls, None)
            try:
                return other, other.run(True)
            except Exception:
                continue
        raise problem


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    only = set(filter(None, options.only.split(",")))
    done = set()
    if os.path.exists(options.out):
        for line in open(options.out):
            entry = json.loads(line)
            done.add((entry["modelType"], entry["class"]))
    _, tasks = auto_table()
    out = open(options.out, "a")

    def write(entry):
        out.write(json.dumps(entry) + "\n")
        out.flush()

    every = all_classes()
    listed = {(model_type, cls.__name__) for model_type, _, classes in every for cls in classes}
    for index, (model_type, config_class, classes) in enumerate(every):
        if index % parts != part or (only and model_type not in only):
            continue
        effective = None
        for cls in classes:
            key = (model_type, cls.__name__)
            if key in done:
                continue
            entry = {"release": VERSION, "modelType": model_type, "class": cls.__name__, "config": config_class.__name__,
                     "tasks": tasks.get(key, [])}
            write({**entry, "started": True})
            started = time.time()
            try:
                prober, seen = observe(model_type, config_class, cls, effective, not entry["tasks"] and cls is not classes[0], listed)
                entry.update(seen)
                if prober.model_type != model_type:
                    entry.update(modelType=prober.model_type, config=prober.config_class.__name__, tasks=tasks.get((prober.model_type, cls.__name__), []))
                elif effective is None:
                    effective = dict(prober.changed)
                else:
                    effective.update(prober.changed)
            except TooSlow:
                entry["error"] = "too slow"
            except Exception as problem:
                entry["error"] = f"{type(problem).__name__}: {problem}"[:600]
            entry["seconds"] = round(time.time() - started, 2)
            write(entry)


if __name__ == "__main__":
    main()
