"""Picks the committed sample from generated corpora: every fault of every task at least once, with the undamaged save each is compared with.

usage: sample.py CORPORA_DIR OUT.jsonl.gz
Reads every *.jsonl.gz of the directory but the deep public configs, whose headers are too long to commit."""
import glob
import gzip
import json
import os
import sys

from generate import write_lines

#: the class whose every case is taken
WHOLE = {"causal-lm": ("llama",)}
#: the classes to look for a fault in first, by task
FIRST = {"causal-lm": ("gemma2", "mixtral", "gpt2", "bert", "qwen2_moe", "gpt_neox", "opt", "phi3"), "sequence-classification": ("llama", "bert"), "token-classification": ("qwen2", "roberta"),
         "question-answering": ("distilbert", "llama"), "masked-lm": ("bert", "modernbert"), "seq2seq": ("t5", "bart"),
         "image-text-to-text": ("llava", "gemma3", "qwen2_vl")}


def read(folder):
    cases = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.jsonl.gz"))):
        if os.path.basename(path) in ("causal.jsonl.gz", "real_configs.jsonl.gz"):
            continue
        with gzip.open(path, "rt") as f:
            for line in f:
                case = json.loads(line)
                cases[case["id"]] = (case, line)
    return cases


def picked(cases):
    """Ids to keep: whole classes of the newer release; for each other fault of a task the first case by the order of FIRST, then by id. Causal
    language models have each fault in both releases, the other tasks in either."""
    keep, best = set(), {}
    for own, (case, _) in cases.items():
        task, kind = case["task"], case["model_type"]
        if "format" in case:
            if case["transformers"] >= "5" and (case["fault"].endswith(("_good", "_scale_missing")) or case["format"] in ("bnb4", "gptq", "mxfp4")):
                keep.add(own)
            continue
        if case["transformers"] >= "5" and kind in WHOLE.get(task, ()):
            keep.add(own)
        order = (FIRST.get(task, ()).index(kind) if kind in FIRST.get(task, ()) else 99, own)
        key = (case["transformers"] if task == "causal-lm" else None, task, case["fault"])
        if key not in best or order < best[key][0]:
            best[key] = (order, own)
    keep |= {own for _, own in best.values()}
    return keep | {cases[own][0]["base"] for own in keep if cases[own][0].get("base") in cases}


def main():
    folder, out = sys.argv[1:]
    cases = read(folder)
    keep = picked(cases)
    write_lines(out, [cases[own][1] for own in sorted(keep)])
    faults = {(cases[o][0]["task"], cases[o][0]["fault"]) for o in keep}
    print(len(keep), "cases,", len(faults), "faults of tasks,", os.path.getsize(out), "bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
