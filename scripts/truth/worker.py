"""Writes the cases of one task in the release this Python has, class by class, to a JSON-lines file.

usage: worker.py TASK OUT.jsonl WORK_DIR [--skip FILE] [--only TYPE,TYPE] [--seconds N]
A class already named in the skip file is passed over; each finished or failed class is appended to it, so that a crash costs one class."""
import argparse
import json
import os
import shutil
import signal
import sys
import time
import zlib

import compat
from compat import RELEASE, torch, transformers
import faults
import file_faults  # noqa: F401  registers its faults
import name_faults  # noqa: F401
import oracle
import peft_faults
from header import lay_out
from saves import Model, clean

#: faults of which a loader says the same whatever the class
SAME_FOR_ALL = {"compile_prefix", "forward_module_prefix", "compile_ddp_prefix", "fsdp_inner_prefix", "zero3_empty_all", "metadata_format_missing",
                "config_missing", "empty_checkpoint", "head_dropped_float32", "last_shard_missing", "shard_trailing_bytes", "file_truncated",
                "stale_shards", "stale_single_file", "index_wrong_shard", "index_total_size_wrong", "index_total_size_absent", "index_gone",
                "lfs_pointer", "lfs_pointer_shard", "html_not_weights", "ddp_prefix_head_dropped", "automodel_save_ddp"}


def sound_saves(model):
    """({name: Checkpoint}, {name: why it could not be made})."""
    saves, failed = {"good": model.good}, {}

    def attempt(name, make):
        try:
            made = make()
            if made is not None:
                saves[name] = made
        except Exception as error:  # noqa: BLE001
            failed[name] = oracle.told(error, model.folder)

    loaded = model.load()
    attempt("good_sharded", lambda: model.save("good_sharded", loaded, max_shard_size="50KB"))
    attempt("float32", lambda: model.save("float32", model.load().to(torch.float32)))

    def tie(value):
        config = model.with_tie(value)
        return config and model.save(f"tie_{value}", model.built(config))

    if model.head_names:
        attempt("tied", lambda: saves["good"] if model.tied else tie(True))
        attempt("untied", lambda: tie(False) if model.tied else saves["good"])
        attempt("tie_flipped", lambda: saves.get("untied" if model.tied else "tied"))

    def resized():
        other = model.load()
        other.resize_token_embeddings(336)
        return model.save("resized", other)
    attempt("resized", resized)

    def automodel(**options):
        return model.save("auto" + "s" * len(options), transformers.AutoModel.from_pretrained(model.good_dir, dtype=torch.bfloat16), **options)
    attempt("automodel", automodel)
    attempt("automodel_sharded", lambda: automodel(max_shard_size="50KB"))
    return saves, failed


def sound_cases(saves):
    for fault, name in (("good", "good"), ("good_sharded", "good_sharded"), ("float32", "float32"), ("tie_flipped", "tie_flipped"),
                        ("vocab_resized", "resized"), ("automodel_save", "automodel")):
        if name in saves:
            yield fault, saves[name]
    if "automodel" in saves:
        copied = saves["automodel"].copy()
        copied.config = saves["good"].config
        yield "automodel_copied_config", copied


def thin(task, model_type):
    """Whether a class gets only the faults that depend on its names: outside causal-lm the faults of files come with one class in four."""
    return task != "causal-lm" and zlib.crc32(model_type.encode()) % 4 != 0


def broken_cases(model, saves, wanted=None):
    for name, make in faults.FAULTS.items():
        if (name in SAME_FOR_ALL and thin(model.task, model.model_type)) or (wanted and name not in wanted):
            continue
        try:
            made = make(model, saves)
        except Exception as error:  # noqa: BLE001
            print(f"  {model.model_type} {name}: {type(error).__name__} {str(error)[:100]}", file=sys.stderr)
            continue
        if made:
            yield name, made


def case_id(task, model_type, fault):
    return f"{RELEASE}/{model_type}/{fault}" if task == "causal-lm" else f"{RELEASE}/{task}/{model_type}/{fault}"


def one_class(task, model_type, work, emit, wanted=None):
    """All cases of a class, or those of the wanted faults. Returns how many, and what could not be made."""
    # No word in the path: where config.json is absent, 4.57 guesses the model type from the directory's name and builds its full-size default.
    folder = os.path.join(work, "0")
    shutil.rmtree(folder, ignore_errors=True)
    model = Model(task, model_type, folder)
    saves, failed = sound_saves(model)
    count = 0
    usual = set()

    def asked(place):
        """The loader's answer; what even the good save leaves at another value (converted, or rescaled, on loading) is not silent loss."""
        said = oracle.ask(task, place)
        silent = sorted(set(said.pop("silent", [])) - usual)
        return {**said, "silent": silent} if silent else said

    def write(fault, checkpoint, ask):
        nonlocal count
        if wanted and fault not in wanted:
            return
        record = checkpoint.record()
        place = os.path.join(folder, "case")
        shutil.rmtree(place, ignore_errors=True)
        lay_out(record, place)
        own = case_id(task, model_type, fault)
        base = None if fault == "good" else case_id(task, model_type, "good")
        emit({"id": own, "transformers": RELEASE, "model_type": model_type, "class": model.class_name, "fault": fault, "base": base,
              **record, "oracle": ask(place), "task": task, "auto_class": model.auto.__name__})
        count += 1

    lay_out(model.good.record(), os.path.join(folder, "case"))
    usual.update(oracle.ask(task, os.path.join(folder, "case")).get("silent", []))
    for fault, checkpoint in sound_cases(saves):
        write(fault, checkpoint, asked)
    for fault, checkpoint in broken_cases(model, saves, wanted):
        write(fault, checkpoint, asked)
    try:
        for fault, checkpoint in peft_faults.cases(model) if not wanted or any(w.startswith("peft") for w in wanted) else ():
            if checkpoint is not None:
                write(fault, checkpoint, lambda place: peft_faults.ask(model, place))
    except Exception as error:  # noqa: BLE001
        failed["peft"] = oracle.told(error, folder)
    shutil.rmtree(folder, ignore_errors=True)
    return count, failed


def main():
    args = argparse.ArgumentParser()
    args.add_argument("task")
    args.add_argument("out")
    args.add_argument("work")
    args.add_argument("--skip")
    args.add_argument("--only")
    args.add_argument("--faults", help="only these, comma-separated")
    args.add_argument("--seconds", type=int, default=150)
    args = args.parse_args()
    wanted = set(args.faults.split(",")) if args.faults else None
    done = set()
    if args.skip and os.path.exists(args.skip):
        with open(args.skip) as f:
            done = {json.loads(line)["model_type"] for line in f}

    def late(*_):
        raise TimeoutError("class took too long")
    signal.signal(signal.SIGALRM, late)
    marker = args.out + ".now"
    if os.path.exists(marker):
        with open(marker) as f, open(args.skip or os.devnull, "a") as log:
            crashed = f.read()
            done.add(crashed)
            log.write(json.dumps({"model_type": crashed, "cases": 0, "error": "the process died"}) + "\n")
        os.remove(marker)
    with open(args.out, "a") as out, open(args.skip or os.devnull, "a") as log:
        for model_type in compat.classes(args.task):
            if model_type in done or (args.only and model_type not in args.only.split(",")):
                continue
            started, lines = time.time(), []
            with open(marker, "w") as f:
                f.write(model_type)
            signal.alarm(args.seconds)
            try:
                count, failed = one_class(args.task, model_type, args.work, lambda case: lines.append(json.dumps(case)), wanted)
                note = {"model_type": model_type, "cases": count, "failed": failed}
            except Exception as error:  # noqa: BLE001
                note = {"model_type": model_type, "cases": len(lines), "error": oracle.told(error, args.work)}
            signal.alarm(0)
            out.writelines(line + "\n" for line in lines)
            out.flush()
            log.write(json.dumps({**note, "seconds": round(time.time() - started, 1)}) + "\n")
            log.flush()
            os.remove(marker)
            clean()


if __name__ == "__main__":
    main()
