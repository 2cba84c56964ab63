import { describeCases, type Case } from './support.ts';

const cases: readonly Case[] = [
  ['calls', 'train.py', `from transformers import AutoModelForCausalLM, AutoTokenizer
tok = AutoTokenizer.from_pretrained("org-x/tokenizer")
cfg = AutoConfig.from_pretrained("org-x/config")
model = AutoModelForCausalLM.from_pretrained(
    "org-x/model-y",  # the base
    revision="v1.2",
    torch_dtype=torch.bfloat16,
)
model = PeftModel.from_pretrained(model, "org-x/adapter")
model.load_adapter('org-x/second', adapter_name="b")
unet = UNet2DConditionModel.from_pretrained("org-x/sd", subfolder="unet", revision=None)
path = snapshot_download(repo_id="org-x/snap", revision="refs/pr/4")
data = snapshot_download("org-x/data", repo_type="dataset")
one = hf_hub_download("org-x/one", "model.safetensors")
two = hf_hub_download("org-x/two", filename="labels.json")
ds = load_dataset("org-x/dataset")
pipe = pipeline("text-generation", model="org-x/pipe", device=0)
llm = LLM(model="org-x/engine", revision="main")
old = GPT2LMHeadModel.from_pretrained("gpt2")
`, 'hf://org-x/model-y@v1.2 5', 'hf://org-x/adapter 9', 'hf://org-x/second 10', 'hf://org-x/sd/unet 11', 'hf://org-x/snap@refs/pr/4 12', 'hf://org-x/one 14', 'hf://org-x/pipe 17', 'hf://org-x/engine@main 18', 'hf://openai-community/gpt2 19'],
  ['constants', 'a.py', `MODEL_ID = "org-x/model-y"
REVISION = "v3"
model = AutoModel.from_pretrained(MODEL_ID, revision=REVISION)
tok = AutoTokenizer.from_pretrained(MODEL_ID)
base_model: str = "org-x/base"
self.model_name = 'org-x/own'
`, 'hf://org-x/model-y@v3 1', 'hf://org-x/base 5', 'hf://org-x/own 6'],
  ['options, fields, dictionaries', 'a.py', `parser.add_argument("--model_name_or_path", type=str, default="org-x/option")
parser.add_argument("--dataset", default="org-x/data")
@dataclass
class Args:
    model_name_or_path: Optional[str] = field(default="org-x/field", metadata={"help": "path or org-x/help"})
    output_dir: str = field(default="org-x/out")
config = {"base_model": "org-x/dict", "dataset": "org-x/data", "model": "org-x/unclear"}
train(model_name_or_path="org-x/keyword", dataset="org-x/data")
`, 'hf://org-x/option 1', 'hf://org-x/field 5', 'hf://org-x/dict 7', 'hf://org-x/keyword 8'],
  ['addresses', 'a.py', `URL = "https://huggingface.co/org-x/model-y/tree/v1"
load("hf://org-x/model-z@v2")
dataset_url = "hf://org-x/not-this"
print("see https://huggingface.co/org-x/in-a-sentence")
`, 'hf://org-x/model-y@v1 1', 'hf://org-x/model-z@v2 2'],
  ['what is not there', 'a.py', `"""Example: AutoModel.from_pretrained("org-x/docstring")

model = "org-x/docstring"
"""
# AutoModel.from_pretrained("org-x/comment")
def f(model="org-x/default"):
    '''https://huggingface.co/org-x/docstring'''
    "hf://org-x/docstring"
    AutoModel.from_pretrained(f"org-x/{name}")
    AutoModel.from_pretrained("org-x/" + name)
    AutoModel.from_pretrained("org-x/%s" % name)
    AutoModel.from_pretrained("org-x/{}".format(name))
    AutoModel.from_pretrained("org-x/a" "b")
    AutoModel.from_pretrained("org-x/model", revision=revision)
    AutoModel.from_pretrained("./out")
    AutoModel.from_pretrained("outputs/final")
    AutoModel.from_pretrained("your-username/model")
    AutoModel.from_pretrained(os.path.join("org-x", "name"))
    AutoModel.from_pretrained(args.model)
    model.push_to_hub("org-x/target")
    open("src/model")
    route("api/models")
    import_module("pkg/mod")
    x = model_name == "org-x/compared"
    completion(model="org-x/unknown-call")
    help = "use model_name_or_path=org-x/in-text"
    model_name = "org-x/twice" if a else "org-x/other"
    hub_model_id = "org-x/target"
`],
  ['a service\'s client', 'a.py', 'from openai import OpenAI\nMODEL = "meta-llama/llama-3.1-8b-instruct"\nmodel = "qwen/qwen-2.5-72b"\nbase_model = "org-x/strong"\nclient.create(model=MODEL)\n', 'hf://org-x/strong 4'],
  ['a service\'s class of the same name', 'a.py', 'llm = LLM(model="openai/gpt-4o")\nllm = LLM(model="org-x/y", api_key=key)\nllm = LLM(model="anthropic/claude-3-opus")\n'],
  ['odd syntax', 'a.py', `s = 'it\\'s "quoted"'
t = r"raw\\" ; u = b'x'
w = f"{d["a"]}"
broken = "no end
model = AutoModel.from_pretrained("org-x/model-y")
def g(*, a: "org-x/annotation" = 1, **k) -> "org-x/return": ...
z = x[
    "base_model"] = "org-x/index"
v = """
''' from_pretrained("org-x/inside") '''
"""
class C(Base, model="org-x/c"): pass
`, 'hf://org-x/model-y 5'],
  ['what a tokenizer or a data set alone is named by', 'a.py', `model_id = "org-x/tokenizer"
tok = AutoTokenizer.from_pretrained(model_id, use_fast=True)
MODEL = "org-x/data"
ds = load_dataset(MODEL)
MODEL_NAME = "org-x/both"
tok = AutoTokenizer.from_pretrained(MODEL_NAME)
print(MODEL_NAME)
tokenizer = tokenizer_class.from_pretrained("org-x/by-class")
processor = cls.from_pretrained("org-x/by-target")
MODEL_PATH = "org-x/used-by-who-imports-it"
`, 'hf://org-x/both 5', 'hf://org-x/used-by-who-imports-it 10'],
  ['downloads', 'a.py', `a = hf_hub_download("org-x/quantised", "model-q4.gguf")
b = hf_hub_download(
    repo_id="org-x/parts",
    filename="unet/model.safetensors",
    subfolder="v2",
)
c = snapshot_download("org-x/texts", allow_patterns=["*.json", "tokenizer*"])
d = snapshot_download("org-x/text", allow_patterns="*.md")
e = snapshot_download("org-x/shards", allow_patterns=["*.json", "*.safetensors"])
f = snapshot_download("org-x/none", ignore_patterns=["*.bin", "*.safetensors"])
g = snapshot_download("org-x/safe", ignore_patterns=["*.bin"])
h = snapshot_download("org-x/all", allow_patterns=None)
`, 'hf://org-x/quantised/model-q4.gguf 1', 'hf://org-x/parts/v2/unet 3', 'hf://org-x/shards 9', 'hf://org-x/safe 11', 'hf://org-x/all 12'],
  ['annotations', 'a.py', `class Config:
    base_model: Optional[str] = "org-x/optional"
    model_id: str | None = "org-x/union"
    names: Dict[str, str] = {"a": "org-x/unnamed"}
    dataset: Optional[str] = "org-x/data"
`, 'hf://org-x/optional 2', 'hf://org-x/union 3'],
  ['options of click', 'cli.py', `@click.option("--base-model", "-b", default="org-x/click", help="like org-x/help")
@click.option("--tokenizer", default="org-x/tok")
def main(base_model): ...
`, 'hf://org-x/click 1'],
  ['what is told', 'a.py', `print("https://huggingface.co/org-x/printed")
logger.info("hf://org-x/logged")
download("hf://org-x/taken")
`, 'hf://org-x/taken 3'],
];

describeCases('python', cases);
