import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { discover } from '../../src/discovery/discover.ts';
import { added, changed, found } from './support.ts';
import type { ChangedFile, Discovery } from '../../src/discovery/discover.ts';

const discovered = (file: ChangedFile): Promise<Discovery> => discover({ files: [file], body: null, config: [], paths: new Set() });
/** Where it is said that a file could not be parsed. */
const unparsed = async (file: ChangedFile): Promise<string[]> => (await discovered(file)).unparsed.map(({ path, line }) => `${path} ${line}`);

/** Texts that a parser does not take, the line at which it stops, and what they name all the same. */
const broken: readonly (readonly [title: string, path: string, content: string, at: number, ...expected: string[]])[] = [
  ['YAML of a template for Helm', 'chart/train.yaml', 'x: 1\n{{- if .Values.base }}\nmodel_name_or_path: org-x/one\n{{- end }}\nteacher_model: org-x/two\n', 2, 'hf://org-x/one 3', 'hf://org-x/two 5'],
  ['YAML of a template for Jinja', 'train.yml', '{% if a %}\nbase_model: "org-x/one"\n{% endif %}\n', 1, 'hf://org-x/one 2'],
  ['below what names no model, where a template goes on with it', 'train.yaml', 'tokenizer:\n  kind: fast\n{{- if .x }}\n  model_name_or_path: org-x/one\n{{- end }}\nlink: hf://org-x/two\n', 3, 'hf://org-x/two 6'],
  ['YAML with a bracket that stays open', 'train.yaml', 'model_name_or_path: org-x/one\nsteps: 3\n  bad: [\n', 2, 'hf://org-x/one 1'],
  ['one document of several', 'train.yaml', 'model: org-x/one\nrevision: v2\n---\nmodel: org-x/weak\nbase_model: org-x/two\na: [\n---\nmodel: org-x/three\n', 6, 'hf://org-x/one@v2 1', 'hf://org-x/two 5', 'hf://org-x/three 8'],
  ['text of many lines in broken YAML', 'train.yaml', 'run: |\n  base_model: org-x/one\na: b: c\n', 3],
  ['JSON without its end', 'train.json', '{"model_name_or_path": "org-x/one",\n"teacher_model": "org-x/two" },\n"a": [1\n', 1, 'hf://org-x/one 1', 'hf://org-x/two 2'],
  ['TOML', 'train.toml', 'base_model = "org-x/one"\n[tokenizer]\nbase_model = "org-x/two"\n[b]\nbase_model = "org-x/three"\na = \n', 6, 'hf://org-x/one 1', 'hf://org-x/three 5'],
  ['brackets that are too deep', 'train.toml', `base_model = "org-x/one"\na = ${'['.repeat(100)}\n`, 1, 'hf://org-x/one 1'],
  ['nesting that is too deep', 'train.yaml', `base_model: org-x/one\na: ${'['.repeat(300)}\n`, 1, 'hf://org-x/one 1'],
  ['the front matter of a card', 'README.md', '---\nbase_model: org-x/one\nteacher_model: org-x/none\ntags: [a\n---\nhttps://huggingface.co/org-x/two\n', 4, 'hf://org-x/one 2', 'hf://org-x/two 6'],
  ['Python with a bracket that stays open', 'a.py', 'f(1,\nm = AutoModel.from_pretrained("org-x/one")\n', 1, 'hf://org-x/one 2'],
  ['Python with a text that does not end', 'a.py', 'm = AutoModel.from_pretrained("org-x/one")\nx = """\nm = AutoModel.from_pretrained("org-x/two")\n', 2, 'hf://org-x/one 1'],
];

describe('what cannot be parsed', () => {
  for (const [title, path, content, at, ...expected] of broken) {
    it(`is said, and its lines are read by themselves: ${title}`, async () => {
      const file = added(path, content);
      assert.deepEqual([await found([file]), await unparsed(file)], [expected, [`${path} ${at}`]]);
    });
  }

  it('is nothing to say of where the change does not touch it', async () => {
    const content = '---\ntags: [a\n---\nhttps://huggingface.co/org-x/two\n';
    assert.deepEqual(await unparsed(changed('README.md', content, 4)), []);
    assert.deepEqual(await unparsed(changed('README.md', content.replace('tags', 'model'), 2, 4)), ['README.md 2']);
    const documents = 'model: org-x/one\n---\nmodel: [\n';
    assert.deepEqual([await unparsed(changed('a.yaml', documents, 1)), await unparsed(changed('a.yaml', documents, 3))], [[], ['a.yaml 3']]);
  });

  it('is nothing to say of examples in prose, of comments in JSON and of values that a template fills in', async () => {
    assert.deepEqual(await unparsed(added('guide.md', '```yaml\nmodel: [\n```\nhttps://huggingface.co/org-x/two\n')), []);
    assert.deepEqual(await unparsed(added('a.json', '{\n// a model\n"base_model": "org-x/one"\n}\n')), []);
    assert.deepEqual(await unparsed(added('a.yaml', 'base_model: org-x/one\nname: {{ .Values.name | quote }}\n')), []);
    assert.deepEqual(await unparsed(added('a.py', 'x = f"{a["b"]}" # (\ny = "(" + \'"""\'\nbase_model = "org-x/one"\n')), []);
  });
});
