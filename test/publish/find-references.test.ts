import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { connect, type GitHub } from '../../src/publish/client.ts';
import { findReferences } from '../../src/publish/find-references.ts';
import { plain } from '../../src/report/report.ts';
import { parseConfigFile } from '../../src/settings/config-file.ts';
import { FakeGitHub } from '../support/github/fake-github.ts';
import { addedFile, addPull } from '../support/github/pull.ts';
import { failure } from '../support/github/route.ts';
import type { PullRequest } from '../support/github/state.ts';

/** What is found, and what is said of it. */
interface Seen { readonly references: string[]; readonly notices: string[] }

describe('what a change refers to', () => {
  let fake: FakeGitHub;
  let github: GitHub;
  let pull: PullRequest;
  let workspace: string;

  beforeEach(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'headcheck-find-'));
    fake = await FakeGitHub.start();
    pull = addPull(fake.state, 7);
    fake.token('reader', 'github-actions[bot]', ['pull_requests:read', 'contents:read']);
    github = await connect({ apiUrl: fake.api, serverUrl: 'https://github.com', token: 'reader', repository: 'octo-org/octo-model' }, { proxy: null, patience: 0 });
  });
  afterEach(async () => {
    await fake.close();
    await rm(workspace, { recursive: true });
  });

  const find = async (checkout: string | null = null, config: ReturnType<typeof parseConfigFile> | null = null): Promise<Seen> => {
    const { references, notices } = await findReferences(github, { head: pull.headSha, change: { pullRequest: 7, base: pull.baseSha }, body: null, release: null }, config, null, checkout);
    return { references: references.map(({ reference, origin }) => `${reference} ${origin?.line}`), notices: notices.map(({ severity, message, location }) => `${severity} ${location?.path}:${location?.line} ${plain(message)}`) };
  };
  /** The pull request adds a file; the commit has others beside it. */
  const adds = (path: string, lines: readonly string[], ...others: readonly string[]): void => {
    pull.files = [addedFile(path, lines)];
    fake.state.files.set(pull.headSha, new Map([[path, lines.join('\n')], ...others.map((other): [string, string] => [other, ''])]));
  };

  it('is not what the config file says, however that is named, and though the one that decides lists nothing', async () => {
    const lines = ['checkpoints:', '  - reference: hf://org/new', '    base: hf://org/base', '# see https://huggingface.co/org/base', 'model_name_or_path: hf://org/stray'];
    adds('ml/checks.yml', lines);
    for (const name of ['ml/checks.yml', './ml/checks.yml', 'ml\\checks.yml', join(workspace, 'ml/checks.yml')]) {
      for (const checkout of [null, workspace]) {
        const config = parseConfigFile('fail-on: error\n', name, { rules: [], today: '2026-01-01' });
        assert.deepEqual(await find(checkout, config), { references: [], notices: [] }, name);
      }
    }
    assert.deepEqual(await find(join(workspace, 'ml'), parseConfigFile('', 'checks.yml', { rules: [], today: '2026-01-01' })), { references: [], notices: [] });
    assert.deepEqual((await find(null, parseConfigFile('', 'other/checks.yml', { rules: [], today: '2026-01-01' }))).references, ['hf://org/new 2', 'hf://org/stray 5']);
  });

  it('is each file of weights that its folder\'s checkpoint does not take, by itself', async () => {
    const adding = async (path: string, ...others: readonly string[]): Promise<string[]> => {
      pull.files = [{ filename: path, status: 'added' }];
      fake.state.files.set(pull.headSha, new Map([path, ...others].map((one): [string, string] => [one, ''])));
      return (await find()).references;
    };
    assert.deepEqual(await adding('out/model.fp16.safetensors', 'out/model.safetensors', 'out/config.json'), ['out/model.fp16.safetensors 1']);
    assert.deepEqual(await adding('out/model-chat.safetensors', 'out/model.safetensors', 'out/config.json'), ['out/model-chat.safetensors 1']);
    assert.deepEqual(await adding('out/model.fp16.safetensors', 'out/config.json'), ['out 1']);
    assert.deepEqual(await adding('out/optimizer.pt', 'out/model.safetensors'), []);
  });

  it('is each set of a release\'s assets by itself', async () => {
    fake.state.releases.push({ id: 3, tag: 'v1', name: 'v1', body: '', assets: ['a.safetensors', 'config.json', 'b-00001-of-00001.safetensors', 'best.pt', 'optimizer.pt'].map((name, i) => ({ id: 31 + i, name, content: new Uint8Array(8) })) });
    const { references } = await findReferences(github, { head: pull.headSha, change: null, body: '> hf://org/quoted', release: 'v1' }, null, null, null);
    assert.deepEqual(references.map(({ reference, isWeak }) => [reference, isWeak]), [['hf://org/quoted', false], ['release://v1/a.safetensors', false], ['release://v1/b-00001-of-00001.safetensors', false], ['release://v1/best.pt', true]]);
  });

  describe('by a name that may also be a folder', () => {
    beforeEach(() => { adds('train/a.yaml', ['model_name_or_path: ml/llama', 'ref_model: acme/base'], 'ml/llama/config.json', 'train/acme/other/x.txt'); });
    /** As GitHub answers for a repository of very many files: the whole list, which is asked for first, is cut. */
    const cut = (): void => {
      let isFirst = true;
      fake.rewrite = (path, body) => {
        const isCut = isFirst && path.endsWith(`/git/trees/${pull.headSha}`);
        if (isCut) isFirst = false;
        return isCut ? { ...Object(body), tree: [], truncated: true } : body;
      };
    };

    it('is that folder where the repository has it', async () => {
      assert.deepEqual(await find(), { references: ['hf://acme/base 2'], notices: [] });
    });

    it('is looked up folder by folder where GitHub cuts the list of files', async () => {
      cut();
      assert.deepEqual(await find(), { references: ['hf://acme/base 2'], notices: [] });
    });

    it('is looked up in the workspace, which may have what the commit has not', async () => {
      await mkdir(join(workspace, 'acme/base'), { recursive: true });
      assert.deepEqual(await find(workspace), { references: [], notices: [] });
    });

    it('is decided by a checkout where GitHub does not show the files, and else left alone, with a note', async () => {
      fake.faults.push({ method: 'GET', path: /\/git\/trees\//, times: 99, answer: failure(403, 'Resource not accessible by integration') });
      await mkdir(join(workspace, 'ml/llama'), { recursive: true });
      const note = (reference: string, line: number): RegExp => new RegExp(`^note train/a\\.yaml:${line} ${reference} was not checked: the name may also be a folder of the repository`);
      const without = await find(workspace);
      assert.deepEqual(without.references, []);
      assert.match(without.notices.join('\n'), note('hf://acme/base', 2));
      assert.equal(without.notices.length, 1, 'the workspace has the other');
      await mkdir(join(workspace, '.git'));
      await writeFile(join(workspace, '.git/HEAD'), 'ref: refs/heads/main\n');
      assert.deepEqual(await find(workspace), { references: ['hf://acme/base 2'], notices: [] });
      await mkdir(join(workspace, '.git/info'));
      await writeFile(join(workspace, '.git/info/sparse-checkout'), '/*\n');
      assert.equal((await find(workspace)).notices.length, 1);
      const nowhere = await find();
      assert.deepEqual(nowhere.references, []);
      assert.match(nowhere.notices.join('\n'), note('hf://ml/llama', 1));
    });

    it('is no pass where GitHub fails', async () => {
      cut();
      const before = fake.rewrite;
      fake.rewrite = (path, body) => {
        if (path.endsWith(`/git/trees/${pull.headSha}`)) fake.faults.push({ method: 'GET', path: /\/git\/trees\//, times: 99, answer: failure(500, 'Oops') });
        return before(path, body);
      };
      const { references, notices } = await find();
      assert.deepEqual(references, []);
      assert.equal(notices.filter((notice) => notice.startsWith('error')).length, 1);
      assert.match(notices.join('\n'), /^error \S+ Which folders the repository has could not be looked up: GitHub failed/m);
    });
  });

  describe('in many files', () => {
    /** Each names a model by a key that is weak, and its revision where the hunk does not show it. */
    const changes = (count: number): void => {
      const paths = Array.from({ length: count }, (_, i) => `c/${i}.yaml`);
      const text = (i: number): string => `model: org/m${i % 40}\n${'a: 1\n'.repeat(6)}revision: v2\n`;
      pull.files = paths.map((filename, i) => ({ filename, status: 'modified', patch: `@@ -1,4 +1,4 @@\n-model: org/old\n+model: org/m${i % 40}\n a: 1\n a: 1\n a: 1` }));
      fake.state.files.set(pull.headSha, new Map(paths.map((path, i) => [path, text(i)])));
    };

    it('is read from all of them', async () => {
      changes(150);
      const { references, notices } = await find();
      assert.deepEqual([new Set(references), notices], [new Set(Array.from({ length: 40 }, (_, i) => `hf://org/m${i}@v2 1`)), []]);
    });

    it('is not all known where there are more than are read', async () => {
      changes(1_010);
      const { notices } = await find();
      assert.match(notices.join('\n'), /^error \S+ 10 changed files could not be read, so not all that they refer to may be found: c\/1000\.yaml.* 1,010 changed files may refer to something outside of the lines that the diff shows, and no more than 1,000 of them are read\. Name what/);
      assert.equal(notices.length, 1);
    });
  });

  it('is only partly known where a file cannot be parsed, which is told', async () => {
    adds('train.yaml', ['model_name_or_path: org/broken', 'steps: 3', 'bad: [']);
    const { references, notices } = await find();
    assert.deepEqual(references, ['hf://org/broken 1']);
    assert.match(notices.join('\n'), /^note train\.yaml:3 train\.yaml could not be parsed from line 3 on\. Of its changed lines only those count that name a model by themselves/);
  });

  describe('beside weights that it leaves as they are, in a repository of which GitHub does not list all files', () => {
    /** Folders so many that they are not listed one by one either. */
    const others = Array.from({ length: 70 }, (_, i): [string, string] => [`pkg${i}/a.txt`, '']);
    let cuts: number;
    beforeEach(() => {
      pull.files = [
        { filename: 'out/config.json', status: 'modified', patch: '@@ -1 +1 @@\n-{}\n+{"vocab_size": 1}' },
        { filename: 'two/model-00002-of-00002.safetensors', status: 'removed' },
        { filename: 'three/elsewhere.safetensors', status: 'renamed', previous_filename: 'three/model-00001-of-00002.safetensors' },
        { filename: 'pipe/unet/config.json', status: 'modified', patch: '@@ -1 +1 @@\n-{}\n+{"vocab_size": 1}' },
        { filename: 'web/config.json', status: 'modified', patch: '@@ -1 +1 @@\n-{}\n+{"port": 1}' },
        { filename: 'gone/model.safetensors', status: 'removed' },
      ];
      fake.state.files.set(pull.headSha, new Map([
        ...others, ['out/config.json', '{}'], ['out/model.safetensors', ''], ['two/model-00001-of-00002.safetensors', ''], ['three/model-00002-of-00002.safetensors', ''], ['three/elsewhere.safetensors', ''],
        ['pipe/unet/config.json', '{}'], ['pipe/unet/diffusion_pytorch_model.safetensors', ''], ['pipe/model_index.json', '{}'], ['web/config.json', '{}'],
      ]));
      cuts = 1;
      fake.rewrite = (path, body) => (path.endsWith(`/git/trees/${pull.headSha}`) && cuts-- > 0 ? { ...Object(body), tree: [], truncated: true } : body);
    });
    const all = ['out 1', 'pipe 1', 'three 1', 'three/elsewhere.safetensors 1', 'two 1'];

    it('is that checkpoint, by the folders concerned', async () => {
      const { references, notices } = await find();
      assert.deepEqual([references.sort(), notices], [all, []]);
    });

    it('is that checkpoint, by a checkout', async () => {
      cuts = 99;
      for (const path of fake.state.files.get(pull.headSha)?.keys() ?? []) {
        await mkdir(join(workspace, path, '..'), { recursive: true });
        await writeFile(join(workspace, path), '');
      }
      await mkdir(join(workspace, '.git'));
      await writeFile(join(workspace, '.git/HEAD'), 'ref: refs/heads/main\n');
      const { references, notices } = await find(workspace);
      assert.deepEqual([references.sort(), notices], [all, []]);
    });

    it('is told of where nothing says whether weights lie there', async () => {
      cuts = 99;
      await mkdir(join(workspace, 'out'));
      await writeFile(join(workspace, 'out/model.safetensors'), '');
      const { references, notices } = await find(workspace);
      assert.deepEqual(references.sort(), ['out 1', 'three/elsewhere.safetensors 1']);
      assert.equal(notices.length, 1);
      assert.match(notices[0] ?? '', /^note undefined:undefined Whether weights lie beside them could not be looked up, so the checkpoints of these changed files were not checked, if there are any: two\/model-00002-of-00002\.safetensors, three\/model-00001-of-00002\.safetensors, pipe\/unet\/config\.json and 2 more\. /);
    });
  });
});
