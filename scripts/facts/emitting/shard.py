"""One shard of src/architecture/data: what the facts of its model types share is stored once."""
import json

RELEASES = ["4.57.6", "5.18.0"]


def place_of(facts, bare):
    """Where the class keeps its bare class: what stands before the bare class's names (`model.`), or None."""
    if bare is None or facts["bare"]:
        return None
    names = set(facts["memory"])
    places = {""} | {name.split(".")[0] + "." for name in names}
    held = {place: len({place + name for name in bare["memory"]} & names) for place in places}
    best = max(sorted(held), key=held.get)
    return best if held[best] else None


def head_of(facts, bare):
    """Memory patterns that the class has beyond its bare class, wherever it keeps that."""
    if facts["bare"]:
        return []
    names, place = facts["memory"], place_of(facts, bare)
    if facts["hasPrefix"]:
        return [name for name in names if not name.startswith(facts["prefix"] + ".")]
    if place is not None:
        held = {place + name for name in bare["memory"]}
        return [name for name in names if name not in held]
    if facts["output"]:
        stem = facts["output"].rsplit(".", 1)[0]
        return [name for name in names if name.rsplit(".", 1)[0] == stem]
    return []


def tie_flag(facts):
    output = facts["output"]
    of_head = [tie for tie in facts["ties"] if output in (tie["target"], tie["source"])]
    chosen = next((tie for tie in of_head if tie["flag"]), None) or next(iter(of_head), None)
    if chosen is None:
        chosen = next((tie for tie in facts["ties"] if tie["flag"]), None)
    if chosen is None:
        return {"path": "tie_word_embeddings", "default": False, "forced": True}
    if chosen["flag"] is None:
        return {"path": "tie_word_embeddings", "default": True, "forced": True}
    return {"path": chosen["flag"], "default": chosen["default"], "forced": False}


def javascript(pattern):
    """A regular expression as JavaScript takes it: `*.` stands for anything up to a dot, `(?P<` is `(?<`."""
    return pattern.replace("(?P<", "(?<")


def conversion(step):
    if step["kind"] == "mapping":
        return {"kind": "mapping", "from": [javascript(step["from"])], "to": [step["to"]], "operations": [], "scope": None}
    kind = {"WeightConverter": "convert", "GroupWeightRename": "group"}.get(step["kind"], "rename")
    return {"kind": kind, "from": [javascript(p.replace("*.", r".*\.")) for p in step["from"]], "to": step["to"],
            "operations": step["operations"], "scope": step["scope"]}


def relative(name, scope):
    return name if not scope else name[len(scope) + 1:]


def stars(pattern):
    parts = pattern.split(".")
    last = max((i for i, part in enumerate(parts) if part == "*"), default=-1)
    return ".".join(parts[:last + 1])


class Table:
    """Values, each once, by index."""

    def __init__(self):
        self.values, self.index = [], {}

    def add(self, value):
        key = json.dumps(value, sort_keys=True)
        if key not in self.index:
            self.index[key] = len(self.values)
            self.values.append(value)
        return self.index[key]


class Shard:
    def __init__(self):
        self.dims, self.conversions, self.groups = Table(), Table(), Table()
        self.types = {}

    def group(self, group):
        scope = group["scope"]
        scopes = {stars(p["memory"]) for p in group["parameters"]}
        memory_scope = scopes.pop() if len(scopes) == 1 else ""
        parameters = []
        for parameter in group["parameters"]:
            disk, memory = relative(parameter["disk"], scope), relative(parameter["memory"], memory_scope)
            parameters.append([disk, 0 if memory == disk else memory, self.dims.add(parameter["dims"])])
        when = group["when"]
        if when:
            by = {"by": when["by"]} if when.get("by", "value") != "value" else {}
            when = {"key": when["key"], **by, "present": [json.loads(v) for v in when["present"]], "absent": [json.loads(v) for v in when["absent"]]}
        inner = group.get("inner")
        body = [1 if group["presence"] == "always" else 0, when or 0, parameters, *([relative(inner, scope)] if inner else [])]
        return [scope, 0 if memory_scope == scope else memory_scope, self.groups.add(body)]

    def stored(self, facts, bare):
        return {
            "class": facts["class"], "releases": 0, "tasks": facts["tasks"], "prefix": facts["prefix"], "hasPrefixModule": facts["hasPrefix"],
            "bare": facts["bare"], "output": facts["output"], "input": facts["input"], "head": head_of(facts, bare),
            "ties": [[tie["target"], tie["source"], tie["flag"]] for tie in facts["ties"]],
            "tieFlag": tie_flag(facts), "ignoreMissing": facts["ignoreMissing"], "ignoreUnexpected": facts["ignoreUnexpected"],
            "layers": facts["layers"], "groups": [self.group(group) for group in facts["groups"]],
            "submodels": [{"path": p, "class": c, "modelType": t, "config": at or None} for p, c, at, t in facts["submodels"]],
            "conversions": self.conversions.add([conversion(step) for step in facts["conversions"]]),
        }

    def add(self, model_type, by_release, tables):
        classes = []
        for bit, release in enumerate(RELEASES):
            entries = by_release.get(release, [])
            offers_base = any("base" in entry["tasks"] for entry in entries)
            for entry in entries:
                plain = not entry["hasPrefix"] and entry["output"] is None and "For" not in entry["class"]
                entry["bare"] = "base" in entry["tasks"] if offers_base else plain and entry["class"].endswith("Model")
            bare = next((entry for entry in entries if entry["bare"]), None)
            for entry in entries:
                stored = self.stored(entry, bare)
                same = next((other for other in classes if {**other, "releases": 0} == stored), None)
                if same is None:
                    classes.append({**stored, "releases": 1 << bit})
                else:
                    same["releases"] |= 1 << bit
        self.types[model_type] = {
            "auto": {release: tables[release]["auto"].get(model_type, {}) for release in RELEASES},
            "tieDefault": {release: tables[release]["tieDefault"].get(model_type) for release in RELEASES},
            "classes": classes,
        }

    def data(self):
        return {"dims": self.dims.values, "conversions": self.conversions.values, "groups": self.groups.values, "types": self.types}
