"""The sound saves of one class, written by the real library, and what there is to know about the model itself."""
import copy
import gc
import os
import shutil

import oracle
from compat import auto_class, torch
from header import Checkpoint
from small_config import small_config


BIG = 8_000_000


def tie_flags(config):
    """The dictionaries in a config.json that own a tie flag or could: the root and its text parts."""
    parts = [config] + [config[k] for k in ("text_config", "decoder", "llm_config", "language_config") if isinstance(config.get(k), dict)]
    return parts


def module_names(model, get, named, weight):
    """The names of the weight of the module `get` gives: the module's own, not those of what it shares memory with."""
    if weight is None:
        return []
    module = get()
    own = [f"{n}.weight" for n, m in model.named_modules(remove_duplicate=False) if m is module]
    return own or [n for n, p in named if p is weight]


class Model:
    """One class of one task: config, names of its head and embedding, and sound saves of it in `folder`."""

    def __init__(self, task, model_type, folder):
        self.task, self.model_type, self.folder = task, model_type, folder
        self.config = small_config(model_type, task)
        self.auto = auto_class(task)
        self.parameters = self.counted()
        if task == "sequence-classification":
            self.config.problem_type = self.problem_trained()
        model = self.built(self.config)
        self.class_name = type(model).__name__
        self.prefix = model.base_model_prefix
        out, inp = oracle.embeddings(model)
        named = list(model.named_parameters(remove_duplicate=False))
        self.input_names = module_names(model, model.get_input_embeddings, named, inp)
        self.head_names = module_names(model, model.get_output_embeddings, named, out)
        self.tied = out is not None and out is inp
        self.memory = {n: t for n, t in model.state_dict().items()}
        base = getattr(model, self.prefix, None) if self.prefix else None
        inner = {f"{self.prefix}.{n}" for n, _ in base.named_parameters()} if isinstance(base, torch.nn.Module) and base is not model else None
        self.outside = sorted(n for n, _ in named if inner is not None and n not in inner)
        self.good_dir = self.saved(model, "good")
        self.good = Checkpoint.read(self.good_dir)

    def counted(self):
        """Parameters of the model, counted without memory; more than BIG raises."""
        try:
            with torch.device("meta"):
                count = sum(p.numel() for p in self.auto.from_config(copy.deepcopy(self.config)).parameters())
        except (NotImplementedError, RuntimeError, TypeError):
            return 0
        if count > BIG:
            raise ValueError(f"{count} parameters: not shrunk enough")
        return count

    def problem_trained(self):
        """What the first step of training writes as `problem_type`: nobody releases a classifier that was never trained. None
        where the class writes none, or cannot take the step with words alone."""
        config = copy.deepcopy(self.config)
        if getattr(config, "pad_token_id", None) is None:
            config.pad_token_id = 0
        try:
            model = self.auto.from_config(config)
            words = torch.full((2, 8), 5)
            if model.config.is_encoder_decoder:
                words[:, -1] = model.config.eos_token_id
            model(input_ids=words, labels=torch.tensor([0, 1]))
        except Exception:  # noqa: BLE001
            return None
        return model.config.problem_type

    def built(self, config):
        """A fresh model in bfloat16, as the auto class makes it."""
        model = self.auto.from_config(copy.deepcopy(config))
        return model.to(torch.bfloat16).eval()

    def saved(self, model, name, **options):
        path = os.path.join(self.folder, name)
        shutil.rmtree(path, ignore_errors=True)
        model.save_pretrained(path, **options)
        return path

    def save(self, name, model, **options):
        return Checkpoint.read(self.saved(model, name, **options))

    def load(self, folder=None, auto=None):
        return (auto or self.auto).from_pretrained(folder or self.good_dir, dtype=torch.bfloat16)

    def with_tie(self, value):
        """The config with every tie flag set to `value`; None where the class has none."""
        config = copy.deepcopy(self.config)
        found = False
        for part in [config] + [getattr(config, k) for k in (getattr(type(config), "sub_configs", None) or {}) if hasattr(config, k)]:
            if part is not None and hasattr(part, "tie_word_embeddings") and getattr(part, "vocab_size", None) is not None or part is config:
                part.tie_word_embeddings = value
                found = True
        return config if found else None

    def on_disk(self, memory_names, checkpoint=None):
        """The stored names of some in-memory names: the same, or the same but for the base prefix or a renamed middle."""
        names = (checkpoint or self.good).names
        found = []
        for want in memory_names:
            short = want[len(self.prefix) + 1:] if self.prefix and want.startswith(self.prefix + ".") else want
            exact = [n for n in (want, short) if n in names]
            tail = ".".join(want.split(".")[-2:])
            same = [n for n in names if n == tail or n.endswith("." + tail)]
            if exact:
                found.append(exact[0])
            elif len(same) == 1:
                found.append(same[0])
        return found


def clean():
    gc.collect()
