"""Which classes there are, for which model type, and which auto class chooses them."""
import importlib
import inspect

from release import BaseConfig, PreTrainedModel, configuration_auto, modeling_auto

TASKS = [
    ("base", "MODEL_MAPPING_NAMES"),
    ("causal-lm", "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES"),
    ("masked-lm", "MODEL_FOR_MASKED_LM_MAPPING_NAMES"),
    ("seq2seq-lm", "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES"),
    ("sequence-classification", "MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES"),
    ("token-classification", "MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES"),
    ("question-answering", "MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES"),
    ("multiple-choice", "MODEL_FOR_MULTIPLE_CHOICE_MAPPING_NAMES"),
    ("image-text-to-text", "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES"),
    ("image-classification", "MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES"),
]
AUDIO = ("AUDIO", "SPEECH", "CTC", "TEXT_TO_SPECTROGRAM", "TEXT_TO_WAVEFORM", "RNNT", "TDT")


def _mappings():
    for task, name in TASKS:
        yield task, getattr(modeling_auto, name)
    known = {name for _, name in TASKS}
    for name in dir(modeling_auto):
        if name.startswith("MODEL_") and name.endswith("_NAMES") and name not in known:
            audio = any(word in name for word in AUDIO)
            yield ("audio" if audio else "other"), getattr(modeling_auto, name)


def is_exported(cls):
    """Whether the library offers a class by name, beside its auto classes: one that people save (the encoder of Switch Transformers)."""
    import transformers
    return getattr(transformers, cls.__name__, None) is cls


def auto_table():
    """model type → {task: class that the auto class chooses}, and (model type, class) → tasks."""
    chosen, tasks = {}, {}
    for task, mapping in _mappings():
        for model_type, names in mapping.items():
            names = names if isinstance(names, (tuple, list)) else [names]
            chosen.setdefault(model_type, {}).setdefault(task, names[0])
            for name in names:
                tasks.setdefault((model_type, name), [])
                if task not in tasks[model_type, name]:
                    tasks[model_type, name].append(task)
    return chosen, tasks


def _modeling_modules(model_type, config_class):
    package = config_class.__module__.rsplit(".", 1)[0]
    suffix = config_class.__module__.rsplit(".configuration_", 1)[-1]
    for name in {suffix, package.rsplit(".", 1)[-1]}:
        try:
            yield importlib.import_module(f"{package}.modeling_{name}")
        except Exception:  # a missing optional dependency
            continue


def config_of(cls):
    """The config class that a model class is made with: the one its constructor asks for, else the declared one."""
    hint = inspect.get_annotations(cls.__init__).get("config")
    if isinstance(hint, str):
        hint = getattr(importlib.import_module(cls.__module__), hint, None)
    return hint if isinstance(hint, type) and issubclass(hint, BaseConfig) and hint.model_type else getattr(cls, "config_class", None)


def all_classes():
    """[(model type, config class, [model classes, bare first])] of every model type, those with language heads first."""
    import transformers
    chosen, tasks = auto_table()
    found = []
    inner = {}
    table = dict.fromkeys(configuration_auto.CONFIG_MAPPING_NAMES.values())
    for model_type, config_name in configuration_auto.CONFIG_MAPPING_NAMES.items():
        try:
            config_class = getattr(transformers, config_name)
        except (ImportError, AttributeError):
            continue
        classes = {}
        for (auto_type, name) in tasks:
            if auto_type == model_type:
                try:
                    cls = getattr(transformers, name)
                except (ImportError, AttributeError):
                    continue
                if isinstance(cls, type) and issubclass(cls, PreTrainedModel):
                    classes[name] = cls
        for module in _modeling_modules(model_type, config_class):
            for name in dir(module):
                cls = getattr(module, name)
                if not (isinstance(cls, type) and issubclass(cls, PreTrainedModel)) or cls.__module__ != module.__name__:
                    continue
                abstract = name.lower().endswith("pretrainedmodel") or name.startswith(("_", "Pretrained"))
                own = None if abstract else config_of(cls)
                if own is config_class and config_class.model_type == model_type:
                    classes[name] = cls
                elif own is not None and own.__name__ not in table and own.__module__ == config_class.__module__:
                    # A model within the model, whose config no auto class knows.
                    inner.setdefault((own.model_type, own), {})[name] = cls
        base = chosen.get(model_type, {}).get("base")
        order = sorted(classes, key=lambda name: (name != base, (model_type, name) not in tasks, name))
        found.append((model_type, config_class, [classes[name] for name in order if config_of(classes[name]) is config_class or (model_type, name) in tasks]))
    types = {entry[0] for entry in found}
    for (model_type, config_class), classes in inner.items():
        if model_type and model_type not in types:
            found.append((model_type, config_class, [classes[name] for name in sorted(classes)]))
    def rank(entry):
        offered = chosen.get(entry[0], {})
        for place, task in enumerate(("causal-lm", "seq2seq-lm", "masked-lm", "image-text-to-text")):
            if task in offered:
                return place
        return 9
    return sorted(found, key=rank)
