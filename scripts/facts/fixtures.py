"""Asks the real loader where it puts names, for the tests of prefix.ts. Run with each release's interpreter.

    python fixtures.py loader-names.jsonl
"""
import json
import sys

from release import VERSION, construct, on_disk, tensors, to_memory  # first: prepares the import
from classes import all_classes
from configs import merge, shrunk
from hints import starting_configs
from probing.builder import Builder

CLASSES = [
    ("llama", "LlamaForCausalLM"), ("llama", "LlamaModel"), ("llama", "LlamaForQuestionAnswering"), ("gpt2", "GPT2LMHeadModel"),
    ("gpt2", "GPT2Model"), ("bert", "BertForMaskedLM"), ("bert", "BertModel"), ("bert", "BertForSequenceClassification"),
    ("t5", "T5ForConditionalGeneration"), ("t5", "T5EncoderModel"), ("bart", "BartForConditionalGeneration"), ("bloom", "BloomForCausalLM"),
    ("mamba", "MambaForCausalLM"), ("deepseek_v3", "DeepseekV3ForCausalLM"), ("mixtral", "MixtralForCausalLM"), ("jamba", "JambaForCausalLM"),
    ("llava", "LlavaForConditionalGeneration"), ("llava", "LlavaModel"), ("qwen2_vl", "Qwen2VLForConditionalGeneration"), ("gemma3", "Gemma3ForConditionalGeneration"),
    ("mllama", "MllamaForConditionalGeneration"), ("whisper", "WhisperForConditionalGeneration"), ("wav2vec2", "Wav2Vec2ForCTC"), ("gpt_neox", "GPTNeoXForCausalLM"),
    ("opt", "OPTForCausalLM"), ("falcon", "FalconForCausalLM"), ("phi3", "Phi3ForCausalLM"), ("qwen3_moe", "Qwen3MoeForCausalLM"),
    ("granitemoe", "GraniteMoeForCausalLM"), ("roberta", "RobertaForMaskedLM"), ("electra", "ElectraForMaskedLM"), ("xlnet", "XLNetLMHeadModel"),
    ("vit", "ViTForImageClassification"), ("clip", "CLIPModel"),
]


def build(model_type, config_class, cls):
    builder = Builder(model_type, config_class, cls)
    for start in starting_configs(model_type, config_class):
        for layers in (2, 4, 1000):
            try:
                default = builder.config(start)
                return construct(cls, builder.config(merge(start, shrunk(default, layers))))
            except Exception:
                continue
    raise RuntimeError(f"{cls.__name__} cannot be built")


def first_members(names):
    """Names without a number other than 0: the rest would only repeat them."""
    return [name for name in names if all(part in ("0", "") or not part.isdigit() for part in name.split("."))]


def legacy(name):
    return name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")


def cases(model, bare):
    prefix = model.base_model_prefix
    disk = first_members(on_disk(model, tensors(model)))
    memory = first_members(model.state_dict())
    yield "saved", disk
    yield "memory", memory
    yield "without prefix", [name.removeprefix(prefix + ".") for name in memory]
    yield "doubled prefix", [f"{prefix}.{name}" for name in memory]
    yield "legacy", [legacy(name) for name in memory]
    if bare is not None:
        names = first_members(on_disk(bare, tensors(bare)))
        yield "bare class", names
        yield "bare class and a stranger", [*names, "value_head.weight"]


def main():
    known = {(model_type, cls.__name__): (config_class, cls, classes[0]) for model_type, config_class, classes in all_classes() for cls in classes}
    with open(sys.argv[1], "w") as out:
        for key in CLASSES:
            if key not in known:
                continue
            config_class, cls, base = known[key]
            model = build(key[0], config_class, cls)
            bare = None if base is cls else build(key[0], config_class, base)
            seen = set()
            for label, names in cases(model, bare):
                if tuple(names) in seen:
                    continue
                seen.add(tuple(names))
                entry = {"release": VERSION, "modelType": key[0], "class": key[1], "case": label}
                try:
                    mapped = to_memory(model, names)
                    entry["names"] = [name if mapped.get(name, 0) == name else [name, mapped.get(name)] for name in names]
                except ValueError as problem:
                    entry["names"], entry["refused"] = names, str(problem)[:60]
                out.write(json.dumps(entry) + "\n")


if __name__ == "__main__":
    main()
