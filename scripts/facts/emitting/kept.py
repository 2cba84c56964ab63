"""The emitted facts of model types that were not gathered anew, taken over as they are."""
import base64
import json
import os
import re
import zlib


def counts(name, key, submodels):
    """Whether a setting, or that none does (`*`), can be what counts a list: that of another model within the model can not. Names on disk can lack `model.`."""
    if key == "*":
        return True
    inside = [(len(s["path"]), s["config"]) for s in submodels if s["config"] and f"model.{name}".startswith((s["path"] + ".", f"model.{s['path']}."))]
    return not inside or f"{key}.".startswith(max(inside)[1] + ".")


class Kept:
    """What src/architecture/data says, by model type."""

    def __init__(self, folder):
        self.types, self.shards = {}, []
        for name in self._shards(folder) if folder else ():
            with open(os.path.join(folder, name)) as f:
                text = "".join(re.findall(r"^  '([A-Za-z0-9+/=]+)'", f.read(), re.M))
            shard = json.loads(zlib.decompress(base64.b64decode(text)))
            self.types.update(dict.fromkeys(shard["types"], shard))

    @staticmethod
    def _shards(folder):
        """The files that the table of contents names: others that lie there are of an earlier writing."""
        with open(os.path.join(folder, "contents.ts")) as f:
            return re.findall(r"import\('\./(shard-\d+\.ts)'\)", f.read())

    def classes(self, model_type):
        return [entry["class"] for entry in self.types[model_type]["types"][model_type]["classes"]]

    def size(self, model_type):
        """About how many characters its facts take, written out."""
        shard = self.types[model_type]
        return sum(len(json.dumps(shard["groups"][index])) for entry in shard["types"][model_type]["classes"] for _, _, index in entry["groups"])

    def put(self, model_type, target):
        """Writes a type into a shard being made: the tables that its entries point to are the new shard's."""
        old = self.types[model_type]
        stored = json.loads(json.dumps(old["types"][model_type]))
        for entry in stored["classes"]:
            entry["conversions"] = target.conversions.add(old["conversions"][entry["conversions"]])
            entry["layers"] = {name: key if key is None or counts(name, key, entry["submodels"]) else None for name, key in entry["layers"].items()}
            entry["groups"] = [[disk, memory, self._group(old, index, target)] for disk, memory, index in entry["groups"]]
        target.types[model_type] = stored

    @staticmethod
    def _group(old, index, target):
        presence, when, parameters, *inner = old["groups"][index]
        return target.groups.add([presence, when, [[disk, memory, target.dims.add(old["dims"][dims])] for disk, memory, dims in parameters], *inner])
