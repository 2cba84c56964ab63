import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { parse } from 'yaml';
import { FakeGitHub } from '../support/github/fake-github.ts';
import { pullRequestPayload, workflowRunPayload } from '../support/github/payloads.ts';
import { addedFile, addPull } from '../support/github/pull.ts';
import type { PullRequest } from '../support/github/state.ts';
import { startHub } from '../support/hub/hub.ts';
import { safetensors } from '../support/hub/safetensors.ts';
import { zip } from '../support/hub/zip.ts';
import { Runner, type Ended } from '../support/runner.ts';

/** The bundle that is tested: the committed one, or another while it is worked on. */
const BUNDLE = resolve(process.env['HEADCHECK_DIST'] ?? 'dist', 'action');
const BOT = 'github-actions[bot]';
const HEAD = 'a'.repeat(40);
const BODY = { 'model.embed_tokens.weight': ['BF16', [32, 8]], 'model.norm.weight': ['BF16', [8]] } as const;
const WHOLE = { ...BODY, 'lm_head.weight': ['BF16', [32, 8]] } as const;
const BARE = { 'embed_tokens.weight': ['BF16', [32, 8]], 'norm.weight': ['BF16', [8]] } as const;
const config = (architecture: string): string => JSON.stringify({
  architectures: [architecture], model_type: 'llama', vocab_size: 32, hidden_size: 8, num_hidden_layers: 0, num_attention_heads: 1, tie_word_embeddings: false,
});

/** The `with:` of our step in a workflow to paste. */
function inputsOf(workflow: string): Record<string, string> {
  const { jobs }: { jobs: Record<string, { steps: { uses?: string; with?: Record<string, unknown> }[] }> } = parse(readFileSync(`docs/workflows/${workflow}`, 'utf8'));
  const step = Object.values(jobs).flatMap(({ steps }) => steps).find(({ uses }) => uses?.startsWith('headcheck/headcheck@'));
  assert.ok(step, workflow);
  return Object.fromEntries(Object.entries(step.with ?? {}).map(([name, value]) => [name, String(value)]));
}

describe('the bundle of the action, where there is no node_modules', () => {
  let folder: string;
  let script: string;
  let fake: FakeGitHub;
  let runner: Runner;
  let pull: PullRequest;
  let runs = 100;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headcheck-bundle-'));
    await cp(BUNDLE, join(folder, 'dist/action'), { recursive: true });
    script = join(folder, 'dist/action/index.js');
  });
  after(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    fake = await FakeGitHub.start();
    runner = await Runner.start(fake);
    pull = addPull(fake.state, 7);
    fake.state.files.set(HEAD, new Map());
    fake.token('writer', BOT, ['pull_requests:write', 'contents:read', 'actions:read']);
    fake.token('reader', BOT, ['pull_requests:read', 'contents:read']);
  });
  afterEach(async () => {
    await runner.close();
    await fake.close();
  });

  const run = (inputs: Record<string, string>, more: { event?: string; payload?: unknown; variables?: Record<string, string> } = {}): Promise<Ended> => runner.step(script, {
    event: more.event ?? 'pull_request', payload: more.payload ?? pullRequestPayload(fake.state, pull), runId: ++runs, inputs: { 'github-token': 'writer', ...inputs }, variables: more.variables ?? {},
  });
  const comment = (): string => {
    assert.equal(fake.state.comments.length, 1);
    return fake.state.comments[0]?.body ?? '';
  };

  it('tells the seed story in a comment, and updates it once it is repaired', async () => {
    await cp('examples', runner.workspace, { recursive: true });
    const failing = await run({ checkpoint: 'llama-3.1-8b-without-head.headcheck.json', base: 'llama-3.1-8b.headcheck.json' });
    assert.equal(failing.code, 1, failing.log);
    assert.match(comment(), /lm_head\.weight/);
    assert.match(comment(), /1,050,673,152/);
    assert.match(comment(), /AutoModelForCausalLM/);
    assert.match(failing.summary, /lm_head\.weight/);
    assert.deepEqual([failing.outputs['verdict'], failing.outputs['missing']], ['incomplete', '1']);
    const repaired = await run({ checkpoint: 'llama-3.1-8b.headcheck.json', base: 'llama-3.1-8b.headcheck.json' });
    assert.equal(repaired.code, 0, repaired.log);
    assert.doesNotMatch(comment(), /is missing/);
    assert.equal(fake.state.comments[0]?.edits, 1);
  });

  it('checks what the pull request names on the Hub, and sends each token to its own host only', async () => {
    const hub = await startHub({ tokens: ['hf_secret'], repos: {
      'org/base': { files: { 'config.json': config('LlamaForCausalLM'), 'model.safetensors': safetensors(WHOLE) } },
      'org/tuned': { files: { 'config.json': config('LlamaModel'), 'model.safetensors': safetensors(BARE), 'README.md': '---\nbase_model: org/base\n---\n' } },
    } });
    try {
      pull.files = [addedFile('train.yaml', ['model_name_or_path: org/tuned'])];
      const { code, log } = await run({ 'hf-token': 'hf_secret' }, { variables: { HF_ENDPOINT: hub.endpoint } });
      assert.equal(code, 1, log);
      assert.match(comment(), /lm_head\.weight/);
      assert.deepEqual(fake.state.reviewComments.map(({ path, line }) => [path, line]), [['train.yaml', 1]]);
      const bearers = hub.requests.map(({ server, authorization }) => [server, authorization]);
      assert.ok(bearers.length > 0 && bearers.every(([server, authorization]) => authorization === (server === 'hub' ? 'Bearer hf_secret' : null)));
      assert.ok(fake.requests.every(({ authorization }) => /^(?:token|bearer) writer$/i.test(authorization ?? '')));
      assert.match(log, /::add-mask::hf_secret/);
      assert.doesNotMatch(log.replaceAll('::add-mask::hf_secret', ''), /hf_secret/);
    } finally {
      await hub.close();
    }
  });

  it('reads what a pull request stores without a checkout', async () => {
    fake.state.files.set(HEAD, new Map<string, string | Uint8Array>([['out/config.json', config('LlamaForCausalLM')], ['out/model.safetensors', safetensors(BODY)], ['README.md', '# Model']]));
    pull.files = [{ filename: 'out/model.safetensors', status: 'added' }, { filename: 'out/config.json', status: 'added' }];
    const { code, log } = await run({}, { event: 'pull_request_target' });
    assert.equal(code, 1, log);
    assert.match(comment(), /lm_head\.weight/);
    assert.deepEqual(fake.state.reviewComments.map(({ path, subject }) => [path, subject]), [['out/model.safetensors', 'file']]);
  });

  it('serves forks in two steps, by the workflows to paste', async () => {
    pull = addPull(fake.state, 8, { headSha: 'e'.repeat(40), headRef: 'patch-1', headRepository: 'stranger/octo-model' });
    await cp('examples', runner.workspace, { recursive: true });
    const first = await run({ ...inputsOf('fork-check.yml'), 'github-token': 'reader', checkpoint: 'llama-3.1-8b-without-head.headcheck.json', base: 'llama-3.1-8b.headcheck.json' });
    assert.equal(first.code, 1, first.log);
    assert.equal(fake.state.comments.length, 0);
    const content = zip({ 'headcheck-report.json': await readFile(first.outputs['report'] ?? '') }, { deflate: true });
    fake.state.runs.set(55, { id: 55, headSha: pull.headSha, event: 'pull_request', headRepository: 'stranger/octo-model', conclusion: 'failure', attempt: 1, artifacts: [{ id: 551, name: 'headcheck-report', content, expired: false }] });
    const second = await run(inputsOf('fork-comment.yml'), { event: 'workflow_run', payload: workflowRunPayload(fake.state, { id: 55, headSha: pull.headSha, headBranch: 'patch-1', headOwner: 'stranger' }) });
    assert.equal(second.code, 0, second.log);
    assert.equal(fake.state.comments[0]?.issue, 8);
    assert.match(comment(), /1,050,673,152/);
  });

  it('says what to do where the input is wrong, and still reports the others', async () => {
    await mkdir(join(runner.workspace, 'empty'));
    await writeFile(join(runner.workspace, 'config.json'), '{');
    await cp('examples', runner.workspace, { recursive: true });
    const { code, log, outputs } = await run({ checkpoint: 'nowhere\nempty\nllama-3.1-8b.headcheck.json' });
    assert.equal(code, 2, log);
    assert.equal(outputs['checkpoints'], '3');
    assert.match(comment(), /nowhere/);
  });
});
