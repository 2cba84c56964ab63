"""Builds every class under many configurations and writes what it saw, one JSON line a class.

    python probe.py --out observations.jsonl [--part 0/2] [--only llama,gpt2]

Run once with each release's interpreter. Classes already in the file are skipped, so a crash costs one class.
"""
import argparse
import json
import os
import signal
import time

import release
from release import construct, VERSION
from classes import all_classes, auto_table
from configs import LAYERS, choices, leaves, merge, num_labels, perturbations, put, scaled_down, shrunk, sub_configs
from hints import starting_configs
from observe import about, names_and_shapes

BUILD_SECONDS, CLASS_SECONDS = 15, 25


class TooSlow(BaseException):
    pass


def _alarm(*_):
    raise TooSlow()


signal.signal(signal.SIGALRM, _alarm)


class Prober:
    """One class: a base build, then variants of it."""

    def __init__(self, model_type, config_class, cls, effective):
        self.model_type, self.config_class, self.cls = model_type, config_class, cls
        self.effective = effective
        self.deadline = time.time() + CLASS_SECONDS
        self.device = "meta"
        self.builds = []
        self.changed = {}
        self.without_effect = []

    def config(self, overrides):
        return self.config_class.from_dict(json.loads(json.dumps(overrides)))

    def build(self, overrides):
        signal.alarm(BUILD_SECONDS)
        try:
            config = self.config(overrides)
            model = construct(self.cls, config, self.device)
            return model, names_and_shapes(model), leaves(config)
        finally:
            signal.alarm(0)

    def attempt(self, overrides):
        if time.time() > self.deadline:
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
                return about(model)
        raise RuntimeError(" | ".join(dict.fromkeys(problems)) or "no configuration")

    def keep(self, label, seen, values):
        """Stores a build unless it looks exactly like the base."""
        if seen == self.seen:
            self.without_effect.append(label[0])
            return False
        diff = {k: v for k, v in values.items() if self.values.get(k, "absent") != v}
        diff.update({k: "absent" for k in self.values if k not in values})
        self.builds.append({"label": label, "values": diff, **{k: seen[k] for k in ("disk", "memory")}})
        return True

    def try_variant(self, path, value):
        built = self.attempt(put(self.overrides, path, value))
        if built is None:
            return None
        return self.keep([path, value], built[1], built[2])

    def vary(self, path, value):
        done = False
        for other in perturbations(path, value) + choices(self.sub_classes.get(path.rpartition('.')[0], self.config_class), path, value):
            doubled = isinstance(value, int) and not isinstance(value, bool) and other in (value * 2, value // 2)
            if doubled and done:
                continue
            outcome = self.try_variant(path, other)
            done = done or (doubled and outcome is not None)
            if outcome:
                self.changed[path] = self.changed.get(path, False) or self.shapes_a_head(self.builds[-1])

    def shapes_a_head(self, build):
        """Whether a variant says something about heads too: it changed which parameters there are, or the embedding."""
        if set(build["disk"]) != set(self.seen["disk"]):
            return not LAYERS.search(build["label"][0].rsplit(".", 1)[-1])
        embedding = self.about["input"]
        return embedding is not None and build["memory"].get(embedding) != self.seen["memory"].get(embedding)

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
        for path, value in settings:
            self.vary(path, value)
        for layers in (6, 12):
            default = self.config(self.start_overrides)
            overrides = merge(self.overrides, {})
            deep = shrunk(default, layers)
            built = self.attempt(merge(overrides, deep))
            if built:
                self.keep(["layers", layers], built[1], built[2])
        for count in (5, 7):
            built = self.attempt(merge(self.overrides, num_labels(count)))
            if built:
                self.keep(["num_labels", count], built[1], {**built[2], "num_labels": count})

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
        result["withoutEffect"] = sorted(set(self.without_effect))
        result["cut"] = time.time() > self.deadline
        return result


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

    for index, (model_type, config_class, classes) in enumerate(all_classes()):
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
            prober = Prober(model_type, config_class, cls, effective)
            try:
                entry.update(prober.run(internal=not entry["tasks"] and cls is not classes[0]))
                if effective is None:
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
