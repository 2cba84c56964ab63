"""Adapters written by the real peft, sound and broken, and what peft says when it puts them on the good base."""
import os
import warnings

import oracle
from compat import torch, transformers
from header import Checkpoint, Shard

TASK_TYPES = {"causal-lm": "CAUSAL_LM", "sequence-classification": "SEQ_CLS", "token-classification": "TOKEN_CLS",
              "question-answering": "QUESTION_ANS", "seq2seq": "SEQ_2_SEQ_LM"}
ADAPTER = "adapter_model.safetensors"


def adapted(model, base, task_type=None, **options):
    """`base` with LoRA on the targets peft knows for the model type, else on all linear layers; None where peft refuses both."""
    import peft
    for targets in (None, "all-linear"):
        try:
            return peft.get_peft_model(base, peft.LoraConfig(r=4, lora_alpha=8, target_modules=targets,
                                                             task_type=task_type or TASK_TYPES.get(model.task), **options))
        except Exception:  # noqa: BLE001  peft's own refusals are of many kinds
            continue
    return None


def save(model, name, peft_model, **options):
    path = os.path.join(model.folder, name)
    peft_model.save_pretrained(path, **options)
    return Checkpoint.read(path)


def cases(model):
    """(fault, checkpoint) pairs, made one at a time."""
    def lora(name, base=None, task_type=None, save_options=None, **options):
        made = adapted(model, base if base is not None else model.load(), task_type, **options)
        return save(model, name, made, **(save_options or {})) if made is not None else None

    good = lora("peft_adapter", save_options={"save_embedding_layers": False})
    if good is None:
        return
    yield "peft_adapter", good
    names = sorted(good.names)
    halves = [n for n in names if "lora_B" in n]
    if halves:
        yield "peft_lora_b_missing", good.edit(lambda n, t: None if n == halves[len(halves) // 2] else (n, t))
        yield "peft_rank_wrong", good.edit(lambda n, t: (n, (t[0], (8, *t[1][1:]))) if "lora_A" in n and len(t[1]) == 2 else (n, t))
        yield "peft_zero3_empty", good.edit(lambda n, t: (n, (t[0], (0,))))
        yield "peft_ddp_prefix", good.edit(lambda n, t: ("module." + n, t))
    empty = good.copy()
    empty.shards = [Shard(ADAPTER, {}, {"format": "pt"})]
    yield "peft_empty_adapter", empty
    no_config = good.copy()
    no_config.extra = {}
    yield "peft_config_missing", no_config
    yield "peft_bare_class", lora("peft_bare", base=transformers.AutoModel.from_pretrained(model.good_dir), task_type="FEATURE_EXTRACTION",
                                  save_options={"save_embedding_layers": False})
    head = [n.rsplit(".", 1)[0].rsplit(".", 1)[-1] for n in model.head_names[:1]] or sorted({n.split(".")[0] for n in model.outside})[:1]
    embedding = [n.rsplit(".", 1)[0].rsplit(".", 1)[-1] for n in model.input_names[:1]]
    if head and model.task in TASK_TYPES:
        yield "peft_modules_to_save_head", lora("peft_head", modules_to_save=head, save_options={"save_embedding_layers": False})
    if model.head_names and embedding:
        yield "peft_modules_to_save_both", lora("peft_both", modules_to_save=[*head, *embedding], save_options={"save_embedding_layers": False})
        base = model.load()
        base.resize_token_embeddings(336)
        yield "peft_resized_vocab", lora("peft_resized", base=base, save_options={"save_embedding_layers": True})


def ask(model, folder):
    """What peft says of the adapter in `folder` put on the good base. The oracle carries loader: "peft"."""
    import peft
    said = {"missing": [], "unexpected": [], "mismatched": [], "error": None, "head_tied": None, "class": None, "loader": "peft"}
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            config = peft.PeftConfig.from_pretrained(folder)
            kind = peft.MODEL_TYPE_TO_PEFT_MODEL_MAPPING.get(config.task_type, peft.PeftModel)
            holder = kind(model.load(), config)
            result = holder.load_adapter(folder, "default")
        mine = [n for n in result.missing_keys if "lora_" in n or "modules_to_save" in n]
        said.update(missing=sorted(mine), unexpected=sorted(result.unexpected_keys), head_tied=oracle.head_tied(holder.get_base_model()),
                    **{"class": type(holder).__name__})
    except Exception as error:  # noqa: BLE001  a refusal is an answer
        said["error"] = oracle.told(error, folder)
    return said
