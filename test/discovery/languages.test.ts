import { describeCases, type Case } from './support.ts';

const yaml: readonly Case[] = [
  ['axolotl', 'configs/llama.yml', `base_model: meta-llama/Llama-3.1-8B
model_type: AutoModelForCausalLM
tokenizer_type: AutoTokenizer
revision_of_model: 0e9e39f249a16976918f6564b8830bc894c89659
datasets:
  - path: mhenrichsen/alpaca_2k_test
    type: alpaca
output_dir: ./outputs/out
hub_model_id: someone/llama-alpaca
`, 'hf://meta-llama/Llama-3.1-8B@0e9e39f249a16976918f6564b8830bc894c89659 1'],
  ['TRL', 'recipes/config_full.yaml', `# Model arguments
model_name_or_path: mistralai/Mistral-7B-v0.1
model_revision: main
torch_dtype: bfloat16
dataset_mixer:
  HuggingFaceH4/ultrachat_200k: 1.0
dataset_splits: [train_sft]
hub_model_id: zephyr-7b-sft-full
`, 'hf://mistralai/Mistral-7B-v0.1@main 2'],
  ['LLaMA-Factory', 'train.yaml', `### model
model_name_or_path: Qwen/Qwen2.5-7B-Instruct
adapter_name_or_path: acme/qwen-lora
dataset: identity,alpaca_en_demo
dataset_dir: acme/data
revision: v1.0   # of the model
`, 'hf://Qwen/Qwen2.5-7B-Instruct@v1.0 2', 'hf://acme/qwen-lora 3'],
  ['mergekit', 'merge.yml', `models:
  - model: mistralai/Mistral-7B-v0.1
    parameters: {weight: 0.5}
  - model: "HuggingFaceH4/zephyr-7b-beta"
merge_method: linear
base_model: mistralai/Mistral-7B-v0.1
tokenizer_source: union
`, 'hf://mistralai/Mistral-7B-v0.1 2', 'hf://HuggingFaceH4/zephyr-7b-beta 4'],
  ['nested model, flow style, anchors', 'hydra/model.yaml', `defaults: &d
  model: {name: google/gemma-2-2b, revision: abc123}
other: *d
actor:
  model:
    path: deepseek-ai/DeepSeek-V2-Lite
`, 'hf://google/gemma-2-2b@abc123 2', 'hf://deepseek-ai/DeepSeek-V2-Lite 6'],
  ['addresses under any key', 'deploy.yaml', `weights: hf://org-x/model-y@v2
source: https://huggingface.co/org-x/model-z/tree/refs%2Fpr%2F3
file: https://huggingface.co/org-x/model-f/resolve/main/model.safetensors
`, 'hf://org-x/model-y@v2 1', 'hf://org-x/model-z@refs/pr/3 2', 'hf://org-x/model-f@main 3'],
  ['several documents, lists, numeric revisions, Windows line ends', 'a.yaml', 'x: 1\r\n---\r\nbase_model:\r\n- a-org/one\r\n- b-org/two\r\n---\r\nmodel_id: c-org/three\r\nrevision: 1234567\r\n',
    'hf://a-org/one 4', 'hf://b-org/two 5', 'hf://c-org/three@1234567 7'],
  ['legacy names', 'a.yaml', 'model_name_or_path: gpt2\nteacher_model: bert-base-uncased\nstudent_model: mymodel\n', 'hf://openai-community/gpt2 1', 'hf://google-bert/bert-base-uncased 2'],
  ['services of the same keys', 'litellm.yaml', `model_list:
  - model_name: gpt-4
    litellm_params:
      model: azure/gpt-4-deployment
      api_key: os.environ/AZURE_KEY
  - model_name: claude
    litellm_params: {model: anthropic/claude-3-5-sonnet}
  - litellm_params:
      model: meta-llama/llama-3.1-70b-instruct
      api_base: https://openrouter.ai/api/v1
  - {model: openai/gpt-4o}
  - {model: google/gemini-2.0-flash}
  - {model: openai/gpt-oss-20b}
`, 'hf://openai/gpt-oss-20b 13'],
  ['a workflow', '.github/workflows/ci.yml', `on: push
jobs:
  a:
    container: {image: org/image}
    steps:
      - uses: actions/checkout@v4
        with: {repository: org-x/code}
      - uses: actions/ai-inference@v1
        with: {model: meta/Llama-3.3-70B-Instruct}
      - uses: acme/headcheck@v1
        with:
          checkpoint: hf://org-x/model-y
      - run: |
          python train.py --model_name_or_path org-x/inside-a-script
`, 'hf://org-x/model-y 12'],
  ['compose', 'docker-compose.yml', `services:
  llm:
    image: vllm/vllm-openai
    model: acme/llama
models:
  m: {model: ai/smollm2}
`],
  ['keys that are something else', 'a.yaml', `name: org-x/name-y
repo: org-x/repo
repository: org-x/repo
path: org-x/data
dataset_name: HuggingFaceH4/ultrachat
tokenizer: org-x/tok
tokenizer_name_or_path: org-x/tok
image: org-x/image
module: src/model
entry: src/train
homepage: https://huggingface.co/org-x/model-y
license_link: https://huggingface.co/org-x/model-y/blob/main/LICENSE
push_to_hub_model_id: org-x/target
hub_model_id: org-x/target
dataset: {model: org-x/not-this}
url: https://github.com/org-x/repo
url2: git@hf.co:org-x/repo
note: "we start from model_name_or_path: org-x/model-y here"
`],
  ['values that are something else', 'a.yaml', `model: ./out/final
model_name_or_path: outputs/checkpoint-500
base_model: /mnt/models/llama
model_path: models/llama
checkpoint: runs/exp1
model_id: \${{ matrix.model }}
model_name: "{{ model }}"
reward_model: your-name/your-model
ref_model: path/to/model
adapter: org-x/file.safetensors
lora: 1/2
teacher_model: a/b/c
student_model: ../org/name
model_repo: <org>/<name>
pretrained_model: org-x/name:latest
hf_model: "org-x/na--me"
hf_model_id: llama
draft_model: 2024/01
speculative_model: acme/checkpoint-100
`],
  ['other places of the Hub', 'a.yaml', `a: https://huggingface.co/datasets/org-x/data
b: https://huggingface.co/spaces/org-x/demo
c: https://huggingface.co/docs/transformers/index
d: hf://datasets/org-x/data/train.csv
e: https://huggingface.co/org-x
f: https://huggingface.co/org-x/model/discussions/3
g: https://huggingface.co/org-x/model/commit/abcdef
h: https://huggingface.co/org-x/model/blob/main/README.md
i: https://huggingface.co/blog/some-post
j: https://huggingface.co/papers/2401.00001
k: https://huggingface.co/collections/org-x/coll-123
l: https://huggingface.co/api/models/org-x/model
m: https://huggingface.co/transformers/model_doc
n: https://example.com/huggingface.co/org-x/model
o: https://huggingface.co.evil.example/org-x/model
p: hf://buckets/org-x/data
`],
  ['commented out, and a revision that is no text', 'a.yaml', '# model_name_or_path: org-x/model-y\nbase_model: org-x/model-z\nbase_model_revision: [a]\n'],
  ['Hydra\'s list of groups', 'conf/config.yaml', `defaults:
  - model: bert/base
  - override /model: llama/base
  - _self_
pretrained_model_name_or_path: org-x/model-y
`, 'hf://org-x/model-y 5'],
  ['a deployment', 'deploy/vllm.yaml', `kind: Deployment
metadata:
  annotations: {model: org-x/note}
spec:
  containers:
    - image: vllm/vllm-openai
      args:
        - --model
        - org-x/argument
        - --revision=v2
        - --tokenizer=org-x/tok
        - --served-model-name
        - org-x/served
      env:
        - name: MODEL_ID
          value: org-x/variable
        - {name: DATASET, value: org-x/data}
        - name: HF_TOKEN
          valueFrom: {secretKeyRef: {name: org-x/secret, key: a/b}}
`, 'hf://org-x/argument@v2 9', 'hf://org-x/variable 16'],
  ['variables and commands of Compose', 'compose.yml', `services:
  tgi:
    image: ghcr.io/huggingface/text-generation-inference
    command: --model-id org-x/command --revision main --max-input-length 1024
    environment:
      - HF_MODEL_ID=org-x/list
      - DATASET=org-x/data
  tei:
    command: sh -c "serve --model-id $MODEL"
    environment:
      MODEL_ID: org-x/mapping
      OUTPUT: org-x/out
  api:
    environment: {MODEL: org-x/remote, OPENAI_API_KEY: x}
`, 'hf://org-x/command@main 4', 'hf://org-x/list 6', 'hf://org-x/mapping 11'],
  ['mergekit\'s adapters and revisions', 'merge.yml', `slices:
  - sources:
      - model: org-x/model-y+org-x/lora
      - model: org-x/model-z@v1
experts:
  - source_model: ./out+org-x/second
`, 'hf://org-x/model-y 3', 'hf://org-x/lora 3', 'hf://org-x/model-z@v1 4', 'hf://org-x/second 6'],
  ['blocks of text', 'a.yaml', 'base_model: >-\n  org-x/folded\nhf_model: |\n  org-x/literal\n', 'hf://org-x/folded 2', 'hf://org-x/literal 4'],
  ['what only has a slash', 'a.yaml', `base_model: N/A
adapter: n/a
checkpoint: image/png
model_path: application/octet-stream
model_name: TCP/IP
hf_model: docker.io/vllm
pretrained_model: on/off
`],
  ['a search over models', 'sweep.yaml', 'parameters:\n  model_name_or_path:\n    values: [org-x/a, org-x/b]\n  base_model: {value: org-x/c}\n  lr: {values: [a/b]}\n', 'hf://org-x/a 3', 'hf://org-x/b 3', 'hf://org-x/c 4'],
  ['several in one text', 'merge.yaml', 'adapter_name_or_path: org-x/a,org-x/b\nmodel: org-x/c, org-x/d\n', 'hf://org-x/a 1', 'hf://org-x/b 1'],
  ['what Ray loads', 'serve.yaml', 'model_loading_config:\n  model_id: qwen\n  model_source: org-x/model-y\n', 'hf://org-x/model-y 3'],
  ['what a class is made from', 'hydra.yaml', 'tok:\n  _target_: transformers.AutoTokenizer.from_pretrained\n  pretrained_model_name_or_path: org-x/tok\nnet:\n  _target_: transformers.AutoModel.from_pretrained\n  pretrained_model_name_or_path: org-x/model-y\nd: {class_path: x.DataModule, init_args: {base_model: org-x/z}}\n', 'hf://org-x/model-y 6'],
  ['arguments by name', 'sft.yaml', 'model_args:\n  model_name_or_path: org-x/model-y\nargs: {base_model: org-x/base}\n', 'hf://org-x/model-y 2', 'hf://org-x/base 3'],
  ['places to write to', 'hub.yaml', 'hub:\n  push_to_hub: {hf_repo_id: org-x/a}\nexport:\n  hf_model_id: org-x/b\nexport_hub_model_id: org-x/d\n'],
  ['an endpoint of a service', 'sm.yaml', 'model_name: org-x/y\nendpoint_name: y\n'],
  ['results of others', 'bench.yaml', 'results:\n  - model: org-x/y\n    score: 3\n  - {name: x, model_name: org-x/z}\nleaderboard: [{model: {name: org-x/w}}]\n'],
  ['an editor\'s assistant', '.continue/config.yaml', 'models:\n  - model: org-x/y\n'],
  ['a dot file', '.aider.conf.yml', 'model: org-x/y\n'],
  ['forms to fill in', '.github/ISSUE_TEMPLATE/bug.yml', 'body:\n  - attributes: {value: "https://huggingface.co/org-x/y"}\n'],
  ['nothing', 'none.yaml', 'model: None/None\nbase_model: null/null\nhf_model: nan/NaN\n'],
  ['links of a site', 'mkdocs.yml', 'nav:\n  - Model: https://huggingface.co/org-x/nav\nextra:\n  social:\n    - link: https://huggingface.co/org-x/social\n'],
  ['broken YAML', 'a.yaml', 'base_model: org-x/model-y\n  bad: [\n', 'hf://org-x/model-y 1'],
  ['a template', 'chart/templates/a.yaml', '{{- if .Values.x }}\nmodel_name_or_path: {{ .Values.model }}\n{{- end }}\n'],
];

const json: readonly Case[] = [
  ['a training config, indented by tabs', 'train.json', '{\n\t"model_name_or_path": "org-x/model-y",\n\t"model_revision": "v1",\n\t"dataset_name": "org-x/data"\n}\n', 'hf://org-x/model-y@v1 2'],
  ['an adapter\'s config', 'adapter/adapter_config.json', '{"peft_type": "LORA", "base_model_name_or_path": "org-x/model-y", "revision": null}', 'hf://org-x/model-y 1'],
  ['DeepSpeed and others have none', 'ds.json', '{"zero_optimization": {"stage": 3}, "bf16": {"enabled": true}, "path": "org-x/y"}'],
  ['a checkpoint\'s own config', 'out/config.json', '{"_name_or_path": "org-x/model-y", "model_type": "llama", "base_model": "org-x/z"}'],
  ['requests to a service, and its answers', 'chat.json', '[{"model": "org-x/y", "messages": []}, {"model": "org-x/z", "choices": []}]'],
  ['manifests and locks', 'package.json', '{"name": "org-x/pkg", "repository": "org-x/repo", "base_model": "org-x/y"}'],
  ['not JSON', 'x.json', '{"base_model": "org-x/model-y",', 'hf://org-x/model-y 1'],
];

const toml: readonly Case[] = [
  ['tables, dotted keys, inline tables', 'config.toml', `title = "x"
[model]
name = "org-x/model-y"
revision = "v2"
[train]
base_model = 'org-x/base'
reward = { model_id = "org-x/reward", revision = "r" }
dataset.path = "org-x/data"
# model_id = "org-x/commented"
[[models]]
pretrained_model_name_or_path = "org-x/third"
`, 'hf://org-x/model-y@v2 3', 'hf://org-x/base 6', 'hf://org-x/reward@r 7', 'hf://org-x/third 11'],
  ['a project file', 'pyproject.toml', '[project]\nname = "x"\nrepository = "https://github.com/org-x/repo"\n[tool.ruff]\nsrc = ["src/model"]\n'],
  ['not TOML', 'x.toml', 'base_model = "org-x/model-y"\nbad = = 1\n', 'hf://org-x/model-y 1'],
];

describeCases('yaml', yaml);
describeCases('json', json);
describeCases('toml', toml);
