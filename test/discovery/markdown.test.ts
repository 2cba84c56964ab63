import { describeCases, type Case } from './support.ts';

const cases: readonly Case[] = [
  ['a model card', 'README.md', `---
license: llama3.1
base_model:
- meta-llama/Llama-3.1-8B
datasets:
- org-x/data
pipeline_tag: text-generation
model_name: org-x/not-a-reference
---
# Card

Trained from [Llama](https://huggingface.co/meta-llama/Llama-3.1-8B) on [data](https://huggingface.co/datasets/org-x/data).

\`\`\`python
from transformers import AutoModelForCausalLM
model = AutoModelForCausalLM.from_pretrained("acme/llama-tuned", revision="v1")
\`\`\`
`, 'hf://meta-llama/Llama-3.1-8B 4', 'hf://acme/llama-tuned@v1 16'],
  ['prose', 'docs/models.md', `We serve <https://huggingface.co/org-x/auto>, https://huggingface.co/org-x/bare. And \`hf://org-x/code@v1\`,
**[bold](https://hf.co/org-x/bold)** and [ref].

- item: (https://huggingface.co/org-x/item)

| a | b |
|---|---|
| https://huggingface.co/org-x/table | x |

[ref]: https://huggingface.co/org-x/defined
`, 'hf://org-x/auto 1', 'hf://org-x/bare 1', 'hf://org-x/code@v1 1', 'hf://org-x/bold 2', 'hf://org-x/item 4', 'hf://org-x/table 8', 'hf://org-x/defined 10'],
  ['what is not there', 'docs/x.md', `<!-- https://huggingface.co/org-x/comment
hf://org-x/comment -->
![img](https://huggingface.co/org-x/model/resolve/main/plot.png)
[![badge](https://img.shields.io/x)](https://huggingface.co/org-x/badge)
<a href="https://huggingface.co/org-x/html">x</a>

Use org-x/name, \`org-x/name\`, model: org-x/name, [code](src/model), see src/train.

\`\`\`bash
huggingface-cli download org-x/name
git clone https://huggingface.co/org-x/name
\`\`\`

    hf://org-x/indented-code

[docs](https://huggingface.co/docs/hub/index) [space](https://huggingface.co/spaces/a/b) [gh](https://github.com/org-x/name)
[template](https://huggingface.co/your-org/your-model) \`hf://org/name\` \`hf://<org>/<name>\`
`],
  ['other fences', 'x.md', '- list\n\n  ```yaml\n  base_model: org-x/in-list\n  ```\n\n~~~toml\nbase_model = "org-x/toml"\n~~~\n', 'hf://org-x/in-list 4', 'hf://org-x/toml 8'],
  ['templates of addresses, and names in pieces', 'x.md', `https://huggingface.co/org-x/llama{7b,13b} https://huggingface.co/org-x/name[-instruct] hf://org-x/llama(-chat)
~~https://huggingface.co/org-x/struck~~ https://HuggingFace.co/org-x/host<br>https://huggingface.co/org-x/broken-line
`, 'hf://org-x/host 2', 'hf://org-x/broken-line 2'],
  ['marks within code, and a fence that ends with the document', 'x.md', 'Write `<!--` here\nhf://org-x/shown\n``<details>`` hf://org-x/beside\n```yaml\nbase_model: org-x/open\n', 'hf://org-x/shown 2', 'hf://org-x/beside 3', 'hf://org-x/open 5'],
  ['a mark at the beginning', 'x.md', '\ufeff---\nbase_model: org-x/base\n---\n', 'hf://org-x/base 2'],
  ['a form to fill in', '.github/PULL_REQUEST_TEMPLATE.md', 'Model: https://huggingface.co/org-x/model-y\n'],
  ['forms of a kind', 'docs/pull_request_template/model.md', 'Model: https://huggingface.co/org-x/model-y\n'],
  ['a history', 'CHANGELOG.md', '- moved to https://huggingface.co/org-x/model-y\n'],
];

describeCases('markdown', cases);
