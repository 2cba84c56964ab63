"""Merges the facts of the releases and writes src/architecture/data.

    python3 emit.py --out src/architecture/data 4.57.6=facts.jsonl,tables.json 5.18.0=facts.jsonl,tables.json

With `--keep src/architecture/data`, model types that the inputs do not have stay as they are there.
"""
import argparse
import json
import re

from formulas import renamed
from emitting.kept import Kept
from emitting.shard import RELEASES
from emitting.writing import divided, write_contents, write_failures, write_shards


def aliases(facts, release, tables):
    """
    Classes that an auto class chooses for a composite model type but that are built from one of its inner configs
    (AutoModelForCausalLM takes `text_config` of a vision-language model): the same facts, with config paths from the
    outer config.
    """
    by_class = {}
    for releases in facts.values():
        for entry in releases.get(release, []):
            by_class.setdefault(entry["class"], []).append(entry)
    for model_type, chosen in tables[release]["auto"].items():
        own = facts.get(model_type, {}).get(release, [])
        for task, name in chosen.items():
            if not own or any(entry["class"] == name for entry in own):
                continue
            inner = {(t, at) for entry in own for _, _, at, t in entry["submodels"] if at}
            found = next(((entry, at) for entry in by_class.get(name, []) for t, at in sorted(inner) if entry["modelType"] == t), None)
            if found is not None:
                tasks = [t for t, n in chosen.items() if n == name]
                own.append(moved({**json.loads(json.dumps(found[0])), "modelType": model_type, "tasks": tasks}, found[1]))


def moved(entry, at):
    """The facts of a class with every config path put below another."""
    def path(key):
        return key if key is None or key == "num_labels" else "|".join(f"{at}.{part}" for part in key.split("|"))

    for group in entry["groups"]:
        if group["when"] and group["when"]["key"]:
            group["when"]["key"] = path(group["when"]["key"])
        for parameter in group["parameters"]:
            parameter["dims"] = None if parameter["dims"] is None else [renamed(d, path) for d in parameter["dims"]]
    entry["layers"] = {name: path(key) for name, key in entry["layers"].items()}
    for tie in entry["ties"]:
        tie["flag"] = path(tie["flag"])
    entry["submodels"] = [[p, c, path(where) if where else at, t] for p, c, where, t in entry["submodels"]]
    return entry


def leads_back(entry):
    """Whether the loader finds the embeddings where the class has them, in a checkpoint that the class saved."""
    known = {p["memory"] for group in entry["groups"] for p in group["parameters"]}
    return all(name is None or any(re.fullmatch(re.escape(p).replace(r"\*", r"\d+"), name) for p in known) for name in (entry["input"], entry["output"]))


def class_index(classes):
    """Class → model type; the one whose name fits best where several have it."""
    owners = {}
    for model_type, name in sorted(classes):
        owners.setdefault(name, []).append(model_type)
    letters = lambda text: re.sub(r"[^a-z0-9]", "", text.lower())  # noqa: E731
    return {name: max(types, key=lambda t: (letters(name).startswith(letters(t)), len(letters(t)) if letters(name).startswith(letters(t)) else 0, -len(t)))
            for name, types in owners.items()}


def read(inputs):
    """Facts by model type and release, the tables of each release, and the classes that have no facts, with the reason."""
    facts, tables, failures = {}, {}, []
    for given in inputs:
        release, _, paths = given.partition("=")
        first, second = paths.split(",")
        with open(second) as file:
            tables[release] = json.load(file)
        with open(first) as lines:
            for entry in map(json.loads, lines):
                if "facts" not in entry:
                    failures.append((release, *entry["key"], " ".join(entry["failure"]["error"].split())[:160]))
                elif entry["facts"]["memory"] and not leads_back(entry["facts"]):
                    failures.append((release, *entry["key"], "what it saves does not load back: its embedding comes under another name"))
                elif entry["facts"]["memory"]:  # else an abstract class by another name
                    facts.setdefault(entry["key"][0], {}).setdefault(release, []).append(entry["facts"])
    return facts, tables, failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--failures")
    parser.add_argument("--keep")
    parser.add_argument("inputs", nargs="+")
    options = parser.parse_args()
    facts, tables, failures = read(options.inputs)
    for release in RELEASES:
        aliases(facts, release, tables)
    # A model within a model is listed by the model type of its own config.
    anywhere = {(release, entry["class"]) for releases in facts.values() for release, entries in releases.items() for entry in entries}
    failures = [failure for failure in failures if (failure[0], failure[2]) not in anywhere]
    kept = Kept(options.keep)
    types = {*facts, *kept.types}
    shards = divided({t: len(json.dumps(facts[t])) if t in facts else kept.size(t) for t in types})
    classes = class_index({(t, e["class"]) for t, releases in facts.items() for entries in releases.values() for e in entries}
                          | {(t, name) for t in types if t not in facts for name in kept.classes(t)})
    write_shards(options.out, shards, facts, tables, kept)
    write_contents(options.out, shards, classes)
    if options.failures:
        write_failures(options.failures, failures, kept, facts)
    print(len(types), "model types", len(classes), "classes", len(failures), "failures")


if __name__ == "__main__":
    main()
