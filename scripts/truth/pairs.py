"""Checkpoints beside a base of another config or class, all written by the real library: every setting that changes what a class stores, some of them together,
every other class of the model type, and every model within a model saved by itself.

usage: pairs.py TASK OUT.jsonl WORK_DIR [--only TYPE,…] [--seconds 150]
Ids are RELEASE/TASK/TYPE/KIND[/FAULT], where KIND is `set:PATH=VALUE`, `mix:PATH=VALUE,…` (several at once), `class:CLASS` or `part:PATH`. A pair is sound, unless its class is
the bare one and its base has a head; `/lost` lacks one tensor, `/stale` has the config of the base. The oracle is the loader of the
checkpoint's own class, and of the bare class that of the task."""
import argparse
import copy
import json
import os
import random
import shutil
import signal
import sys

import compat
import oracle
from compat import RELEASE, torch, transformers
from header import Checkpoint, lay_out
from saves import Model, clean

from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "facts"))
from configs import choices, leaves, lists_of, merge, num_labels, of_words, perturbations, put, words_near  # noqa: E402

class TooLong(BaseException):
    pass


def done_types(path):
    """Model types that the file has already."""
    if not os.path.exists(path):
        return set()
    with open(path) as f:
        return {json.loads(line)["model_type"] for line in f}


#: Settings that no fine-tune changes: it would be another model.
SIZES = {"vocab_size"}


def shapes(model):
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}


def changed(config, path, value):
    """The config with one setting changed, or None where the class does not take it."""
    data = merge(config.to_dict(), put({}, path, value) if path != "num_labels" else num_labels(value))
    data.pop("architectures", None)
    return type(config).from_dict(data)


#: Mixes of settings for each class.
MIXES = 12


def variants(model, cls):
    """(kind, config) of every setting changed by itself."""
    yield "set:num_labels=5", changed(model.config, "num_labels", 5)
    for path, value in leaves(model.config).items():
        if path.rsplit(".", 1)[-1] in SIZES:
            continue
        odd = isinstance(value, int) and value > 1 and "head" in path
        words = lists_of(words_near((cls, type(model.config)), path.rpartition(".")[2]), value) if of_words(value) else choices(type(model.config), path, value)
        for other in [*perturbations(path, value), *words]:
            if odd and isinstance(other, int) and other % value and value % other:
                continue  # heads that do not divide the width
            try:
                yield f"set:{path}={json.dumps(other)}", changed(model.config, path, other)
            except Exception:  # noqa: BLE001  a value that the class refuses
                continue


def mixes(model, kinds, chance):
    """(kind, config) of several settings at once, of those that do something by themselves."""
    settings = [kind.removeprefix("set:").split("=", 1) for kind in kinds]
    for _ in range(MIXES if len(settings) > 1 else 0):
        chosen = dict(chance.sample(settings, min(len(settings), chance.choice((2, 3, 4)))))
        config = model.config
        try:
            for path, value in chosen.items():
                config = changed(config, path, json.loads(value))
        except Exception:  # noqa: BLE001  a value that the class refuses beside another
            continue
        yield "mix:" + ",".join(f"{path}={value}" for path, value in sorted(chosen.items())), config


def built(make, config):
    """A model whose parameters were counted before any memory was taken."""
    with torch.device("meta"):
        if sum(p.numel() for p in make(copy.deepcopy(config)).parameters()) > 8_000_000:
            raise ValueError("too large")
    return make(copy.deepcopy(config)).to(torch.bfloat16).eval()


def attempts(pairs, make):
    """(kind, model) of those that can be built and are unlike all before."""
    seen = set()
    for kind, config in pairs:
        try:
            with torch.device("meta"):
                found = tuple(sorted(shapes(make(copy.deepcopy(config))).items()))
            if found in seen or any(0 in shape for _, shape in found):
                continue
            seen.add(found)
            yield kind, built(make, config)
        except Exception:  # noqa: BLE001  many kinds
            continue


def classes_of(model):
    """(kind, model) of every other class that takes the same config."""
    for name in sorted(dir(transformers)):
        if not name.startswith(model.class_name[:3]) or name == model.class_name or not name[0].isupper():
            continue
        try:
            cls = getattr(transformers, name)
            if isinstance(cls, type) and issubclass(cls, transformers.PreTrainedModel) and cls.config_class is type(model.config) and not name.endswith("PreTrainedModel"):
                yield f"class:{name}", built(cls, model.config)
        except Exception:  # noqa: BLE001
            continue


def parts_of(model):
    """(kind, model) of every model within the model."""
    whole = model.built(model.config)
    for path, module in whole.named_modules():
        if path and isinstance(module, transformers.PreTrainedModel) and type(module.config) is not type(whole.config):
            yield f"part:{path}", module


def one_type(task, model_type, work, emit):
    folder = os.path.join(work, "0")
    shutil.rmtree(folder, ignore_errors=True)
    model = Model(task, model_type, folder)
    make = model.auto.from_config
    stem = f"{RELEASE}/{task}/{model_type}"
    chance = random.Random(model_type)
    usual = set()
    bare = MODEL_MAPPING_NAMES.get(model_type)

    def write(kind, checkpoint, class_name):
        record = checkpoint.record()
        place = os.path.join(folder, "case")
        shutil.rmtree(place, ignore_errors=True)
        lay_out(record, place)
        base = None if kind == "good" else f"{stem}/good"
        fault = kind.split(":", 1)[0] + ("/" + kind.rsplit("/", 1)[1] if kind.endswith(("/lost", "/stale")) else "")
        said = oracle.ask(task, place, None if class_name == bare else getattr(transformers, class_name))
        # What even the good save leaves at another value (rescaled or computed on loading) is no silent loss.
        silent = set(said.pop("silent", []))
        usual.update(silent if kind == "good" else ())
        emit({"id": f"{stem}/{kind}", "transformers": RELEASE, "model_type": model_type, "class": class_name, "fault": fault, "base": base, "task": task,
              **record, "oracle": {**said, "silent": sorted(silent - usual)}})

    write("good", model.good, model.class_name)
    default = changed(model.config, "num_labels", 2)
    good = shapes(built(make, default))
    pairs = [pair for pair in attempts(variants(model, type(model.built(model.config))), make) if shapes(pair[1]) != good]
    mixed = attempts(mixes(model, [kind for kind, _ in pairs], chance), make)
    for kind, other in [*pairs, *mixed, *classes_of(model), *parts_of(model)]:
        try:
            saved = Checkpoint.read(model.saved(other, "pair"))
        except Exception:  # noqa: BLE001  some parts can't be saved by themselves
            continue
        name = type(other).__name__
        if not hasattr(transformers, name):
            continue
        write(kind, saved, name)
        tensors = saved.names
        unlike = [n for n in tensors if n not in model.good.names] or list(tensors)
        lost = chance.choice(sorted(unlike))
        write(f"{kind}/lost", saved.edit(lambda n, t: None if n == lost else (n, t)), name)
        if kind.startswith("set:"):
            stale = saved.copy()
            stale.config = model.good.config
            write(f"{kind}/stale", stale, name)
    shutil.rmtree(folder, ignore_errors=True)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("task")
    args.add_argument("out")
    args.add_argument("work")
    args.add_argument("--only")
    args.add_argument("--seconds", type=int, default=150)
    args = args.parse_args()

    def late(*_):
        raise TooLong
    signal.signal(signal.SIGALRM, late)
    done = done_types(args.out)
    with open(args.out, "a") as out:
        for model_type in compat.classes(args.task):
            if model_type in done or (args.only and model_type not in args.only.split(",")):
                continue
            signal.alarm(args.seconds)
            try:
                one_type(args.task, model_type, args.work, lambda case: out.write(json.dumps(case) + "\n"))
            except (TooLong, Exception) as error:  # noqa: BLE001
                print(f"{model_type}: {oracle.told(error, args.work)[:160]}", file=sys.stderr)
            signal.alarm(0)
            out.flush()
            clean()


if __name__ == "__main__":
    main()
