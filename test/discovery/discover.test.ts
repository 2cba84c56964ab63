import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { discover, needsContent } from '../../src/discovery/discover.ts';
import { added, changed, found } from './support.ts';

const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 1168138808\n';
const binary = (path: string, status = 'added') => ({ path, status, patch: null });

describe('only changed lines count', () => {
  const content = 'base_model: org-x/one\nreward_model: org-x/two\nref_model: org-x/three\n';

  it('with the whole file at hand', async () => {
    assert.deepEqual(await found([changed('a.yaml', content, 2)]), ['hf://org-x/two 2']);
  });

  it('with the hunks alone', async () => {
    const patch = '@@ -10,3 +10,3 @@ train:\n   model_name_or_path: org-x/one\n-  reward_model: old/x\n+  reward_model: org-x/two # best\n   ref_model: org-x/three';
    assert.deepEqual(await found([{ path: 'a.yaml', status: 'modified', patch }]), ['hf://org-x/two 11']);
  });

  it('a changed revision changes the reference', async () => {
    const yaml = 'model_name_or_path: org-x/one\nmodel_revision: v2\n';
    assert.deepEqual(await found([changed('a.yaml', yaml, 2)]), ['hf://org-x/one@v2 2']);
    const python = 'm = AutoModel.from_pretrained(\n  "org-x/one",\n  revision="v2",\n)\n';
    assert.deepEqual(await found([changed('a.py', python, 3)]), ['hf://org-x/one@v2 3']);
    const patch = '@@ -1,2 +1,2 @@\n model_name_or_path: org-x/one\n-model_revision: v1\n+model_revision: v2';
    assert.deepEqual(await found([{ path: 'a.yaml', status: 'modified', patch }]), ['hf://org-x/one@v2 2']);
  });

  it('removed lines, removed files and files that only moved make none', async () => {
    const patch = '@@ -1,2 +1,1 @@\n-base_model: org-x/one\n x: 1';
    assert.deepEqual(await found([{ path: 'a.yaml', status: 'modified', patch }, { path: 'b.yaml', status: 'removed', patch: '@@ -1 +0,0 @@\n-base_model: org-x/one' }, { path: 'c.yaml', status: 'renamed', patch: null, content }]), []);
  });

  it('a file whose diff is not known is skipped, with the reason', async () => {
    const { references, skipped } = await discover({ files: [{ path: 'a.yaml', status: 'modified', patch: null, content }], body: null, config: [], paths: new Set() });
    assert.deepEqual(references, []);
    assert.match(skipped[0]?.reason ?? '', /gives no diff/);
    assert.deepEqual(await found([{ path: 'a.yaml', status: 'added', patch: null, content }]), ['hf://org-x/one 1', 'hf://org-x/two 2', 'hf://org-x/three 3']);
  });
});

describe('hunks without the whole file find less, never something else', () => {
  const hunk = (path: string, ...lines: string[]) => found([{ path, status: 'modified', patch: `@@ -5,0 +5,${lines.length} @@\n${lines.map((line) => `+${line}`).join('\n')}` }]);

  it('reads lines of JSON, TOML, Python and Markdown', async () => {
    assert.deepEqual(await hunk('a.json', '  "base_model": "org-x/one",', '  "revision": "r1",'), ['hf://org-x/one@r1 5']);
    assert.deepEqual(await hunk('a.toml', 'base_model = "org-x/one" # x', "weights = 'hf://org-x/two'"), ['hf://org-x/one 5', 'hf://org-x/two 6']);
    assert.deepEqual(await hunk('a.py', 'm = AutoModel.from_pretrained("org-x/one")'), ['hf://org-x/one 5']);
    assert.deepEqual(await hunk('a.md', 'text', 'at https://huggingface.co/org-x/one.'), ['hf://org-x/one 6']);
  });

  it('leaves out what lies below a key of something else, or within a text', async () => {
    assert.deepEqual(await hunk('a.yaml', 'tokenizer:  # x', '  pretrained_model_name_or_path: org-x/tok', 'base_model: org-x/one'), ['hf://org-x/one 7']);
    assert.deepEqual(await hunk('a.yaml', 'datasets:', '  - path: a/b', '    base_model: org-x/data', '  - base_model: org-x/data2', 'train:', '  base_model: org-x/one'), ['hf://org-x/one 10']);
    assert.deepEqual(await hunk('a.yaml', 'run: |-', '  base_model: org-x/text', '', '  base_model: org-x/text2'), []);
    assert.deepEqual(await hunk('a.json', '  "tokenizer": {', '    "base_model": "org-x/tok"', '  },', '  "base_model": "org-x/one"'), ['hf://org-x/one 8']);
    assert.deepEqual(await hunk('a.toml', '[train.dataset]', 'base_model = "org-x/data"', '[[ "models" ]]', 'base_model = "org-x/one"'), ['hf://org-x/one 8']);
  });

  it('leaves out what needs its surroundings', async () => {
    assert.deepEqual(await hunk('a.yaml', 'model: org-x/one', 'name: org-x/two'), []);
    assert.deepEqual(await hunk('a.py', '"""', 'AutoModel.from_pretrained("org-x/one")'), []);
    assert.deepEqual(await hunk('a.py', 'MODEL = "org-x/one"'), []);
    assert.deepEqual(await hunk('a.py', '    pretrained_model_name_or_path="org-x/tokenizer",', '    use_fast=True,', ')'), []);
    assert.deepEqual(await hunk('a.md', '```', 'https://huggingface.co/org-x/one'), []);
    assert.deepEqual(await hunk('a.md', '-->', 'https://huggingface.co/org-x/one'), []);
  });

  it('asks for the content of files that could refer to something', () => {
    const patch = '@@ -1 +1 @@\n-x\n+base_model: org-x/one';
    assert.equal(needsContent({ path: 'a.yaml', status: 'modified', patch }), true);
    assert.equal(needsContent({ path: 'a.yaml', status: 'added', patch }), false);
    assert.equal(needsContent({ path: 'a.yaml', status: 'modified', patch: '@@ -1 +1 @@\n-x\n+lr: 3' }), false);
    assert.equal(needsContent({ path: 'a.c', status: 'modified', patch }), false);
    assert.equal(needsContent({ path: 'a.yaml', status: 'modified', patch: null }), false);
  });
});

describe('checkpoints that the pull request stores', () => {
  it('are folders of shards, indices, pointers and adapters', async () => {
    const files = [
      binary('out/model-00001-of-00002.safetensors'), binary('out/model-00002-of-00002.safetensors'), added('out/model.safetensors.index.json', '{"weight_map": {}}'),
      added('lfs/pytorch_model.bin', pointer), binary('lora/adapter_model.safetensors', 'modified'), binary('model.safetensors', 'renamed'),
    ];
    assert.deepEqual(await found(files), ['out 1', 'lfs 1', 'lora 1', '. 1']);
  });

  it('are single files where these stand for themselves', async () => {
    assert.deepEqual(await found([binary('gguf/a-Q4_K_M.gguf'), binary('gguf/a-Q8_0.gguf'), binary('loras/style.safetensors'), binary('big/a-00001-of-00003.gguf')]), ['gguf/a-Q4_K_M.gguf 1', 'gguf/a-Q8_0.gguf 1', 'loras/style.safetensors 1', 'big 1']);
  });

  it('are PyTorch files where their names may be those of models; what they hold decides', async () => {
    const models = ['out/model.pt', 'out/best.pth', 'runs/last.ckpt', 'out/weights.bin', 'yolov8n.pt', 'out/resnet50-0676ba61.pth', 'out/epoch=3-step=100.ckpt', 'out/model_state_dict.bin', 'ckpt/net_G.pth'];
    const { references } = await discover({ files: models.map((path) => binary(path)), body: null, config: [], paths: new Set() });
    assert.deepEqual(references.map(({ reference, isWeak }) => [reference, isWeak]), models.map((path) => [path, true]));
    const others = [
      'out/optimizer.pt', 'out/scheduler.pt', 'out/scaler.pt', 'out/rng_state_0.pth', 'out/training_args.bin', 'out/random_states_0.pkl', 'out/optimizer.bin', 'out/distrib_optim.pt', 'out/zero_pp_rank_0_mp_rank_00_optim_states.pt', 'out/mp_rank_00_model_states.pt',
      'data/model.pt', 'embeddings/a.pt', 'x/features/a.pt', 'train.pt', 'val_tokens.pt', 'word_embeddings.pt', 'cached_latents.pt', 'firmware.bin', 'train.bin', 'out/vocab.bin', 'openvino_model.bin', 'x.pkl', 'easy-install.pth', 'tests/model.pt', 'lib/foo-nspkg.pth', 'imagenet_mean.pt',
    ];
    assert.deepEqual(await found(others.map((path) => binary(path))), []);
    assert.deepEqual(await found([binary('out/model.pt'), added('a.yaml', 'model_name_or_path: out/model.pt\n')]), ['out/model.pt 1']);
    assert.deepEqual(await found([added('README.md', 'https://huggingface.co/org-x/one/blob/main/best.pt')]), []);
  });

  it('are also what loaders do not take of a folder', async () => {
    const besides = (names: readonly string[]): ReadonlyMap<string, string> => new Map(names.includes('model.safetensors') ? [['model.fp16-00001-of-00002.safetensors', 'model.fp16-00001-of-00002.safetensors'], ['model.fp16-00002-of-00002.safetensors', 'model.fp16-00001-of-00002.safetensors']] : []);
    const paths = new Set(['out/model.safetensors', 'model.safetensors']);
    const variant = 'model.fp16-00002-of-00002.safetensors';
    assert.deepEqual(await found([binary(`out/${variant}`), binary(variant), binary(`alone/${variant}`)], { paths, besides }), ['out/model.fp16-00001-of-00002.safetensors 1', 'model.fp16-00001-of-00002.safetensors 1', 'alone 1']);
    assert.deepEqual(await found([binary(`out/${variant}`), binary('out/model.safetensors', 'modified')], { paths, besides }), ['out/model.fp16-00001-of-00002.safetensors 1', 'out 1']);
    assert.deepEqual(await found([binary('out/model-chat.safetensors')], { paths }), ['out/model-chat.safetensors 1']);
  });

  it('are whole diffusers pipelines', async () => {
    assert.deepEqual(await found([added('sd/model_index.json', '{}'), binary('sd/unet/diffusion_pytorch_model.safetensors'), binary('sd/vae/diffusion_pytorch_model.safetensors')]), ['sd 1']);
    assert.deepEqual(await found([binary('sd/unet/diffusion_pytorch_model.safetensors')], { paths: new Set(['sd/model_index.json']) }), ['sd 1']);
  });

  it('are not states of training, tokenizers, fixtures or other people\'s folders', async () => {
    assert.deepEqual(await found(['out/optimizer.pt', 'out/training_args.bin', 'out/rng_state.pth', 'out/tokenizer.model', 'out/optimizer.safetensors', 'out/random_states_0.safetensors', 'q/model-imatrix.gguf', 'q/imatrix.gguf', 'q/ggml-vocab-llama.gguf', 'tests/data/model.safetensors', 'a/fixtures/x.gguf', 'node_modules/x/model.safetensors', 'data/train.bin', 'a.headcheck.json'].map((path) => binary(path))), []);
  });

  it('count when their config changes or a shard goes, where the repository is known to hold weights', async () => {
    const paths = new Set(['out/config.json', 'out/model-00001-of-00002.safetensors', 'other/config.json']);
    const config = changed('out/config.json', '{"tie_word_embeddings": true}', 1);
    assert.deepEqual(await found([config]), []);
    assert.deepEqual(await found([config, changed('other/config.json', '{"a": 1}', 1)], { paths }), ['out 1']);
    assert.deepEqual(await found([binary('out/model-00002-of-00002.safetensors', 'removed')], { paths }), ['out 1']);
    assert.deepEqual(await found([{ ...binary('new/model-00002-of-00002.safetensors', 'renamed'), previousPath: 'out/model-00002-of-00002.safetensors' }], { paths }), ['new 1', 'out 1']);
    assert.deepEqual(await found([binary('gone/model.safetensors', 'removed'), binary('x.gguf', 'removed')], { paths }), []);
  });

  it('are what paths in changed files mean; other paths mean nothing', async () => {
    const files = [binary('out/ckpt/model.safetensors'), added('configs/a.yaml', 'model_name_or_path: ./out/ckpt\nbase_model: ../out/ckpt/\nref_model: out/other\n'), added('a.py', 'AutoModel.from_pretrained("out/ckpt")')];
    const { references } = await discover({ files, body: null, config: [], paths: new Set() });
    assert.deepEqual(references, [{ reference: 'out/ckpt', base: null, kind: 'files', isWeak: false, origin: { path: 'out/ckpt/model.safetensors', line: 1 }, alsoAt: [{ path: 'configs/a.yaml', line: 1 }, { path: 'configs/a.yaml', line: 2 }, { path: 'a.py', line: 1 }] }]);
  });

  it('bring their base with them', async () => {
    const card = '---\nbase_model: org-x/base\n---\nSee https://huggingface.co/org-x/other\n';
    assert.deepEqual(await found([binary('lora/adapter_model.safetensors'), added('lora/README.md', card), added('lora/adapter_config.json', '{"base_model_name_or_path": "org-x/base"}')]), ['lora 1', 'hf://org-x/other 4']);
    assert.deepEqual(await found([added('lora/README.md', card)]), ['hf://org-x/base 2', 'hf://org-x/other 4']);
  });

  it('are what the card beside them shows how to load; it names their base also in its text', async () => {
    const card = '---\nbase_model: org-x/base\n---\nTuned from [base](https://huggingface.co/org-x/base), unlike https://huggingface.co/org-x/other\n```python\nm = AutoModel.from_pretrained("org-x/own")\n```\nhttps://huggingface.co/org-x/own\n';
    assert.deepEqual(await found([binary('out/model.safetensors'), added('out/README.md', card)]), ['out 1', 'hf://org-x/other 4']);
    assert.deepEqual(await found([added('out/README.md', card)]), ['hf://org-x/base 2', 'hf://org-x/other 4', 'hf://org-x/own 6']);
    assert.deepEqual(await found([binary('out/model.safetensors'), added('out/train.py', 'AutoModel.from_pretrained("org-x/base")\n')]), ['out 1', 'hf://org-x/base 1']);
  });

  it('a folder of the repository is no repository of the Hub', async () => {
    const files = [added('a.yaml', 'model_name_or_path: acme/llama\nbase_model: acme/other\n')];
    assert.deepEqual(await found(files, { paths: new Set(['acme/llama/config.json']) }), ['hf://acme/other 2']);
    assert.deepEqual(await found(files, { exists: async (path) => path === 'acme/llama' }), ['hf://acme/other 2']);
  });

  it('what may be either is told, and not checked, where no one knows the repository\'s folders', async () => {
    const files = [added('a/b.yaml', 'base_model: acme/llama\nref_model: acme/llama\nreward_model: hf://acme/reward\nteacher_model: acme/reward\n'), added('a.py', 'AutoModel.from_pretrained("gpt2")')];
    const { references, undecided } = await discover({ files, body: '```python\nAutoModel.from_pretrained("acme/of-body")\n```', config: [] });
    assert.deepEqual(references.map(({ reference }) => reference), ['hf://acme/reward']);
    assert.deepEqual(undecided, [
      { reference: 'hf://acme/llama', origin: { path: 'a/b.yaml', line: 1 } }, { reference: 'hf://openai-community/gpt2', origin: { path: 'a.py', line: 1 } }, { reference: 'hf://acme/of-body', origin: null },
    ]);
    const half = await discover({ files, body: null, config: [], exists: async (path) => (path.startsWith('a/') ? null : false) });
    assert.deepEqual(half.references.map(({ reference }) => reference), ['hf://acme/reward', 'hf://openai-community/gpt2']);
  });

  it('is not asked for where a card speaks of the weights beside it', async () => {
    const { undecided } = await discover({ files: [binary('out/model.safetensors'), added('out/README.md', '---\nbase_model: org-x/base\n---\n')], body: null, config: [] });
    assert.deepEqual(undecided, []);
  });
});

describe('a base beside a checkpoint', () => {
  const based = async (files: Parameters<typeof discover>[0]['files'], paths: readonly string[] = []): Promise<unknown[]> =>
    (await discover({ files, body: null, config: [], paths: new Set(paths) })).references.map(({ reference, base, origin }) => [reference, base, origin?.line]);

  it('is what that was made from, and is not checked', async () => {
    const workflow = 'jobs:\n  a:\n    steps:\n      - uses: org-x/headcheck@v1\n        with:\n          checkpoint: hf://org-x/one\n          base: hf://org-x/base@v1\n      - uses: org-x/headcheck@v1\n        with: { base: "https://huggingface.co/org-x/base" }\n      - run: headcheck check hf://org-x/run --base hf://org-x/base\n';
    assert.deepEqual(await based([added('.github/workflows/a.yml', workflow)]), [['hf://org-x/one', 'hf://org-x/base@v1', 6]]);
    const config = 'checkpoints:\n  - base: ./ml/base/\n    reference: hf://org-x/one\n  - reference: https://huggingface.co/org-x/two\n    base: ../elsewhere\n  - reference: hf://org-x/three\n    base: ./absent\n';
    assert.deepEqual(await based([added('ml/checks.yml', config)], ['ml/base/config.json']), [['hf://org-x/one', 'ml/base', 3], ['hf://org-x/two', null, 4], ['hf://org-x/three', null, 6]]);
    assert.deepEqual(await based([added('a.json', '{"reference": "hf://org-x/one", "base": "hf://org-x/base"}'), added('a.toml', '[a]\nreference = "hf://org-x/two"\nbase = "hf://org-x/base"\n')]), [['hf://org-x/one', 'hf://org-x/base', 1], ['hf://org-x/two', 'hf://org-x/base', 2]]);
    assert.deepEqual(await based([added('pod.yaml', 'command: [headcheck, check, --base, hf://org-x/base, --base=hf://org-x/base2, hf://org-x/one]\n')]), []);
  });

  it('changes what is to be checked where it changes', async () => {
    const config = 'checkpoints:\n  - reference: hf://org-x/one\n    base: hf://org-x/base\n  - reference: hf://org-x/two\n';
    assert.deepEqual(await based([changed('checks.yml', config, 3)]), [['hf://org-x/one', 'hf://org-x/base', 3]]);
  });

  it('is none to check in a hunk that does not show the checkpoint', async () => {
    const hunk = (...lines: string[]) => based([{ path: 'checks.yml', status: 'modified', patch: `@@ -5,0 +5,${lines.length} @@\n${lines.map((line) => `+${line}`).join('\n')}` }]);
    assert.deepEqual(await hunk('    base: hf://org-x/base'), []);
    assert.deepEqual(await hunk('  - reference: hf://org-x/one', '    base: hf://org-x/base'), [['hf://org-x/one', 'hf://org-x/base', 5]]);
  });
});

describe('the body', () => {
  it('names checkpoints by address, link and code', async () => {
    const body = 'Releases hf://org-x/one@v1 and [two](https://huggingface.co/org-x/two).\r\n\r\n```yaml\r\nbase_model: org-x/three\r\n```\r\norg-x/four, #5, @org-x\n';
    const { references } = await discover({ files: [], body, config: [], paths: new Set() });
    assert.deepEqual(references.map(({ reference, kind, origin }) => [reference, kind, origin]), [['hf://org-x/one@v1', 'body', null], ['hf://org-x/two', 'body', null], ['hf://org-x/three', 'body', null]]);
  });

  it('is not what a bot quotes, nor a template\'s comment', async () => {
    const body = `Bumps [transformers](https://github.com/huggingface/transformers) from 4.57 to 5.18.
<details>
<summary>Release notes</summary>
<blockquote>

[New model](https://huggingface.co/org-x/quoted) and hf://org-x/quoted

</blockquote>
</details>

> hf://org-x/cited

<!-- Link the model: hf://org-x/example -->

hf://org-x/mine
`;
    assert.deepEqual(await found([], { body }), ['hf://org-x/mine']);
  });
});

describe('the body, as GitHub shows it', () => {
  it('is what was ticked, not what a template offers', async () => {
    assert.deepEqual(await found([], { body: '- [x] hf://org-x/ticked\n- [ ] hf://org-x/open\n  * [X] hf://org-x/nested\n1. [ ] hf://org-x/numbered\n' }), ['hf://org-x/ticked', 'hf://org-x/nested']);
  });

  it('is not how a quotation goes on', async () => {
    assert.deepEqual(await found([], { body: '> They said\nhf://org-x/lazily\n\nhf://org-x/answer\n\n> again\n- hf://org-x/item\n\n>\nhf://org-x/after-nothing\n' }), ['hf://org-x/answer', 'hf://org-x/item', 'hf://org-x/after-nothing']);
  });

  it('goes on after marks of HTML that are code', async () => {
    assert.deepEqual(await found([], { body: 'Use `<details>` and `<!--`.\n\nhf://org-x/one\n' }), ['hf://org-x/one']);
  });
});

describe('the notes of a release', () => {
  const inNotes = async (body: string): Promise<string[]> => await found([], { body, isNotes: true });

  it('are the maintainers\' own words, also where they are folded, quoted or linked in HTML', async () => {
    const named = ['<details><summary>Checkpoints</summary>\n\nhttps://huggingface.co/org-x/one\n\n</details>', '> **Weights**: https://huggingface.co/org-x/one', '<a href="https://huggingface.co/org-x/one">weights</a>', "<p align=center><a target=_blank href='https://huggingface.co/org-x/one'><b>weights</b></a>", '- [ ] https://huggingface.co/org-x/one', '    https://huggingface.co/org-x/one', '```\nhttps://huggingface.co/org-x/one\n```', '<details>\n\n```python\nAutoModel.from_pretrained("org-x/one")\n```\n</details>', '```\nmodel = AutoModel.from_pretrained("org-x/one")\n```'];
    for (const body of named) assert.deepEqual(await inNotes(body), ['hf://org-x/one'], body);
  });

  it('name nothing in comments, in commands, in code that is not read, in pictures, nor in what is struck out', async () => {
    const body = '<!-- https://huggingface.co/org-x/a -->\n```sh\nhf download org-x/b\ncurl https://huggingface.co/org-x/c\n```\n```html\n<a href="https://huggingface.co/org-x/d">\n```\n`<a href="https://huggingface.co/org-x/e">`\n<img src="https://huggingface.co/org-x/f">\n~~https://huggingface.co/org-x/g~~\n<a href="https://huggingface.co/datasets/org-x/h">data</a> <a href="docs/x.md">more</a>\n';
    assert.deepEqual(await inNotes(body), []);
  });

  it('are read with more in them than the body of a pull request is', async () => {
    const body = '<a href="https://huggingface.co/org-x/a">a</a>\n\n    https://huggingface.co/org-x/b\n\n```\nhttps://huggingface.co/org-x/c\n```\n';
    assert.deepEqual(await found([], { body }), []);
    assert.deepEqual(await inNotes(body), ['hf://org-x/a', 'hf://org-x/b', 'hf://org-x/c']);
  });
});

describe('the config file', () => {
  it('adds what it lists, and the base of what was found elsewhere', async () => {
    const config = [
      { reference: './out/', base: 'hf://org-x/base', origin: { path: '.github/headcheck.yml', line: 3 } },
      { reference: 'hf://org-x/listed', base: null, origin: { path: '.github/headcheck.yml', line: 5 } },
    ];
    const { references } = await discover({ files: [binary('out/model.safetensors')], body: null, config, paths: new Set() });
    assert.deepEqual(references.map(({ reference, base, kind }) => [reference, base, kind]), [['out', 'hf://org-x/base', 'files'], ['hf://org-x/listed', null, 'config']]);
    assert.deepEqual(references[0]?.alsoAt, [config[0]?.origin]);
  });

  it('wins with its base over one that stands beside the reference elsewhere', async () => {
    const origin = { path: '.github/headcheck.yml', line: 3 };
    const config = [{ reference: 'hf://org-x/one', base: 'hf://org-x/b1', origin }, { reference: 'hf://org-x/one', base: 'hf://org-x/b2', origin }];
    const { references } = await discover({ files: [added('a.yml', '- checkpoint: hf://org-x/one\n  base: hf://org-x/other\n')], body: null, config, paths: new Set() });
    assert.deepEqual(references.map(({ reference, base }) => [reference, base]), [['hf://org-x/one', 'hf://org-x/b1'], ['hf://org-x/one', 'hf://org-x/b2']]);
  });

  it('is not itself searched', async () => {
    assert.deepEqual(await found([added('.github/headcheck.yml', 'checkpoints:\n  - reference: hf://org-x/a\n    base: hf://org-x/b\n')]), []);
  });
});

describe('a mirror of the Hub', () => {
  it('is recognised by its address', async () => {
    const files = [added('a.yaml', 'source: http://127.0.0.1:8080/org-x/one/tree/v1\n')];
    assert.deepEqual(await found(files, { hubEndpoint: 'http://127.0.0.1:8080' }), ['hf://org-x/one@v1 1']);
    assert.deepEqual(await found(files), []);
  });
});
