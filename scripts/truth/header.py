"""Safetensors headers as dictionaries: {name: (dtype, shape)}, and checkpoints made of them."""
import copy
import json
import os
import struct

BITS = dict(BOOL=8, F4=4, U8=8, I8=8, F8_E5M2=8, F8_E4M3=8, F8_E8M0=8, I16=16, U16=16, F16=16, BF16=16, I32=32, U32=32, F32=32,
            C64=64, F64=64, I64=64, U64=64)
RANK = {d: i for i, d in enumerate(BITS)}
INDEX = "model.safetensors.index.json"


def nbytes(dtype, shape):
    """Bytes of a tensor of this dtype and shape."""
    count = 1
    for n in shape:
        count *= n
    return count * BITS[dtype] // 8


def encode(tensors, metadata=None):
    """(header text, bytes of data), laid out as the safetensors library does: wide dtypes first, then by name, padded to 8 bytes."""
    order = sorted(tensors, key=lambda n: (-RANK[tensors[n][0]], n))
    entries, at = {}, 0
    if metadata is not None:
        entries["__metadata__"] = metadata
    for name in order:
        dtype, shape = tensors[name]
        end = at + nbytes(dtype, shape)
        entries[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(entries, separators=(",", ":"), ensure_ascii=False)
    return text + " " * (-len(text.encode()) % 8), at


def decode(text):
    """(tensors, metadata) of a header's text."""
    entries = json.loads(text)
    metadata = entries.pop("__metadata__", None)
    return {n: (e["dtype"], tuple(e["shape"])) for n, e in entries.items()}, metadata


class Shard:
    """One file: its tensors, its metadata, and by how many bytes its size departs from the right one."""

    def __init__(self, path, tensors, metadata=None, text=None, off_by=0, raw=None):
        self.path, self.tensors, self.metadata, self.text, self.off_by, self.raw = path, tensors, metadata, text, off_by, raw

    @classmethod
    def read(cls, folder, name):
        with open(os.path.join(folder, name), "rb") as f:
            length, = struct.unpack("<Q", f.read(8))
            text = f.read(length).decode()
        tensors, metadata = decode(text)
        return cls(name, tensors, metadata, text)

    def touched(self):
        """To be called after its tensors were edited: the text is made anew."""
        self.text = None
        return self

    def record(self):
        """The corpus's entry for this file: path, true size, header text (or `raw`, the whole text of a file that has no header)."""
        if self.raw is not None:
            return {"path": self.path, "size": len(self.raw.encode()), "raw": self.raw}
        text, data = (self.text, sum(nbytes(*t) for t in self.tensors.values())) if self.text else encode(self.tensors, self.metadata)
        return {"path": self.path, "size": 8 + len(text.encode()) + data + self.off_by, "header": text}


class Checkpoint:
    """config.json, the other JSON files, and the shards."""

    def __init__(self, config, extra, shards):
        self.config, self.extra, self.shards = config, extra, shards

    @classmethod
    def read(cls, folder, keep=("adapter_config.json",)):
        def load(name):
            with open(os.path.join(folder, name)) as f:
                return json.load(f)
        names = sorted(os.listdir(folder))
        shards = [Shard.read(folder, n) for n in names if n.endswith(".safetensors")]
        extra = {n: load(n) for n in names if n.endswith(".index.json") or n in keep}
        return cls(load("config.json") if "config.json" in names else None, extra, shards)

    def copy(self):
        return copy.deepcopy(self)

    @property
    def names(self):
        """All tensors: {name: (dtype, shape)}."""
        return {n: t for s in self.shards for n, t in s.tensors.items()}

    def edit(self, change):
        """A copy whose every tensor went through change(name, (dtype, shape)) → (name, (dtype, shape)) or None to drop it.
        The index, where there is one, follows."""
        out = self.copy()
        for shard in out.shards:
            pairs = [change(n, t) for n, t in shard.tensors.items()]
            shard.tensors = {p[0]: (p[1][0], tuple(p[1][1])) for p in pairs if p}
            shard.touched()
        return out.reindexed()

    def reindexed(self):
        if INDEX in self.extra:
            meta = dict(self.extra[INDEX].get("metadata", {}))
            meta["total_size"] = sum(nbytes(*t) for t in self.names.values())
            self.extra[INDEX] = {"metadata": meta, "weight_map": {n: s.path for s in self.shards for n in sorted(s.tensors)}}
        return self

    def record(self):
        return {"config": self.config, "extra": self.extra, "files": [s.record() for s in self.shards]}


#: Every byte of data in the files the loader is given: 0.0115 in bfloat16 and float32, 1.06 in float16. One value for all keeps what is tied
#: equal, and tells a loaded parameter from one that was never loaded.
FILL = b"\x3c"


def lay_out(record, folder):
    """Writes a corpus record as a directory: the headers and sizes are the record's, all data bytes are FILL."""
    os.makedirs(folder, exist_ok=True)
    if record["config"] is not None:
        with open(os.path.join(folder, "config.json"), "w") as f:
            json.dump(record["config"], f, indent=2)
    for name, value in record["extra"].items():
        with open(os.path.join(folder, name), "w") as f:
            json.dump(value, f, indent=2)
    for entry in record["files"]:
        with open(os.path.join(folder, entry["path"]), "wb") as f:
            if "raw" in entry:
                f.write(entry["raw"].encode())
                continue
            text = entry["header"].encode()
            f.write((struct.pack("<Q", len(text)) + text)[:entry["size"]])
            f.write(FILL * (entry["size"] - 8 - len(text)))
