"""Generates the truth corpus: every class of every task, in each release, damaged in known ways, with the loader's answer.

usage: generate.py OUT_DIR --python RELEASE=PYTHON [--python …] [--tasks causal-lm,…] [--only llama,bert] [--pack-only] [--seconds 150]
Each release needs its own Python, with torch, safetensors, peft and that transformers. Runs are resumed where they stopped
(OUT_DIR/run); each finished release and task is packed at once as OUT_DIR/<release>-<task>.jsonl.gz, and cases with a file that
has no safetensors header (`raw` in its entry) as OUT_DIR/<release>-<task>-raw.jsonl.gz."""
import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TASKS = ("causal-lm", "sequence-classification", "token-classification", "question-answering", "masked-lm", "seq2seq", "image-text-to-text")
RESTARTS = 20


def run(python, release, task, out, only, seconds):
    """The worker until it ends well: a class that kills the process is passed over at the restart."""
    stem = os.path.join(out, "run", f"{release}-{task}")
    with tempfile.TemporaryDirectory(prefix="0") as work:
        command = [python, os.path.join(HERE, "worker.py"), task, stem + ".jsonl", work, "--skip", stem + ".log", "--seconds", str(seconds)]
        for _ in range(RESTARTS):
            with open(stem + ".err", "a") as err:
                if subprocess.run(command + (["--only", only] if only else []), stderr=err, check=False).returncode == 0:
                    return


def cross(pythons, task, out):
    """Each release's cases, loaded by the other release."""
    for release, python in pythons.items():
        for source in (r for r in pythons if r != release):
            stem = os.path.join(out, "run", f"{source}-{task}")
            with tempfile.TemporaryDirectory(prefix="0") as work:
                subprocess.run([python, os.path.join(HERE, "cross.py"), stem + ".jsonl", stem + ".other",
                                os.path.join(out, "run", f"{release}-{task}.cross"), work], check=False)


def lines_of(path):
    if not os.path.exists(path):
        return []
    with open(path) as f:
        return f.readlines()


def pack(out, release, task):
    """The run's cases, gzipped beside it; written whole, then renamed, so that a reader never sees a half."""
    plain, raw, stem = [], [], os.path.join(out, "run", f"{release}-{task}")
    others = {o["id"]: o["oracle_other"] for o in map(json.loads, lines_of(stem + ".other"))}
    cases = {}
    for line in lines_of(stem + ".jsonl") + lines_of(stem + ".cross"):
        case = json.loads(line)
        if case["id"] in others:
            line = json.dumps({**case, "oracle_other": others[case["id"]]}) + "\n"
        cases[case["id"]] = line
    for line in cases.values():
        (raw if '"raw": ' in line and any("raw" in e for e in json.loads(line)["files"]) else plain).append(line)
    for lines, suffix in ((plain, ""), (raw, "-raw")):
        write_lines(os.path.join(out, f"{release}-{task}{suffix}.jsonl.gz"), lines)
    return len(plain), len(raw)


def write_lines(path, lines):
    with open(path + ".part", "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        for line in lines:
            z.write(line.encode())
    os.replace(path + ".part", path)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("out")
    args.add_argument("--python", action="append", required=True, metavar="RELEASE=PYTHON")
    args.add_argument("--tasks", default=",".join(TASKS))
    args.add_argument("--only")
    args.add_argument("--pack-only", action="store_true")
    args.add_argument("--seconds", type=int, default=150)
    args = args.parse_args()
    os.makedirs(os.path.join(args.out, "run"), exist_ok=True)
    pythons = dict(pair.split("=", 1) for pair in args.python)
    for task in args.tasks.split(","):
        for release, python in pythons.items() if not args.pack_only else ():
            run(python, release, task, args.out, args.only, args.seconds)
        if not args.pack_only:
            cross(pythons, task, args.out)
        for release in pythons:
            if os.path.exists(os.path.join(args.out, "run", f"{release}-{task}.jsonl")):
                print(release, task, *pack(args.out, release, task), file=sys.stderr)


if __name__ == "__main__":
    main()
