"""Writes what does not need models to be built: the auto tables and the defaults of the tie flag.

    python tables.py tables.json
"""
import json
import sys

from classes import auto_table
from release import configuration_auto, transformers


def main():
    chosen, _ = auto_table()
    tie_default = {}
    for model_type, config_name in configuration_auto.CONFIG_MAPPING_NAMES.items():
        try:
            config = getattr(transformers, config_name).from_dict({})
        except Exception:
            tie_default[model_type] = None
            continue
        value = getattr(config, "tie_word_embeddings", None)
        tie_default[model_type] = value if isinstance(value, bool) else None
    json.dump({"auto": chosen, "tieDefault": tie_default}, open(sys.argv[1], "w"))


if __name__ == "__main__":
    main()
