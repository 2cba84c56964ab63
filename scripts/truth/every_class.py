"""Every class of every task at the depth and widths of its own default config, and at others in which no two settings are alike, on the meta
device: what a small, regular model hides (a tower as deep as the text model, as many keys as queries) shows here.

usage: every_class.py OUT.jsonl [--tasks causal-lm,…|every] [--only TYPE,…]
`every`: all classes that the facts are gathered of, images and sound among them; the class stands for the task in an id.
The oracle is by construction, as in real_configs.py: what was taken away is what is missing."""
import argparse
import json
import os
import re
import signal
import sys

import compat
from compat import RELEASE, TASKS, torch, transformers
from real_configs import cases, saved

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "facts"))
from configs import EXPERTS, LAYERS, TOP_K, leaves, merge, put  # noqa: E402
from hints import starting_configs  # noqa: E402

#: Layer counts of the varied configs, one after another: all different, none divides another.
DEPTHS = (13, 7, 11, 5, 9)
SECONDS = 60


class TooSlow(BaseException):
    pass


def capped(config):
    """Overrides that leave widths and depths as they are and keep a header readable: at most 8 experts, at most 48 layers."""
    overrides = {}
    for path, value in leaves(config).items():
        key = path.rsplit(".", 1)[-1]
        if isinstance(value, bool) or not isinstance(value, int):
            continue
        if EXPERTS.search(key) and value > 8:
            overrides = put(overrides, path, 8)
        elif TOP_K.search(key) and value > 2:
            overrides = put(overrides, path, 1 if "group" in key else 2)
        elif LAYERS.search(key) and value > 48:
            overrides = put(overrides, path, 48)
    return overrides


def varied(config):
    """Overrides after which no stack is as deep as another, and there are fewer keys than queries."""
    overrides, depths = {}, iter(DEPTHS * 4)
    for path, value in leaves(config).items():
        key = path.rsplit(".", 1)[-1]
        if isinstance(value, bool) or not isinstance(value, int):
            continue
        if LAYERS.search(key) and value > 1 and not key.startswith(("first_", "max_")):
            overrides = put(overrides, path, next(depths))
        elif key == "num_key_value_heads" and value > 1 and value % 2 == 0:
            overrides = put(overrides, path, value // 2)
        elif key in ("intermediate_size", "ffn_dim", "encoder_ffn_dim", "decoder_ffn_dim", "n_inner", "d_ff"):
            overrides = put(overrides, path, value + 64)
        elif key == "vocab_size":
            overrides = put(overrides, path, value + 64)
    return overrides


def built(model_type, config_class, cls, change):
    """(config, the real save's headers), of the first starting config that can be built."""
    for start in starting_configs(model_type, config_class):
        try:
            default = config_class.from_dict(start)
            config = config_class.from_dict(merge(start, capped(default), change(default)))
            config.dtype = torch.bfloat16
            with torch.device("meta"):
                model = cls(config)
                if RELEASE < "5":
                    model.tie_weights()
            return config, saved(model.to(torch.bfloat16))
        except Exception as error:  # noqa: BLE001  many kinds: the next starting config may do
            problem = error
    raise problem


def listed(tasks):
    """(task, model type, config class, class)."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES
    if tasks == ["every"]:
        from classes import all_classes
        return [(cls.__name__, model_type, config_class, cls) for model_type, config_class, classes in all_classes() for cls in classes]
    return [(task, model_type, getattr(transformers, CONFIG_MAPPING_NAMES[model_type]), getattr(transformers, name))
            for task in tasks for model_type, name in compat.classes(task).items()]


def main():
    args = argparse.ArgumentParser()
    args.add_argument("out")
    args.add_argument("--tasks", default=",".join(TASKS))
    args.add_argument("--only", default="")
    args = args.parse_args()
    only = set(filter(None, args.only.split(",")))

    def late(*_):
        raise TooSlow
    signal.signal(signal.SIGALRM, late)
    done = set()
    if os.path.exists(args.out):
        with open(args.out) as f:
            done = {tuple(json.loads(line)["id"].split("/")[1:4]) for line in f}
    with open(args.out, "a") as out:
        for task, model_type, config_class, cls in listed(args.tasks.split(",")):
            if only and model_type not in only:
                continue
            for variant, change in (("default", lambda config: {}), ("varied", varied)):
                if (task, model_type, variant) in done:
                    continue
                signal.alarm(SECONDS)
                try:
                    config, good = built(model_type, config_class, cls, change)
                    # What a loader makes of a bare save is not to be told by construction: heads with ignored and tied members, poolers.
                    lines = [line(task, model_type, variant, cls.__name__, fault, checkpoint, missing) for fault, checkpoint, missing in cases(good, good)
                             if fault != "automodel_save"]
                except (TooSlow, Exception) as error:  # noqa: BLE001
                    print(f"{task} {model_type} {variant}: {type(error).__name__}: {re.sub(chr(10), ' ', str(error))[:140]}", file=sys.stderr)
                    continue
                finally:
                    signal.alarm(0)
                out.writelines(lines)
                out.flush()


def line(task, model_type, variant, name, fault, checkpoint, missing):
    stem = f"{RELEASE}/{task}/{model_type}/{variant}"
    return json.dumps({"id": f"{stem}/{fault}", "transformers": RELEASE, "model_type": model_type, "class": name, "fault": fault, "task": task,
                       "base": None if fault == "good" else f"{stem}/good", **checkpoint.record(),
                       "oracle": {"missing": missing, "unexpected": [], "mismatched": [], "error": None, "head_tied": None, "class": name,
                                  "constructed": True}}) + "\n"


if __name__ == "__main__":
    main()
