"""Turns what the probe saw of a class into its facts.

    python3 distill.py observations.jsonl facts.jsonl

Classes already in the output are skipped: remove it when this script changes, or what it uses. How one class is read:
distilling/ (`facts.py` is the whole of it; which names belong together, what each dimension is, which setting counts which
layers, what is tied to what are modules of their own).
"""
import json
import os
import sys

from distilling.facts import distill


def earlier(target):
    """Lines of an earlier run that hold facts. Failures are tried anew."""
    if not os.path.exists(target):
        return []
    with open(target) as lines:
        return [line for line in lines if '"facts": ' in line]


def observed(source):
    """{(model type, class): its line}. Of a class that was come by twice the fuller account counts."""
    seen = {}
    with open(source) as lines:
        for line in lines:
            key = tuple(json.loads(line[:line.index(', "tasks"')] + "}")[k] for k in ("modelType", "class"))
            if key not in seen or unfinished(seen[key]) or len(line) > len(seen[key]):
                seen[key] = line
    return seen


def unfinished(line):
    """Whether the probe began with a class and never came back."""
    return line.rstrip().endswith('"started": true}')


def of_bare_class(line):
    return '"tasks": ["base"' in line[:600]


def outcome(entry, bare):
    """{facts}, or {failure} of a class that could not be built. Adds the facts of a bare class to `bare`, {model type: facts}."""
    if "error" in entry:
        return {"failure": {k: entry.get(k) for k in ("release", "modelType", "class", "tasks", "error")}}
    facts = distill(entry, bare.get(entry["modelType"]))
    remember(facts, bare)
    return {"facts": facts}


def remember(facts, bare):
    if "base" in facts["tasks"]:
        bare.setdefault(facts["modelType"], facts)


def main():
    source, target = sys.argv[1:3]
    lines, bare = earlier(target), {}
    done = {tuple(json.loads(line)["key"]) for line in lines}
    for line in lines:
        remember(json.loads(line)["facts"], bare)
    seen = observed(source)
    with open(target, "w") as out:
        out.writelines(lines)
        out.flush()
        # Bare classes first: what is known of them helps with the others.
        for key, line in sorted(seen.items(), key=lambda item: not of_bare_class(item[1])):
            if key in done or unfinished(line):
                continue
            try:
                entry = json.loads(line)
            except ValueError:  # the probe is still writing it
                continue
            out.write(json.dumps({"key": key, **outcome(entry, bare)}) + "\n")
            out.flush()
    crashed = [key for key, line in seen.items() if unfinished(line)]
    print(len(seen), "classes seen; never finished:", crashed)


if __name__ == "__main__":
    main()
