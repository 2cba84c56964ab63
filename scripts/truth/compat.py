"""Makes both releases importable, quiet and offline. Import this before transformers."""
import importlib.metadata
import os
import warnings

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TRANSFORMERS_VERBOSITY="error",
                  HF_HUB_DISABLE_PROGRESS_BARS="1", TOKENIZERS_PARALLELISM="false", OMP_NUM_THREADS="1")
warnings.filterwarnings("ignore")

RELEASE = importlib.metadata.version("transformers")

if RELEASE.startswith("4."):
    # 4.57 refuses the newer hub and tokenizers packages by version number alone; everything used here works with them.
    _real = importlib.metadata.version

    def _version(name):
        plain = name.replace("_", "-")
        return {"huggingface-hub": "0.36.0", "tokenizers": "0.22.1"}.get(plain) or _real(name)

    importlib.metadata.version = _version

import torch  # noqa: E402

# A torchvision whose compiled part does not fit this torch fails at import for want of these operators' names; no model here runs them.
for _schema in ("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor", "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"):
    try:
        torch.library.define("torchvision::" + _schema.split("(")[0], _schema[_schema.index("("):])
    except RuntimeError:
        pass
import transformers  # noqa: E402

torch.set_num_threads(1)
torch.manual_seed(0)
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

#: task → (auto class, the mapping from model type to class name)
TASKS = {
    "causal-lm": ("AutoModelForCausalLM", "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES"),
    "sequence-classification": ("AutoModelForSequenceClassification", "MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES"),
    "token-classification": ("AutoModelForTokenClassification", "MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES"),
    "question-answering": ("AutoModelForQuestionAnswering", "MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES"),
    "masked-lm": ("AutoModelForMaskedLM", "MODEL_FOR_MASKED_LM_MAPPING_NAMES"),
    "seq2seq": ("AutoModelForSeq2SeqLM", "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES"),
    "image-text-to-text": ("AutoModelForImageTextToText", "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES"),
}


def auto_class(task):
    """The auto class that loads a task's checkpoints."""
    return getattr(transformers, TASKS[task][0])


def classes(task):
    """{model_type: class name} of a task; where several classes share a model type, the first, as the auto class takes it."""
    from transformers.models.auto import modeling_auto
    names = getattr(modeling_auto, TASKS[task][1])
    return {t: (c[0] if isinstance(c, (tuple, list)) else c) for t, c in names.items()}
