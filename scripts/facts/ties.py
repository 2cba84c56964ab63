"""Builds classes with tie flags in many places of their config, and asks whether head and embedding are one. For the tests of ties.ts.

    python ties.py tie-flags.jsonl
"""
import json
import sys

from release import VERSION, construct, tensors  # first: prepares the import
from classes import all_classes
from configs import put, sub_configs
from observe import about
from probing.builder import Builder

CLASSES = [
    ("llama", "LlamaForCausalLM"), ("gpt2", "GPT2LMHeadModel"), ("gemma2", "Gemma2ForCausalLM"), ("gemma3", "Gemma3ForConditionalGeneration"),
    ("llava", "LlavaForConditionalGeneration"), ("qwen2_vl", "Qwen2VLForConditionalGeneration"), ("mllama", "MllamaForConditionalGeneration"),
    ("t5", "T5ForConditionalGeneration"), ("bart", "BartForConditionalGeneration"), ("mt5", "MT5ForConditionalGeneration"), ("bert", "BertForMaskedLM"),
    ("whisper", "WhisperForConditionalGeneration"), ("bloom", "BloomForCausalLM"), ("mamba", "MambaForCausalLM"), ("dbrx", "DbrxForCausalLM"),
    ("rembert", "RemBertForCausalLM"), ("emu3", "Emu3ForConditionalGeneration"), ("aria", "AriaForConditionalGeneration"), ("xglm", "XGLMForCausalLM"),
    ("opt", "OPTForCausalLM"), ("falcon", "FalconForCausalLM"), ("paligemma", "PaliGemmaForConditionalGeneration"), ("idefics3", "Idefics3ForConditionalGeneration"),
]


def main():
    known = {(t, cls.__name__): (config, cls) for t, config, classes in all_classes() for cls in classes}
    with open(sys.argv[1], "w") as out:
        for key in CLASSES:
            if key not in known:
                continue
            builder = Builder(key[0], *known[key])
            builder.start()
            default = builder.config(builder.base.overrides)
            paths = [f"{path}.tie_word_embeddings" if path else "tie_word_embeddings" for path, _ in sub_configs(default)]
            trials = [{}] + [{p: value} for p in paths for value in (True, False)] + [{p: (p == q) for p in paths} for q in paths]
            for flags in trials:
                overrides = builder.base.overrides
                for path, value in flags.items():
                    overrides = put(overrides, path, value)
                try:
                    model = construct(builder.cls, builder.config(overrides), builder.device)
                except Exception:  # some configs refuse a flag
                    continue
                facts, named = about(model), tensors(model)
                config = {}
                for path, value in flags.items():
                    config = put(config, path, value)
                tied = named[facts["output"]] is named[facts["input"]]
                out.write(json.dumps({"release": VERSION, "modelType": key[0], "class": key[1], "config": config, "tied": tied}) + "\n")


if __name__ == "__main__":
    main()
