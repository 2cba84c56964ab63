import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FakeGitHub } from '../support/github/fake-github.ts';
import { addedFile, addPull } from '../support/github/pull.ts';
import { push } from '../support/github/state.ts';
import { startHub, type Hub } from '../support/hub/hub.ts';
import { safetensors } from '../support/hub/safetensors.ts';

const config = JSON.stringify({ architectures: ['LlamaForCausalLM'], model_type: 'llama', vocab_size: 32, hidden_size: 8, num_hidden_layers: 0, num_attention_heads: 1, tie_word_embeddings: false });
const BODY = { 'model.embed_tokens.weight': ['BF16', [32, 8]], 'model.norm.weight': ['BF16', [8]] } as const;

describe('`headcheck review`, from any CI', () => {
  let fake: FakeGitHub;
  let hub: Hub;
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'headcheck-ci-'));
    hub = await startHub({ repos: {
      'org/broken': { files: { 'config.json': config, 'model.safetensors': safetensors(BODY) } },
      'org/other-broken': { files: { 'config.json': config, 'model.safetensors': safetensors(BODY) } },
      'org/whole': { files: { 'config.json': config, 'model.safetensors': safetensors({ ...BODY, 'lm_head.weight': ['BF16', [32, 8]] }) } },
    } });
    fake = await FakeGitHub.start();
    fake.token('pat', 'release-bot', ['pull_requests:write', 'contents:read']);
  });
  after(async () => {
    await hub.close();
    await fake.close();
    await rm(directory, { recursive: true });
  });

  const review = async (...args: string[]): Promise<{ code: unknown; out: string }> => {
    const child = spawn(process.execPath, [resolve('build/src/cli.js'), 'review', '--repo', 'octo-org/octo-model', '--api-url', fake.api, ...args], {
      cwd: directory, env: { PATH: process.env['PATH'], CI: 'true', HF_ENDPOINT: hub.endpoint, GITHUB_TOKEN: 'pat' },
    });
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { out += chunk.toString('utf8'); });
    const [code]: unknown[] = await once(child, 'close');
    return { code, out };
  };

  it('checks what the pull request refers to, comments as whoever the token is, and keeps the comment up to date', async () => {
    const pull = addPull(fake.state, 7, { files: [addedFile('train.yaml', ['model_name_or_path: org/broken'])] });
    fake.state.files.set(pull.headSha, new Map([['train.yaml', 'model_name_or_path: org/broken\n']]));
    const first = await review('--pull-request', '7');
    assert.equal(first.code, 1, first.out);
    assert.match(first.out, /^Commented: https:\/\/github\.com\/octo-org\/octo-model\/pull\/7#issuecomment-\d+; reviewed on 1 place\.$/m);
    assert.deepEqual(fake.state.comments.map(({ author }) => author), ['release-bot']);
    assert.deepEqual(fake.state.reviewComments.map(({ path, line }) => [path, line]), [['train.yaml', 1]]);
    pull.files = [addedFile('train.yaml', ['model_name_or_path: org/whole'])];
    const second = await review('--pull-request', '7');
    assert.equal(second.code, 0, second.out);
    assert.match(second.out, /^Updated the comment: [^;]*; marked 1 finding as fixed\.$/m);
    assert.equal(fake.state.comments.length, 1);
    assert.equal(fake.state.reviewComments[0]?.minimized, 'RESOLVED');
  });

  it('says of what may mean something else, and is no model, just that', async () => {
    const lines = ['model: org/nowhere', 'ref_model: org/whole'];
    const pull = addPull(fake.state, 13, { files: [addedFile('serve.yaml', lines)], headSha: 'd'.repeat(40) });
    fake.state.files.set(pull.headSha, new Map([['serve.yaml', lines.join('\n')]]));
    const { code, out } = await review('--pull-request', '13', '--comment', 'never', '--review', 'off', '--output', 'weak.json');
    assert.equal(code, 0, out);
    const report: unknown = JSON.parse(await readFile(join(directory, 'weak.json'), 'utf8'));
    assert.match(JSON.stringify(report), /"severity":"note","message":"`hf:\/\/org\/nowhere` was not checked, as the line that names it may mean something else: There is no public model org\/nowhere on the Hub\.[^"]*","location":\{"path":"serve\.yaml","line":1\}/);
    assert.doesNotMatch(JSON.stringify(report), /"reference":"hf:\/\/org\/nowhere","revision"/);
    assert.match(JSON.stringify(report), /"about":\{"reference":"hf:\/\/org\/nowhere","base":null\}/);
    pull.files = [addedFile('serve.yaml', [...lines, 'model_name_or_path: org/nowhere'])];
    assert.equal((await review('--pull-request', '13', '--comment', 'never', '--review', 'off')).code, 2, 'another line says that it is a model');
    pull.files = [addedFile('serve.yaml', ['model: org/whole', 'revision: v9'])];
    assert.equal((await review('--pull-request', '13', '--comment', 'never', '--review', 'off')).code, 2, 'a model without the revision is a model');
  });

  it('checks what is named instead', async () => {
    addPull(fake.state, 8);
    const { code, out } = await review('hf://org/broken', '--pull-request', '8', '--review', 'off');
    assert.equal(code, 1, out);
    assert.match(fake.state.comments.find(({ issue }) => issue === 8)?.body ?? '', /lm_head\.weight/);
  });

  it('reads the releases of the repository that it is told of', async () => {
    addPull(fake.state, 9);
    fake.state.releases.push({ id: 3, tag: 'v1', name: 'v1', body: '', assets: [['config.json', Buffer.from(config)] as const, ['model.safetensors', safetensors(BODY)] as const].map(([name, content], i) => ({ id: 31 + i, name, content })) });
    const { code, out } = await review('release://v1', '--pull-request', '9', '--review', 'off');
    assert.equal(code, 1, out);
    assert.match(fake.state.comments.find(({ issue }) => issue === 9)?.body ?? '', /`release:\/\/v1` is incomplete: the head `lm_head\.weight` is missing/);
  });

  it('fails only on what is new, where it is asked to', async () => {
    const pull = addPull(fake.state, 10, { headSha: 'c'.repeat(40) });
    fake.state.files.set(pull.headSha, new Map([['train.yaml', 'model_name_or_path: org/broken\n']]));
    const replaces = (old: string): void => {
      pull.files = [{ filename: 'train.yaml', status: 'modified', patch: ['@@ -1,1 +1,1 @@', `-model_name_or_path: ${old}`, '+model_name_or_path: org/broken'].join('\n') }];
      fake.state.files.set(pull.baseSha, new Map([['train.yaml', `model_name_or_path: ${old}\n`]]));
    };
    replaces('org/whole');
    assert.equal((await review('--pull-request', '10', '--only-regressions', '--comment', 'never', '--review', 'off')).code, 1);
    replaces('org/other-broken');
    const { code, out } = await review('--pull-request', '10', '--only-regressions', '--comment', 'always', '--output', 'report.json');
    assert.equal(code, 0, out);
    assert.match(fake.state.comments.find(({ issue }) => issue === 10)?.body ?? '', /on `main at bbbbbbb`/);
    assert.match(await readFile(join(directory, 'report.json'), 'utf8'), /"not new: it is so on main at bbbbbbb too"/);
    assert.equal((await review('hf://org/broken', '--pull-request', '10', '--baseline', 'hf://org/other-broken', '--comment', 'never', '--review', 'off')).code, 0);
  });

  it('pins what it posts to the commit that was checked, though the pull request has moved on', async () => {
    const pull = addPull(fake.state, 11, { headSha: '1'.repeat(40) });
    fake.before = (method, path) => { if (method === 'GET' && path.endsWith('/issues/11/comments')) pull.headSha = '2'.repeat(40); };
    await review('hf://org/broken', '--pull-request', '11', '--review', 'off');
    fake.before = () => undefined;
    const comment = (): string => fake.state.comments.find(({ issue }) => issue === 11)?.body ?? '';
    assert.match(comment(), /head=1{40}/);
    fake.state.comparisons.set(`${pull.baseSha}...${'3'.repeat(40)}`, [addedFile('train.yaml', ['model_name_or_path: org/whole'])]);
    fake.state.files.set('3'.repeat(40), new Map([['train.yaml', 'model_name_or_path: org/whole\n']]));
    const named = await review('--pull-request', '11', '--head', '3'.repeat(40), '--review', 'off', '--check-run', 'headcheck');
    assert.equal(named.code, 0, named.out);
    assert.match(comment(), /head=3{40}/);
    assert.match(named.out, /The token may not make check runs/);
  });

  it('leaves the comment on a newer commit alone, though the job of the older one began later', async () => {
    const [older, newer] = ['4'.repeat(40), '5'.repeat(40)];
    addPull(fake.state, 14, { headSha: older });
    push(fake.state, 14, newer, []);
    const posted = await review('hf://org/whole', '--pull-request', '14', '--head', newer, '--comment', 'always');
    assert.match(posted.out, /^Commented: /m);
    const late = await review('hf://org/broken', '--pull-request', '14', '--head', older, '--comment', 'always');
    assert.match(late.out, /^A newer commit was pushed meanwhile, so nothing was posted\.$/m);
    assert.match(fake.state.comments.find(({ issue }) => issue === 14)?.body ?? '', /^<!-- [^\n]*head=5{40} /);
  });

  it('says what it did, and prints no command of a server', async () => {
    const pull = addPull(fake.state, 12, { files: [addedFile('train.yaml', ['model_name_or_path: org/broken'])] });
    fake.state.files.set(pull.headSha, new Map([['train.yaml', 'model_name_or_path: org/broken\n']]));
    fake.rewrite = (_, body) => JSON.parse(JSON.stringify(body).replaceAll(/"html_url":"[^"]*issuecomment[^"]*"/g, JSON.stringify({ html_url: 'https://github.com/\n::error::pwned\u001b[31m' }).slice(1, -1)));
    const { code, out } = await review('--pull-request', '12', '--review', 'request-changes');
    fake.rewrite = (_, body) => body;
    assert.equal(code, 1, out);
    assert.match(out, /^Commented: https:\/\/github\.com\/octo-org\/octo-model\/pull\/12#issuecomment-\d+; reviewed on 1 place; asked for changes\.$/m);
    assert.doesNotMatch(out, /^::|\u001b/m);
    pull.files = [];
    assert.match((await review('--pull-request', '12', '--review', 'request-changes')).out, /; marked 1 finding as fixed; took back the request for changes\.$/m);
  });

  it('reads nothing outside of the repository for the config file of the change', async () => {
    const pull = addPull(fake.state, 13, { files: [] });
    fake.state.files.set(pull.headSha, new Map());
    await mkdir(join(directory, '.github'));
    const path = join(directory, '.github/headcheck.yml');
    await writeFile(path, 'checkpoints:\n  - reference: /etc\n  - reference: hf://org/whole\n    base: ../base\n');
    const confined = await review('--pull-request', '13', '--comment', 'never', '--review', 'off', '--output', 'confined.json');
    assert.equal(confined.code, 2, confined.out);
    const report = await readFile(join(directory, 'confined.json'), 'utf8');
    assert.match(report, /`\/etc` lies outside of the repository[\s\S]*`\.\.\/base` lies outside of the repository/);
    assert.doesNotMatch(report, /"reference": ?"\/etc"/);
    await rm(path);
    await symlink('/etc/hostname', path);
    const linked = await review('--pull-request', '13', '--comment', 'never', '--review', 'off');
    assert.equal(linked.code, 2);
    assert.match(linked.out, /\.github\/headcheck\.yml is a link that leads out of the repository\./);
    await rm(path);
  });

  it('says what is wrong with the pull request or the token', async () => {
    const unknown = await review('hf://org/whole', '--pull-request', '99');
    assert.equal(unknown.code, 2);
    assert.match(unknown.out, /read pull request #99/);
    const refused = await review('hf://org/whole', '--pull-request', '7', '--token', 'wrong');
    assert.equal(refused.code, 2);
    assert.match(refused.out, /does not accept the token/);
  });
});
