"""Loads one release's cases with the other release (the one this Python has).

usage: cross.py FROM.jsonl OTHER_OUT.jsonl CASES_OUT.jsonl WORK_DIR
Writes {id, oracle_other} lines for the faults in CROSS, and, for each good save, a case of this release: `old_release_names` where the
save is the older release's, `new_release_names` where it is the newer's."""
import json
import os
import shutil
import signal
import sys

import compat
from compat import RELEASE
import oracle
from header import lay_out
from worker import case_id

CROSS = {"good", "automodel_save", "automodel_copied_config", "tie_flipped", "tie_key_removed", "tie_key_removed_flipped", "tie_flag_flipped_only",
         "tied_but_head_stored", "embedding_dropped_head_kept", "head_dropped", "head_module_dropped", "untied_head_missing", "moe_fused_leak", "lightning_prefix",
         "tensor_dropped", "expert_dropped", "gamma_beta", "rotary_inv_freq", "vocab_resized", "tie_root_flag_true", "tie_root_flag_false",
         "tie_nested_flag_true", "tie_nested_flag_false", "index_missing_entry", "index_stale_head_dropped"}


def main():
    source, other_out, cases_out, work = sys.argv[1:]

    def late(*_):
        raise TimeoutError("too slow")
    signal.signal(signal.SIGALRM, late)
    with open(source) as f, open(other_out, "w") as others, open(cases_out, "w") as cases:
        for line in f:
            case = json.loads(line)
            if case["fault"] not in CROSS or any("raw" in e for e in case["files"]):
                continue
            place = os.path.join(work, "0")
            shutil.rmtree(place, ignore_errors=True)
            lay_out(case, place)
            signal.alarm(60)
            said = oracle.ask(case["task"], place)
            signal.alarm(0)
            others.write(json.dumps({"id": case["id"], "oracle_other": {"transformers": RELEASE, **said}}) + "\n")
            if case["fault"] == "good" and case["model_type"] in compat.classes(case["task"]):
                fault = "old_release_names" if case["transformers"] < RELEASE else "new_release_names"
                mine = {**case, "id": case_id(case["task"], case["model_type"], fault), "transformers": RELEASE, "fault": fault,
                        "class": compat.classes(case["task"])[case["model_type"]],
                        "base": case_id(case["task"], case["model_type"], "good"), "oracle": said, "saved_by": case["transformers"]}
                cases.write(json.dumps(mine) + "\n")


if __name__ == "__main__":
    main()
