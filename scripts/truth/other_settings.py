"""Sound saves whose config has other settings than the default, where these decide which parameters there are and how large: convolutions of other
widths and kernels, stages, images of another size, a head that grows with its labels. And the weights of one beside the config of another.

usage: other_settings.py OUT.jsonl
The oracle is by construction: a save fits its own config, and the loader refuses weights of other shapes than the config's (`shape`), or lacks what
the config counts more of (`short`)."""
import json
import sys

import compat
from compat import RELEASE, torch, transformers
from real_configs import saved

STACKS = {"narrow": {"conv_dim": [16, 32, 80], "conv_kernel": [8, 4, 3], "conv_stride": [4, 2, 2], "num_feat_extract_layers": 3},
          "deep": {"conv_dim": [24, 24, 48, 48, 96], "conv_kernel": [8, 5, 4, 3, 2], "conv_stride": [4, 2, 2, 2, 2], "num_feat_extract_layers": 5}}
SPEECH = {"num_hidden_layers": 2, "hidden_size": 64, "intermediate_size": 96, "num_attention_heads": 4, "num_conv_pos_embedding_groups": 4, "vocab_size": 32}
IMAGE = {"num_hidden_layers": 2, "hidden_size": 64, "intermediate_size": 96, "num_attention_heads": 4}


def labels(count):
    return {"id2label": {i: f"LABEL_{i}" for i in range(count)}, "label2id": {f"LABEL_{i}": i for i in range(count)}}


#: class → {name: overrides}, and (what is stored, what its config says, `shape` or `short`) of pairs that do not fit.
CASES = {
    **{name: ({**{stack: {**SPEECH, **lists} for stack, lists in STACKS.items()},
               "norms": {**SPEECH, **STACKS["narrow"], "feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True},
               "unmasked": {**SPEECH, **STACKS["narrow"], "mask_time_prob": 0.0}}, [("narrow", "deep", "short")])
       for name in ("Wav2Vec2ForCTC", "HubertForCTC", "WavLMForCTC", "SEWForCTC")},
    **{name: ({str(size): {**IMAGE, "image_size": size} for size in (224, 300)}, [("224", "300", "shape"), ("300", "224", "shape")])
       for name in ("ViTForImageClassification", "DeiTForImageClassification", "Dinov2ForImageClassification")},
    "LayoutLMv3ForTokenClassification": ({str(count): {**IMAGE, "max_2d_position_embeddings": 64, "vocab_size": 128, "coordinate_size": 11, "shape_size": 10,
                                                       **labels(count)} for count in (9, 10, 13)}, []),
    "SiglipVisionModel": ({"headless": {**IMAGE, "vision_use_head": False}, "whole": IMAGE}, []),
    "EfficientNetForImageClassification": ({"small": {"width_coefficient": 0.5, "depth_coefficient": 0.4, "hidden_dim": 640},
                                            "stages": {"width_coefficient": 0.5, "depth_coefficient": 1.0, "hidden_dim": 640}}, []),
}


def record(identity, base, cls, checkpoint, config, fault, verdict):
    return {"id": identity, "transformers": RELEASE, "class": cls.__name__, "fault": fault, "base": base, **checkpoint.record(), "config": config,
            "expected_verdict": verdict}


def main():
    with open(sys.argv[1], "w") as out:
        for name, (configs, unfit) in CASES.items():
            cls, made = getattr(transformers, name), {}
            for variant, overrides in configs.items():
                try:
                    with torch.device("meta"):
                        model = cls(cls.config_class.from_dict(dict(overrides)))
                    made[variant] = saved(model)
                except Exception as error:  # noqa: BLE001  4.57 cannot save some from the meta device
                    print(f"{name} {variant}: {type(error).__name__}: {str(error)[:140]}", file=sys.stderr)
                    continue
                stem = f"{RELEASE}/{name}/{variant}"
                out.write(json.dumps(record(f"{stem}/good", None, cls, made[variant], made[variant].record()["config"], "good", "complete")) + "\n")
            for stored, said, how in unfit:
                if stored in made and said in made:
                    identity = f"{RELEASE}/{name}/{stored}/config_of_{said}"
                    out.write(json.dumps(record(identity, f"{RELEASE}/{name}/{stored}/good", cls, made[stored], made[said].record()["config"], how, "incomplete")) + "\n")


if __name__ == "__main__":
    compat.classes("causal-lm")
    main()
