"""Builds every class under many configurations and writes what it saw, one JSON line a class.

    python probe.py --out observations.jsonl [--part 0/2] [--only llama,gpt2]

Run once with each release's interpreter. Classes already in the file are skipped, so a crash costs one class. How a class is
built and varied: probing/ (`observation.py` is the whole of it, `builder.py` one build, `variants.py` one setting at a time,
`regimes.py` the same beside what the base build lacks).
"""
import argparse
import json
import os
import time

from release import VERSION  # first: prepares the import
from classes import all_classes, auto_table, is_exported
from probing.builder import TooSlow
from probing.observation import observe


def parsed():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--only", default="")
    return parser.parse_args()


def known(path):
    """{(model type, class name)} that a file of observations has."""
    if not os.path.exists(path):
        return set()
    with open(path) as lines:
        return {(entry["modelType"], entry["class"]) for entry in map(json.loads, lines)}


def fill(entry, cls, config_class, effective, internal, listed, tasks):
    """Adds to an entry what is seen of a class, or why nothing is. Returns what settings are now known to do (`Effects`)."""
    started = time.time()
    try:
        builder, seen, effects = observe(entry["modelType"], config_class, cls, effective, internal, listed)
        entry.update(seen)
        if builder.model_type == entry["modelType"]:
            effective = effects if effective is None else effective._replace(changed={**effective.changed, **effects.changed})
        else:
            entry.update(modelType=builder.model_type, config=builder.config_class.__name__,
                         tasks=tasks.get((builder.model_type, cls.__name__), []))
    except TooSlow:
        entry["error"] = "too slow"
    except Exception as problem:
        entry["error"] = f"{type(problem).__name__}: {problem}"[:600]
    entry["seconds"] = round(time.time() - started, 2)
    return effective


def main():
    options = parsed()
    part, parts = map(int, options.part.split("/"))
    only = set(filter(None, options.only.split(",")))
    done = known(options.out)
    _, tasks = auto_table()
    every = all_classes()
    listed = {(model_type, cls.__name__) for model_type, _, classes in every for cls in classes}
    with open(options.out, "a") as out:
        def write(entry):
            out.write(json.dumps(entry) + "\n")
            out.flush()

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
                internal = not entry["tasks"] and cls is not classes[0] and not is_exported(cls)
                effective = fill(entry, cls, config_class, effective, internal, listed, tasks)
                write(entry)


if __name__ == "__main__":
    main()
