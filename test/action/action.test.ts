import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { ChildProcess } from 'node:child_process';
import { FakeGitHub } from '../support/github/fake-github.ts';
import { commentPayload, examplePayload, mergeGroupPayload, pullRequestPayload, releasePayload, workflowRunPayload } from '../support/github/payloads.ts';
import { addedFile, addPull } from '../support/github/pull.ts';
import { failure } from '../support/github/route.ts';
import { push, type PullRequest } from '../support/github/state.ts';
import { zip } from '../support/hub/zip.ts';
import { checkpoint, finding, passing, seed, undecided, unreachable } from '../support/reports.ts';
import { Runner, startWorker, type Ended, type Step } from '../support/runner.ts';

const BOT = 'github-actions[bot]';
const SCRIPT = 'build/test/support/canned-action.js';
const HEAD = 'a'.repeat(40);
const BASE = 'b'.repeat(40);
/** A folder of the repository at a commit, as it is read without a checkout. */
const at = (commit: string, path: string): string => `https://github.com/octo-org/octo-model/tree/${commit}/${path}`;

describe('the action', () => {
  let fake: FakeGitHub;
  let runner: Runner;
  let pull: PullRequest;
  let asked: string;
  let canned: string;
  let runs = 100;
  let worker: ChildProcess;

  before(() => { worker = startWorker(SCRIPT); });
  after(() => { worker.disconnect(); });

  beforeEach(async () => {
    fake = await FakeGitHub.start();
    runner = await Runner.start(fake);
    pull = addPull(fake.state, 7);
    refersTo('org/broken');
    fake.state.files.set(BASE, new Map());
    fake.token('writer', BOT, ['pull_requests:write', 'contents:read', 'actions:read', 'checks:write']);
    fake.token('reader', BOT, ['pull_requests:read', 'contents:read']);
    asked = join(tmpdir(), `headcheck-asked-${process.pid}-${runs}`);
    canned = `${asked}.json`;
    await can({ 'hf://org/broken': seed, 'hf://org/good': passing });
  });
  afterEach(async () => {
    await rm(asked, { force: true });
    await rm(canned, { force: true });
    await runner.close();
    await fake.close();
  });

  const can = (reports: object): Promise<void> => writeFile(canned, JSON.stringify(reports));
  /** The pull request adds a file of training settings that names a model, or none. */
  const refersTo = (model: string | null): void => {
    const lines = [...(model === null ? [] : [`model_name_or_path: ${model}`]), 'steps: 3'];
    pull.files = [addedFile('train.yaml', lines)];
    fake.state.files.set(pull.headSha, new Map([['train.yaml', `${lines.join('\n')}\n`]]));
  };
  const step = (more: Step): Promise<Ended> => runner.stepIn(worker, {
    runId: ++runs, ...more, inputs: { 'github-token': 'writer', ...more.inputs }, variables: { CANNED: canned, ASKED: asked, ...more.variables },
  });
  const pullRequest = (inputs: Record<string, string> = {}, event = 'pull_request'): Promise<Ended> => step({ event, payload: pullRequestPayload(fake.state, pull), inputs });
  const lastAsked = async (): Promise<{ directory: string; targets: { reference: string; base: string | null; class?: string; origin: unknown }[] }> => JSON.parse((await readFile(asked, 'utf8')).trim().split('\n').at(-1) ?? '');
  const comments = (): string[] => fake.state.comments.filter(({ author }) => author === BOT).map(({ body }) => body);
  const writeConfig = async (text: string): Promise<void> => {
    await mkdir(join(runner.workspace, '.github'), { recursive: true });
    await writeFile(join(runner.workspace, '.github/headcheck.yml'), text);
  };

  it('comments on what a changed line refers to, reviews that line, and fails', async () => {
    const { code, outputs, summary, log } = await pullRequest();
    assert.equal(code, 1, log);
    assert.deepEqual((await lastAsked()).targets.map(({ reference, origin }) => [reference, origin]), [['hf://org/broken', { path: 'train.yaml', line: 1 }]]);
    assert.equal(comments().length, 1);
    assert.match(comments()[0] ?? '', /lm_head\.weight/);
    assert.deepEqual(fake.state.reviewComments.map(({ path, line }) => [path, line]), [['train.yaml', 1]]);
    assert.match(summary, /lm_head\.weight/);
    assert.match(log, /^::error [^\n]*file=train\.yaml,line=1[^\n]*::/m);
    assert.deepEqual([outputs['verdict'], outputs['errors'], outputs['missing'], outputs['checkpoints']], ['incomplete', '1', '1', '1']);
    assert.match(outputs['comment-url'] ?? '', /#issuecomment-\d+$/);
  });

  it('shows a fixed failure as fixed on the next push', async () => {
    await pullRequest();
    push(fake.state, 7, 'c'.repeat(40), []);
    refersTo('org/good');
    const { code, outputs } = await pullRequest();
    assert.deepEqual([code, outputs['verdict']], [0, 'complete']);
    assert.equal(comments().length, 1);
    assert.doesNotMatch(comments()[0] ?? '', /lm_head/);
    assert.equal(fake.state.reviewComments[0]?.minimized, 'RESOLVED');
  });

  it('takes nothing for fixed where the file that named it cannot be parsed any more', async () => {
    pull.files = [addedFile('train.yaml', ['model: org/broken'])];
    assert.equal((await pullRequest({ review: 'request-changes' })).code, 1);
    push(fake.state, 7, 'c'.repeat(40), [addedFile('train.yaml', ['model: org/broken', 'steps: ['])]);
    fake.state.files.set(pull.headSha, new Map([['train.yaml', 'model: org/broken\nsteps: [\n']]));
    const { code, log } = await pullRequest({ review: 'request-changes' });
    assert.deepEqual([code, fake.state.reviews.map(({ state }) => state), fake.state.reviewComments.map(({ minimized, body }) => [minimized, body.includes('Fixed')])], [0, ['CHANGES_REQUESTED'], [[null, false]]]);
    assert.match(log, /`train\.yaml` could not be parsed from line 2 on/);
    pull.files = [addedFile('train.yaml', ['model_name_or_path: org/broken', 'steps: ['])];
    const again = await pullRequest({ review: 'request-changes' });
    assert.equal(again.code, 1, again.log);
  });

  describe('keeps to the repository', () => {
    const outside = ['/etc', '../../other', 'file:///etc'];
    beforeEach(() => { refersTo(null); });

    it('in what the config file of a change names, which it refuses with the line', async () => {
      await writeConfig(['checkpoints:', ...outside.map((reference) => `  - reference: ${reference}`), '  - reference: hf://org/good', '    base: ../base'].join('\n'));
      for (const event of ['pull_request', 'merge_group']) {
        const payload = event === 'merge_group' ? mergeGroupPayload(fake.state, pull, HEAD) : pullRequestPayload(fake.state, pull);
        if (event === 'merge_group') fake.state.comparisons.set(`${BASE}...${HEAD}`, pull.files);
        const { code, log } = await step({ event, payload });
        assert.equal(code, 2, log);
        assert.deepEqual((await lastAsked()).targets.map(({ reference, base }) => [reference, base]), [['hf://org/good', null]], event);
        for (const [i, reference] of [...outside, '../base'].entries()) assert.ok(log.includes(`\`.github/headcheck.yml:${i < 3 ? i + 2 : 5}\`: \`${reference}\` lies outside of the repository`), log);
      }
    });

    it('but checks what the call itself names, and what the config file says where nothing is proposed', async () => {
      await can({ '/mnt/weights': passing });
      assert.equal((await pullRequest({ checkpoint: '/mnt/weights', base: '/mnt/base' })).code, 0);
      assert.deepEqual((await lastAsked()).targets.map(({ reference, base }) => [reference, base]), [['/mnt/weights', '/mnt/base']]);
      await writeConfig('checkpoints:\n  - reference: /mnt/weights\n    base: ../base\n');
      assert.equal((await step({ event: 'workflow_dispatch', payload: examplePayload('workflow_dispatch') })).code, 0);
      assert.deepEqual((await lastAsked()).targets.map(({ reference, base }) => [reference, base]), [['/mnt/weights', '../base']]);
    });

    it('and reads no other file as the config file', async () => {
      await mkdir(join(runner.workspace, '.github'), { recursive: true });
      await mkdir(join(runner.workspace, '.git'), { recursive: true });
      const secret = join(runner.workspace, '../secret.txt');
      for (const target of [secret, join(runner.workspace, '.git/config')]) {
        await writeFile(target, 'token: hush\n');
        await symlink(target, join(runner.workspace, '.github/headcheck.yml'));
        const { code, log } = await pullRequest();
        assert.equal(code, 2, log);
        assert.match(log, /headcheck\.yml` is a link that leads out of the repository|headcheck\.yml is a link that leads out of the repository/);
        assert.doesNotMatch(log, /hush|Unknown key/);
        await rm(join(runner.workspace, '.github/headcheck.yml'));
      }
      await rm(secret);
    });
  });

  it('does not leave a failure on display when the reference is gone', async () => {
    await pullRequest();
    push(fake.state, 7, 'c'.repeat(40), []);
    refersTo(null);
    assert.equal((await pullRequest()).code, 0);
    assert.equal(comments().length, 1);
    assert.doesNotMatch(comments()[0] ?? '', /lm_head/);
  });

  it('stays silent where there is nothing to say', async () => {
    refersTo('org/good');
    assert.equal((await pullRequest()).code, 0);
    refersTo(null);
    const { code, outputs } = await pullRequest();
    assert.deepEqual([code, outputs['verdict']], [0, 'none']);
    assert.deepEqual(fake.writes(), []);
  });

  it('does with a read-only token all that it allows, and says so quietly', async () => {
    const { code, log, summary, outputs } = await pullRequest({ 'github-token': 'reader' });
    assert.equal(code, 1);
    assert.match(log, /may not write to the pull request, as is usual for forks/);
    assert.doesNotMatch(log, /::warning/);
    assert.match(summary, /lm_head\.weight/);
    assert.deepEqual([outputs['verdict'], outputs['comment-url']], ['incomplete', '']);
    assert.deepEqual(comments(), []);
  });

  for (const inputs of [{}, { comment: 'never' }]) {
    it(`says that a conversation is locked, not that a permission is missing (${JSON.stringify(inputs)})`, async () => {
      pull.locked = true;
      const { code, log } = await pullRequest(inputs);
      assert.equal(code, 1);
      assert.match(log, /The conversation of the pull request is locked, so nothing can be posted there; the job summary has the report\./);
      assert.doesNotMatch(log, /may not write|::warning/);
      assert.deepEqual([comments(), fake.state.reviews], [[], []]);
      const weak = await pullRequest({ ...inputs, 'github-token': 'reader' });
      assert.match(weak.log, /may not write to the pull request/, 'where a permission is missing as well, that comes first');
    });
  }

  it('checks what the input names and nothing else', async () => {
    const { code } = await pullRequest({ checkpoint: 'hf://org/good\n', comment: 'always' });
    assert.equal(code, 0);
    assert.deepEqual((await lastAsked()).targets.map(({ reference }) => reference), ['hf://org/good']);
    assert.equal(comments().length, 1);
  });

  it('fails by `fail-on`, and still reports', async () => {
    const { code, outputs } = await pullRequest({ 'fail-on': 'never' });
    assert.deepEqual([code, outputs['verdict']], [0, 'incomplete']);
    assert.equal(comments().length, 1);
  });

  it('says which input is wrong, and that it could not check', async () => {
    const { code, log } = await pullRequest({ comment: 'sometimes', review: 'yes' });
    assert.equal(code, 2);
    assert.match(log, /::error::The input comment should be always, findings, change, never[^\n]*The input review should be/);
  });

  it('needs no checkout of the head for pull_request_target', async () => {
    fake.state.files.set(HEAD, new Map([['out/model.safetensors', 'head'], ['out/config.json', '{}'], ['other.txt', 'x'], ['.github/headcheck.yml', 'fail-on: never']]));
    pull.files = [{ filename: 'out/model.safetensors', status: 'added' }, { filename: 'out/config.json', status: 'added' }];
    await can({ [at(HEAD, 'out')]: seed });
    const { code, log } = await pullRequest({}, 'pull_request_target');
    assert.deepEqual((await lastAsked()).targets.map(({ reference }) => reference), [at(HEAD, 'out')]);
    assert.equal(code, 1, `the config file of a head that nobody trusts decides nothing\n${log}`);
    assert.deepEqual(fake.state.reviewComments.map(({ path, subject }) => [path, subject]), [['out/model.safetensors', 'file']]);
    assert.doesNotMatch(comments()[0] ?? '', /tree\/a{40}/);
  });

  it('finds the pull request of a merge queue in the name of its branch', async () => {
    const tried = '9'.repeat(40);
    fake.state.files.set(tried, fake.state.files.get(HEAD) ?? new Map());
    fake.state.comparisons.set(`${BASE}...${tried}`, pull.files);
    const { code, log } = await step({ event: 'merge_group', payload: mergeGroupPayload(fake.state, pull, tried) });
    assert.equal(code, 1, log);
    assert.deepEqual((await lastAsked()).targets.map(({ reference }) => reference), ['hf://org/broken']);
    assert.equal(comments().length, 1);
    assert.doesNotMatch(log, /::warning/);
    assert.equal(fake.state.reviews.length, 0);
  });

  describe('where it cannot look', () => {
    const refuse = (path: RegExp, status: number, message: string): void => { fake.faults.push({ method: 'GET', path, times: 99, answer: { status, body: { message } } }); };

    for (const [status, message] of [[403, 'Resource not accessible by integration'], [404, 'Not Found'], [422, 'Sorry, this diff is taking too long to generate.']] as const) {
      it(`fails with 2, says why, and takes nothing for repaired (${status})`, async () => {
        await pullRequest({ review: 'request-changes' });
        assert.equal(fake.state.reviews[0]?.state, 'CHANGES_REQUESTED');
        refuse(/\/pulls\/7\/files$/, status, message);
        const { code, log, outputs } = await pullRequest({ review: 'request-changes' });
        assert.deepEqual([code, outputs['verdict']], [2, 'none'], log);
        assert.match(log, /::error title=Headcheck::What the change refers to could not be looked for: GitHub [^\n]*list the files of pull request #7/);
        assert.doesNotMatch(log, /\n +at /);
        assert.deepEqual([fake.state.reviews[0]?.state, fake.state.reviewComments[0]?.minimized], ['CHANGES_REQUESTED', null]);
        assert.match(comments()[0] ?? '', /could not be looked for/);
      });
    }

    it('checks what else is named all the same', async () => {
      pull.body = 'Weights: https://huggingface.co/org/broken';
      refuse(/\/pulls\/7\/files$/, 404, 'Not Found');
      const { code, outputs } = await pullRequest();
      assert.deepEqual([code, outputs['verdict'], outputs['errors']], [2, 'incomplete', '1']);
    });

    it('fails without a token where the event names no pull request and the input does', async () => {
      const { code, log } = await step({ event: 'workflow_dispatch', payload: examplePayload('workflow_dispatch'), inputs: { 'pull-request': '7', 'github-token': '' } });
      assert.equal(code, 2);
      assert.match(log, /^::error::Reading pull request #7 takes a token for GitHub\./m);
    });

    it('says in a check run that not all could be checked, rather than that there is nothing to check', async () => {
      refuse(/\/pulls\/7\/files$/, 404, 'Not Found');
      await pullRequest({ 'check-run': 'headcheck' });
      assert.deepEqual(fake.state.checkRuns.map(({ title, conclusion }) => [title, conclusion]), [['Not all could be checked', 'failure']]);
      assert.match(comments()[0] ?? '', /\*\*No checkpoint was checked\.\*\*\n\n- \*\*Error:\*\* What the change refers to could not be looked for/);
    });

    it('fails without a token, unless it is told what to check', async () => {
      assert.equal((await pullRequest({ 'github-token': '' })).code, 2);
      assert.equal((await pullRequest({ 'github-token': '', checkpoint: 'hf://org/good' })).code, 0);
    });

    it('says where GitHub\'s list of files ends', async () => {
      const tried = '9'.repeat(40);
      fake.state.files.set(tried, new Map());
      fake.state.comparisons.set(`${BASE}...${tried}`, Array.from({ length: 300 }, (_, i) => addedFile(`data/${i}.txt`, ['x'])));
      const { code, log } = await step({ event: 'merge_group', payload: mergeGroupPayload(fake.state, pull, tried) });
      assert.equal(code, 2, log);
      assert.match(log, /::error title=Headcheck::GitHub lists no more than 300 changed files/);
    });

    it('takes for repaired nothing that may have fallen out of GitHub\'s list of files', async () => {
      await pullRequest({ review: 'request-changes' });
      pull.files = Array.from({ length: 3_000 }, (_, i) => addedFile(`data/${i}.txt`, ['x']));
      assert.equal((await pullRequest({ review: 'request-changes' })).code, 2);
      assert.deepEqual([fake.state.reviews[0]?.state, fake.state.reviewComments[0]?.minimized], ['CHANGES_REQUESTED', null]);
    });

    for (const [status, message] of [[403, 'Resource not accessible by integration'], [500, 'Server Error'], [404, 'Not Found']] as const) {
      it(`fails with 2 where GitHub does not give the config file, but for one that there is not (${status})`, async () => {
        await pullRequest({ review: 'request-changes' }, 'pull_request_target');
        refersTo('org/good');
        refuse(/\/contents\/\.github%2Fheadcheck\.yml$/, status, message);
        const { code, log } = await pullRequest({ review: 'request-changes' }, 'pull_request_target');
        assert.equal(code, status === 404 ? 0 : 2, log);
        if (status === 404) return;
        assert.match(log, /::error title=Headcheck::The config file \.github\/headcheck\.yml could not be read: GitHub (?:refused|failed) to read/);
        assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['CHANGES_REQUESTED']);
      });
    }

    it('fails with 2 where the config file of the base decides, and there is no token to read it with', async () => {
      const { code, log } = await pullRequest({ 'github-token': '', checkpoint: 'hf://org/good' }, 'pull_request_target');
      assert.equal(code, 2);
      assert.match(log, /The config file \.github\/headcheck\.yml could not be read: There is no token for GitHub/);
    });

    it('fails with 2 where the whole of a changed file, or the list of files, could not be had', async () => {
      const patch = ['@@ -5,1 +5,1 @@', '-  name: org/old', '+  name: org/good'].join('\n');
      pull.files = [{ filename: 'train.yaml', status: 'modified', patch }];
      refuse(/\/contents\/train\.yaml$/, 403, 'Resource not accessible by integration');
      const { code, log } = await pullRequest();
      assert.equal(code, 2);
      assert.match(log, /::error title=Headcheck::A changed file could not be read, so not all that it refers to may be found: train\.yaml\. GitHub refused/);
      fake.faults.length = 0;
      refuse(/\/git\/trees\//, 502, 'Bad Gateway');
      refersTo('org/broken');
      const second = await pullRequest();
      assert.deepEqual([second.code, second.outputs['verdict']], [2, 'none'], 'the name may be that of a folder');
      assert.match(second.log, /::error title=Headcheck::Which folders the repository has could not be looked up: GitHub failed/);
    });

    it('compares the texts of a file where GitHub shows no diff of it', async () => {
      pull.files = [{ filename: 'train.yaml', status: 'modified' }, { filename: 'new.yaml', status: 'added' }, { filename: 'run.yaml', previous_filename: 'old.yaml', status: 'renamed' }];
      fake.state.files.set(BASE, new Map([['train.yaml', 'teacher_model: org/old\nsteps: 3\n'], ['old.yaml', 'model_name_or_path: org/untouched\nsteps: 3\n']]));
      fake.state.files.set(HEAD, new Map([['train.yaml', 'teacher_model: org/old\nmodel_name_or_path: org/good\nsteps: 3\n'], ['new.yaml', 'model_name_or_path: org/broken\n'], ['run.yaml', 'model_name_or_path: org/untouched\nteacher_model: org/second\nsteps: 3\n']]));
      await can({ 'hf://org/good': passing, 'hf://org/broken': passing, 'hf://org/second': passing });
      const { code, log } = await pullRequest();
      assert.equal(code, 0, log);
      assert.deepEqual((await lastAsked()).targets.map(({ reference, origin }) => [reference, origin]), [
        ['hf://org/good', { path: 'train.yaml', line: 2 }], ['hf://org/broken', { path: 'new.yaml', line: 1 }], ['hf://org/second', { path: 'run.yaml', line: 2 }],
      ]);
    });

    it('takes for repaired nothing of a file that was not looked into, and what stood elsewhere', async () => {
      pull.files = [addedFile('train.json', ['{"model_name_or_path": "org/broken"}']), addedFile('train.yaml', ['model_name_or_path: org/bad'])];
      await can({ 'hf://org/broken': seed, 'hf://org/bad': seed, 'hf://org/good': passing });
      await pullRequest({ review: 'request-changes' });
      pull.files = [{ filename: 'train.json', status: 'modified' }];
      const { code, log } = await pullRequest({ review: 'request-changes' });
      assert.equal(code, 0, log);
      assert.deepEqual(fake.state.reviewComments.map(({ path, minimized }) => [path, minimized]), [['train.json', null], ['train.yaml', 'RESOLVED']]);
      assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['CHANGES_REQUESTED']);
      pull.files = [addedFile('train.json', ['{"model_name_or_path": "org/good"}'])];
      await pullRequest({ review: 'request-changes' });
      assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['DISMISSED']);
    });

    it('fails where there is more than one run checks, and says so once', async () => {
      const lines = Array.from({ length: 203 }, (_, i) => `- base_model: org/model-${i}`);
      pull.files = [addedFile('list.yaml', lines)];
      fake.state.files.set(HEAD, new Map([['list.yaml', lines.join('\n')]]));
      await can(Object.fromEntries(lines.map((_, i) => [`hf://org/model-${i}`, passing])));
      const { code, log, outputs } = await pullRequest();
      assert.deepEqual([code, outputs['checkpoints']], [2, '200']);
      assert.match(log, /::error title=Headcheck::One run checks 200 checkpoints; 3 more were not checked: hf:\/\/org\/model-200, hf:\/\/org\/model-201, hf:\/\/org\/model-202\./);
    });

    it('tells of a file without a diff, which is no reason to fail', async () => {
      pull.files = [...pull.files, { filename: 'data.json', status: 'modified' }];
      refersTo('org/good');
      pull.files = [...pull.files, { filename: 'data.json', status: 'modified' }];
      const { code, log } = await pullRequest({ 'fail-on': 'warning', comment: 'always' });
      assert.equal(code, 0, log);
      assert.match(log, /data\.json.*was not looked into/);
      assert.doesNotMatch(log, /::warning/);
    });

    it('says of a pull request that cannot be read which one, in words', async () => {
      refuse(/\/pulls\/7$/, 403, 'Resource not accessible by integration');
      const { code, log } = await step({ event: 'workflow_dispatch', payload: examplePayload('workflow_dispatch'), inputs: { 'pull-request': '7' } });
      assert.equal(code, 2);
      assert.match(log, /::error::GitHub refused to read pull request #7/);
      assert.doesNotMatch(log, /\n +at /);
    });
  });

  it('leaves in the comment, in a merge queue, what the text of the pull request names', async () => {
    refersTo(null);
    pull.body = 'Ships hf://org/broken.';
    await pullRequest();
    const tried = '9'.repeat(40);
    fake.state.files.set(tried, new Map());
    fake.state.comparisons.set(`${BASE}...${tried}`, pull.files);
    const { code } = await step({ event: 'merge_group', payload: mergeGroupPayload(fake.state, pull, tried) });
    assert.equal(code, 1);
    assert.equal(comments().length, 1);
    assert.match(comments()[0] ?? '', /lm_head\.weight/);
  });

  it('explains a number that is no pull request', async () => {
    const { code, log } = await step({ event: 'workflow_dispatch', payload: examplePayload('workflow_dispatch'), inputs: { 'pull-request': '99' } });
    assert.equal(code, 2);
    assert.match(log, /^::error::GitHub knows nothing under that name, to read pull request #99: /m);
  });

  it('makes a check run where it is asked to', async () => {
    await pullRequest({ 'check-run': 'headcheck' });
    assert.deepEqual(fake.state.checkRuns.map(({ name, conclusion, headSha, annotations }) => [name, conclusion, headSha, annotations.length]), [['headcheck', 'failure', HEAD, 1]]);
  });

  it('does not lose the verdict where GitHub fails', async () => {
    fake.faults.push({ method: 'GET', path: /\/issues\/7\/comments$/, times: 99, answer: { status: 404, body: { message: 'Not Found' } } });
    const { code, log, outputs } = await pullRequest();
    assert.deepEqual([code, outputs['verdict']], [1, 'incomplete']);
    assert.match(log, /^::warning title=Headcheck::/m);
  });

  it('checks what the config file lists on other events, at the number that is given', async () => {
    fake.state.files.set(BASE, new Map([['.github/headcheck.yml', 'checkpoints:\n  - reference: hf://org/broken\n']]));
    refersTo(null);
    // What lies in the workspace or at the head may be a stranger's.
    await writeConfig('fail-on: never\n');
    fake.state.files.get(HEAD)?.set('.github/headcheck.yml', 'fail-on: never\n');
    const { code } = await step({ event: 'workflow_dispatch', payload: examplePayload('workflow_dispatch'), inputs: { 'pull-request': '7' } });
    assert.equal(code, 1);
    assert.equal(comments().length, 1);
  });

  it('takes a base that the config file names for a base only, whatever the file is called', async () => {
    const lines = ['checkpoints:', '  - reference: hf://org/good', '    base: hf://org/broken'];
    pull.files = [addedFile('ml/checks.yml', lines)];
    fake.state.files.set(pull.headSha, new Map([['ml/checks.yml', `${lines.join('\n')}\n`]]));
    await mkdir(join(runner.workspace, 'ml'), { recursive: true });
    await writeFile(join(runner.workspace, 'ml/checks.yml'), `${lines.join('\n')}\n`);
    await pullRequest({ config: 'ml/checks.yml' });
    const { targets } = await lastAsked();
    assert.deepEqual(targets.map(({ reference, base }) => [reference, base]), [['hf://org/good', 'hf://org/broken']]);
  });

  it('says in a summary that had to be cut where the whole is: not in that summary', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `hf://org/model-${i}`);
    const findings = seed.findings.flatMap((one) => Array.from({ length: 20 }, () => ({ ...one, message: ['y'.repeat(1_400)] })));
    await can(Object.fromEntries(names.map((name) => [name, { ...seed, findings }])));
    const { summary, outputs } = await pullRequest({ checkpoint: names.join('\n') });
    assert.ok(Buffer.byteLength(summary) < 1024 * 1024);
    assert.match(summary.slice(-600), /Left out to fit: /);
    assert.ok(summary.includes(`The whole report is in the file \`${outputs['report']}\`, which is among the run's artifacts if the workflow uploads the output \`report\`.`), summary.slice(-600));
    assert.match((comments()[0] ?? '').slice(-600), /The whole report is in the summary of \[run (\d+)\]\(https:\/\/github\.com\/octo-org\/octo-model\/actions\/runs\/\1\), and as JSON among its artifacts if the workflow uploads the output `report`\.$/m);
    fake.state.comments.length = 0;
    await pullRequest({ checkpoint: names.join('\n'), report: 'out/report.json' });
    assert.match((comments()[0] ?? '').slice(-600), /, and as JSON \(`?out\/report\.json`?\) among its artifacts if/);
    assert.ok((comments()[0] ?? '').length <= 65_536);
  });

  it('writes the other formats where they are asked for', async () => {
    const { outputs } = await pullRequest({ format: 'sarif, html', report: 'reports/headcheck.json' });
    assert.equal(outputs['report'], join(runner.workspace, 'reports/headcheck.json'));
    assert.match(await readFile(outputs['sarif'] ?? '', 'utf8'), /"version": ?"2\.1\.0"/);
    assert.match(await readFile(outputs['html'] ?? '', 'utf8'), /^<!doctype html>/i);
    assert.match(await readFile(outputs['markdown'] ?? '', 'utf8'), /lm_head/);
  });

  describe('asked by a comment', () => {
    const ask = async (body: string, author = 'maintainer', association = 'MEMBER'): Promise<Ended> => {
      const id = fake.state.nextId++;
      fake.state.comments.push({ id, issue: 7, body, author, authorType: 'User', reactions: [], edits: 0 });
      return await step({ event: 'issue_comment', payload: commentPayload(fake.state, 7, { id, body, author, association }) });
    };
    const reactions = (): string[] => fake.state.comments.flatMap((comment) => comment.reactions);

    beforeEach(() => {
      fake.state.permissions.set('maintainer', 'write');
      fake.state.permissions.set('reader', 'read');
    });

    it('checks what is asked for and answers with a reaction', async () => {
      const { code, log } = await ask('/headcheck hf://org/good base=hf://org/base\nthank you');
      assert.equal(code, 0, log);
      assert.deepEqual((await lastAsked()).targets.map(({ reference, base }) => [reference, base]), [['hf://org/good', 'hf://org/base']]);
      assert.deepEqual(reactions(), ['eyes', '+1']);
    });

    it('checks what the pull request refers to, at its head of the moment, where nothing is named', async () => {
      assert.equal((await ask('/headcheck')).code, 1);
      assert.deepEqual(reactions(), ['eyes', '-1']);
      assert.match(comments()[0] ?? '', new RegExp(`head=${HEAD}`));
    });

    it('does not silence the run that is run again once the checkpoint is repaired', async () => {
      const inputs = { review: 'request-changes' };
      const run = (attempt: number): Promise<Ended> => step({ event: 'pull_request', payload: pullRequestPayload(fake.state, pull), runId: 50, inputs, variables: { GITHUB_RUN_ATTEMPT: String(attempt) } });
      assert.equal((await run(1)).code, 1);
      assert.equal((await ask('/headcheck')).code, 1);
      await can({ 'hf://org/broken': passing });
      const again = await run(2);
      assert.equal(again.code, 0, again.log);
      assert.match(comments()[0] ?? '', /^<!-- [^\n]* run=50 attempt=2 started=\d{13} [^\n]*-->\n[^]*complete/);
      assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['DISMISSED']);
    });

    it('reads nothing outside of the repository', async () => {
      for (const words of ['/etc', '../x', 'file:///etc', 'hf://org/good base=../x', `${runner.workspace}/out`]) {
        await rm(asked, { force: true });
        fake.state.comments.length = 0;
        const { code, log } = await ask(`/headcheck ${words}`);
        assert.equal(code, 2, words);
        assert.match(log, /^::error::\/headcheck does not read "[^"]+", which lies outside of the repository\.%0AName a path in the repository, from its root, or what is on the Hub/m);
        assert.deepEqual([reactions(), existsSync(asked)], [['eyes', 'confused'], false]);
      }
    });

    it('checks also where GitHub takes no reaction', async () => {
      fake.faults.push({ method: 'POST', path: /\/reactions$/, times: 99, answer: { status: 502, body: { message: 'Bad Gateway' } } });
      const { code, log } = await ask('/headcheck hf://org/broken');
      assert.equal(code, 1, log);
    });

    it('answers what is beside the pull request in a comment of its own, and leaves that of the pull request, its review and its check alone', async () => {
      const inputs = { review: 'request-changes', 'check-run': 'headcheck' };
      await pullRequest(inputs);
      const before = structuredClone([fake.state.comments, fake.state.reviews, fake.state.reviewComments, fake.state.checkRuns]);
      for (const body of ['/headcheck hf://org/good', '/headcheck base=hf://org/base']) {
        fake.state.comments.push({ id: 1, issue: 7, body, author: 'maintainer', authorType: 'User', reactions: [], edits: 0 });
        if (body.includes('base=')) await can({ 'hf://org/broken': passing });
        const { code, log } = await step({ event: 'issue_comment', payload: commentPayload(fake.state, 7, { id: 1, body, author: 'maintainer', association: 'MEMBER' }), inputs: { ...inputs, comment: 'always' } });
        assert.equal(code, 0, log);
        fake.state.comments.splice(fake.state.comments.findIndex(({ author }) => author === 'maintainer'), 1);
        const [own, aside, ...more] = comments();
        assert.deepEqual(more, []);
        assert.match(own ?? '', /`hf:\/\/org\/broken` is incomplete/);
        assert.match(aside ?? '', body.includes('base=') ? /`hf:\/\/org\/broken` is complete/ : /`hf:\/\/org\/good` is complete/);
        assert.deepEqual([fake.state.comments.slice(0, 1), fake.state.reviews, fake.state.reviewComments, fake.state.checkRuns], before);
      }
    });

    it('obeys whoever can write, whatever GitHub says of the association', async () => {
      for (const association of ['CONTRIBUTOR', 'NONE']) assert.equal((await ask('/headcheck `hf://org/good`', 'maintainer', association)).code, 0);
      assert.deepEqual(reactions(), ['eyes', '+1', 'eyes', '+1']);
    });

    it('obeys nobody who cannot write', async () => {
      for (const [author, association] of [['reader', 'MEMBER'], ['stranger', 'NONE'], ['unknown', 'OWNER']] as const) {
        const { code, log } = await ask('/headcheck hf://org/good', author, association);
        assert.equal(code, 0, log);
      }
      assert.deepEqual(reactions(), []);
      await assert.rejects(readFile(asked), { code: 'ENOENT' });
    });

    it('leaves other comments alone', async () => {
      assert.equal((await ask('I would run /headcheck here')).code, 0);
      assert.equal((await ask('/headchecks')).code, 0);
      assert.deepEqual(fake.writes(), []);
    });

    it('says that it did not understand', async () => {
      const { code, log } = await ask('/headcheck depth=3');
      assert.equal(code, 2);
      assert.match(log, /does not understand "depth=3"/);
      assert.deepEqual(reactions(), ['confused']);
    });
  });

  describe('for forks, in two steps', () => {
    const fork = { headSha: 'e'.repeat(40), headRef: 'patch-1', headRepository: 'stranger/octo-model' };
    const leave = (content: string | Uint8Array): void => {
      const artifact = { id: fake.state.nextId++, name: 'headcheck-report', content: zip({ 'headcheck-report.json': Buffer.from(content) }, { deflate: true }), expired: false };
      fake.state.runs.set(55, { id: 55, headSha: fork.headSha, event: 'pull_request', headRepository: fork.headRepository, conclusion: 'failure', attempt: 1, artifacts: [artifact] });
    };
    const post = (inputs: Record<string, string> = {}): Promise<Ended> => step({ event: 'workflow_run', payload: workflowRunPayload(fake.state, { id: 55, headSha: fork.headSha, headBranch: fork.headRef, headOwner: 'stranger' }), inputs });

    beforeEach(() => {
      pull = addPull(fake.state, 8, fork);
      refersTo('org/broken');
    });

    for (const associates of [true, false]) {
      it(`checks without a token that may write, and posts from the second workflow (GitHub ${associates ? 'knows' : 'does not know'} the commit)`, async () => {
        fake.state.associatesForks = associates;
        const first = await pullRequest({ 'github-token': 'reader' });
        assert.equal(first.code, 1);
        leave(await readFile(first.outputs['report'] ?? ''));
        const second = await post();
        assert.equal(second.code, 0, second.log);
        assert.deepEqual(fake.state.comments.map(({ issue }) => issue), [8]);
        assert.match(comments()[0] ?? '', /^<!-- headcheck:comment [^\n]*run=55 [^\n]*-->\n[^]*lm_head\.weight/);
        assert.deepEqual(fake.state.reviewComments.map(({ pull: number, path, line }) => [number, path, line]), [[8, 'train.yaml', 1]]);
      });
    }

    for (const status of [404, 422]) {
      it(`finds the pull request by its branch where GitHub does not know the commit at all (${status})`, async () => {
        const first = await pullRequest({ 'github-token': 'reader' });
        leave(await readFile(first.outputs['report'] ?? ''));
        fake.faults.push({ method: 'GET', path: /\/commits\/[^/]+\/pulls$/, times: 9, answer: failure(status, 'No commit found for SHA') });
        const second = await post();
        assert.equal(second.code, 0, second.log);
        assert.deepEqual(fake.state.comments.map(({ issue }) => issue), [8]);
      });
    }

    it('says in words that GitHub could not look up the pull request', async () => {
      const first = await pullRequest({ 'github-token': 'reader' });
      leave(await readFile(first.outputs['report'] ?? ''));
      for (const [path, status, said] of [[/\/commits\/[^/]+\/pulls$/, 500, 'GitHub failed to look up the pull requests of eeeeeee'], [/\/pulls$/, 403, 'GitHub refused to look up the pull requests of']] as const) {
        fake.faults.splice(0, Infinity, { method: 'GET', path, times: 9, answer: failure(status, 'Oops') });
        const { code, log } = await post();
        assert.equal(code, 2);
        assert.match(log, new RegExp(`^::error::${said}`, 'm'));
        assert.doesNotMatch(log, /%0A +at /);
      }
    });

    it('says what it did, and fails where it may not post', async () => {
      const first = await pullRequest({ 'github-token': 'reader' });
      leave(await readFile(first.outputs['report'] ?? ''));
      fake.token('weak', BOT, ['pull_requests:read', 'contents:read', 'actions:read']);
      const refused = await post({ 'github-token': 'weak' });
      assert.equal(refused.code, 2);
      assert.match(refused.log, /^::error::The token may not write to pull request #8\.%0AGive the job the permission pull-requests: write/m);
      const posted = await post();
      assert.match(posted.log, /pull request #8: Commented: https:[^;]*; reviewed on 1 place\./);
      assert.deepEqual([posted.outputs['verdict'], posted.outputs['errors'], posted.outputs['comment-url']], ['incomplete', '1', `https://github.com/octo-org/octo-model/pull/8#issuecomment-${fake.state.comments[0]?.id}`]);
    });

    it('does not fail where people have locked the conversation, and says so', async () => {
      const first = await pullRequest({ 'github-token': 'reader' });
      leave(await readFile(first.outputs['report'] ?? ''));
      pull.locked = true;
      const { code, log } = await post();
      assert.equal(code, 0, log);
      assert.match(log, /The conversation of pull request #8 is locked, so nothing was posted\./);
    });

    it('says that it makes no check run, which would be the word of a stranger', async () => {
      const first = await pullRequest({ 'github-token': 'reader' });
      leave(await readFile(first.outputs['report'] ?? ''));
      const { code, log } = await post({ 'check-run': 'headcheck' });
      assert.equal(code, 0, log);
      assert.match(log, /^::warning title=Headcheck::The input check-run has no effect on workflow_run/m);
      assert.deepEqual(fake.state.checkRuns, []);
      assert.doesNotMatch((await post()).log, /::warning/);
    });

    it('takes the gate from the base branch, not from the fork', async () => {
      const inputs = { review: 'request-changes' };
      const first = await pullRequest({ 'github-token': 'reader' });
      leave(await readFile(first.outputs['report'] ?? ''));
      fake.state.files.get(HEAD)?.set('.github/headcheck.yml', 'fail-on: error\n');
      fake.state.files.set(BASE, new Map([['.github/headcheck.yml', 'fail-on: never\n']]));
      assert.equal((await post(inputs)).code, 0);
      assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['COMMENTED']);
      fake.state.files.set(BASE, new Map());
      await post(inputs);
      assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['COMMENTED', 'CHANGES_REQUESTED']);
      await post({ ...inputs, 'fail-on': 'never' });
      assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['COMMENTED', 'DISMISSED']);
    });

    it('posts nothing by a gate that it does not know', async () => {
      const first = await pullRequest({ 'github-token': 'reader' });
      leave(await readFile(first.outputs['report'] ?? ''));
      const wrong = await post({ 'fail-on': 'errors' });
      assert.equal(wrong.code, 2);
      assert.match(wrong.log, /fail-on should be error, warning or never/);
      fake.faults.push({ method: 'GET', path: /\/contents\//, times: 99, answer: { status: 403, body: { message: 'Resource not accessible by integration' } } });
      const unread = await post();
      assert.equal(unread.code, 2);
      assert.match(unread.log, /^::error::GitHub refused to read \.github\/headcheck\.yml at bbbbbbb/m);
      assert.deepEqual(fake.writes().filter(({ status }) => status < 300), []);
    });

    it('posts no report that was made for another commit', async () => {
      const first = await pullRequest({ 'github-token': 'reader' });
      const report = await readFile(first.outputs['report'] ?? '', 'utf8');
      assert.match(report, new RegExp(`"commit": "${fork.headSha}"`));
      leave(report.replaceAll(fork.headSha, 'f'.repeat(40)));
      const { code, log } = await post();
      assert.equal(code, 2);
      assert.match(log, /^::error::The report of the other workflow was made for fffffff, and its run for eeeeeee/m);
      assert.deepEqual(fake.writes().filter(({ status }) => status < 300), []);
    });

    it('posts nothing where the head has moved on, or no report was left', async () => {
      leave('{}');
      fake.state.runs.get(55)?.artifacts.splice(0);
      const none = await post();
      assert.equal(none.code, 0, none.log);
      assert.match(none.log, /left no report/);
      const first = await pullRequest({ 'github-token': 'reader' });
      leave(await readFile(first.outputs['report'] ?? ''));
      push(fake.state, 8, 'f'.repeat(40), []);
      assert.match((await post()).log, /no open pull request has that commit/);
      assert.deepEqual(fake.writes().filter(({ status }) => status < 300), []);
    });

    it('refuses what is no report', async () => {
      for (const hostile of ['not JSON', '{"schemaVersion": 1}', '[]']) {
        leave(hostile);
        const { code, log } = await post();
        assert.equal(code, 2);
        assert.match(log, /^::error::[^\n]*report/m);
      }
      assert.deepEqual(fake.writes(), []);
    });
  });

  describe('with only-regressions', () => {
    beforeEach(() => {
      pull.files = [{ filename: 'out/model.safetensors', status: 'modified' }];
      for (const sha of [HEAD, BASE]) fake.state.files.set(sha, new Map([['out/model.safetensors', sha]]));
    });
    const gate = async (more: Record<string, string> = {}): Promise<number | null> => (await pullRequest({ 'only-regressions': 'true', ...more })).code;

    it('passes what the base branch has already, and shows it', async () => {
      await can({ out: seed, [at(BASE, 'out')]: seed });
      const { code, outputs, log } = await pullRequest({ 'only-regressions': 'true', comment: 'always' });
      assert.deepEqual([code, outputs['errors']], [0, '0'], log);
      assert.match(comments()[0] ?? '', /on `main at bbbbbbb`/);
      assert.equal(outputs['verdict'], 'incomplete', 'what is forgiven is not complete');
      assert.equal(fake.state.reviews.length, 0);
    });

    it('makes no comment of its own about what the base branch has already', async () => {
      await can({ out: seed, [at(BASE, 'out')]: seed });
      assert.equal(await gate(), 0);
      assert.deepEqual(fake.writes(), []);
    });

    it('fails what is new', async () => {
      await can({ out: seed, [at(BASE, 'out')]: passing });
      assert.equal(await gate(), 1);
    });

    it('compares a changed line with what the line said before', async () => {
      const patch = ['@@ -1,2 +1,2 @@', '-model_name_or_path: org/old', '+model_name_or_path: org/broken', ' steps: 3'].join('\n');
      pull.files = [{ filename: 'train.yaml', status: 'modified', patch }];
      fake.state.files.set(HEAD, new Map([['train.yaml', 'model_name_or_path: org/broken\nsteps: 3\n']]));
      await can({ 'hf://org/broken': seed, 'hf://org/old': seed });
      assert.equal(await gate(), 0);
      await can({ 'hf://org/broken': seed, 'hf://org/old': passing });
      assert.equal(await gate(), 1);
    });

    it('compares each of several changed lines with its own, also where the key may mean other things', async () => {
      const files = (model: string, teacher: string): string => `model: ${model}\nsteps: 3\nteacher_model: ${teacher}\n`;
      const patch = ['@@ -1,3 +1,3 @@', '-model: org/old', '+model: org/broken', ' steps: 3', '-teacher_model: org/teacher', '+teacher_model: org/good'].join('\n');
      pull.files = [{ filename: 'train.yaml', status: 'modified', patch }];
      fake.state.files.set(HEAD, new Map([['train.yaml', files('org/broken', 'org/good')]]));
      fake.state.files.set(BASE, new Map([['train.yaml', files('org/old', 'org/teacher')]]));
      await can({ 'hf://org/broken': seed, 'hf://org/good': passing, 'hf://org/old': seed, 'hf://org/teacher': passing });
      assert.equal(await gate(), 0);
      await can({ 'hf://org/broken': seed, 'hf://org/good': passing, 'hf://org/old': passing, 'hf://org/teacher': seed });
      assert.equal(await gate(), 1);
    });

    it('passes what is moved as it was, and no more', async () => {
      const cut = (path: string, ...more: ReturnType<typeof finding>[]) => checkpoint({ verdict: 'incomplete', findings: [finding({ rule: 'file-truncated', location: { path, line: null } }), ...more] });
      pull.files = [{ filename: 'b/model.safetensors', previous_filename: 'out/model.safetensors', status: 'renamed' }, { filename: 'q/b.gguf', previous_filename: 'q/a.gguf', status: 'renamed' }];
      fake.state.files.set(HEAD, new Map([['b/model.safetensors', ''], ['q/b.gguf', '']]));
      fake.state.files.set(BASE, new Map([['out/model.safetensors', ''], ['q/a.gguf', '']]));
      await can({ b: seed, [at(BASE, 'out')]: seed, 'q/b.gguf': cut('b.gguf'), [at(BASE, 'q/a.gguf')]: cut('a.gguf') });
      const { code, log } = await pullRequest({ 'only-regressions': 'true', base: 'hf://org/base', class: 'BertModel' });
      assert.equal(code, 0, log);
      assert.deepEqual((await lastAsked()).targets.map((target) => [target.reference, target.base, target.class]), [[at(BASE, 'out'), 'hf://org/base', 'BertModel'], [at(BASE, 'q/a.gguf'), 'hf://org/base', 'BertModel']]);
      await can({ b: seed, [at(BASE, 'out')]: seed, 'q/b.gguf': cut('b.gguf', finding({ rule: 'layers-missing' })), [at(BASE, 'q/a.gguf')]: cut('a.gguf') });
      assert.equal(await gate(), 1);
      await can({ b: seed, 'q/b.gguf': passing, [at(BASE, 'b')]: seed });
      assert.equal(await gate(), 1, 'it never was at its new place');
    });

    it('compares a changed line of a file that moves with what the line said before', async () => {
      const patch = ['@@ -1,2 +1,2 @@', '-model_name_or_path: org/old', '+model_name_or_path: org/broken', ' steps: 3'].join('\n');
      pull.files = [{ filename: 'configs/train.yaml', previous_filename: 'train.yaml', status: 'renamed', patch }];
      fake.state.files.set(HEAD, new Map([['configs/train.yaml', 'model_name_or_path: org/broken\nsteps: 3\n']]));
      fake.state.files.set(BASE, new Map([['train.yaml', 'model_name_or_path: org/old\nsteps: 3\n']]));
      await can({ 'hf://org/broken': seed, 'hf://org/old': seed });
      assert.equal(await gate(), 0);
      await can({ 'hf://org/broken': seed, 'hf://org/old': passing });
      assert.equal(await gate(), 1);
    });

    it('passes what a listed checkpoint and the config file of the base branch lack too', async () => {
      const config = 'checkpoints:\n  - reference: ./absent\nrulez: 1\n';
      pull.files = [];
      await writeConfig(`# moved\n${config}`);
      fake.state.files.set(BASE, new Map([['.github/headcheck.yml', config]]));
      const absent = { ...unreachable, obstacle: 'state' };
      await can({ './absent': absent, [at(BASE, 'absent')]: absent });
      const { code, log } = await pullRequest({ 'only-regressions': 'true' });
      assert.equal(code, 0, log);
      assert.match(log, /Unknown key[^]*not new: it is so on main at\s+bbbbbbb too/);
      assert.deepEqual(fake.writes(), []);
      await can({ './absent': { ...absent, obstacle: 'moment' }, [at(BASE, 'absent')]: { ...absent, obstacle: 'moment' } });
      assert.equal(await gate(), 2, 'an outage forgives nothing');
      await can({ './absent': absent, [at(BASE, 'absent')]: passing });
      assert.equal(await gate(), 2);
    });

    it('says that a baseline could not be read, and counts everything', async () => {
      await can({ out: seed });
      const { code, log } = await pullRequest({ baseline: 'accepted.headcheck.json' });
      assert.equal(code, 1);
      assert.match(log, /The baseline accepted\.headcheck\.json could not be read, so every finding counts/);
    });

    it('forgives nothing of what is new altogether', async () => {
      refersTo('org/broken');
      await can({ 'hf://org/broken': seed });
      assert.equal(await gate(), 1);
    });

    it('compares with a baseline that is named, as the base branch has it', async () => {
      await can({ out: seed, [at(BASE, 'accepted.headcheck.json')]: seed, 'accepted.headcheck.json': passing });
      assert.equal(await gate({ baseline: 'accepted.headcheck.json' }), 0);
      await can({ out: seed, [at(BASE, 'accepted.headcheck.json')]: passing, 'accepted.headcheck.json': seed });
      assert.equal(await gate({ baseline: 'accepted.headcheck.json' }), 1);
    });
  });

  describe('at a release', () => {
    const publish = (notes: string): Promise<Ended> => {
      fake.state.releases.push({ id: 3, tag: 'v1.0', name: 'v1.0', body: notes, assets: [{ id: 31, name: 'model.safetensors', content: new Uint8Array(8) }, { id: 32, name: 'notes.txt', content: new Uint8Array(1) }] });
      return step({ event: 'release', payload: releasePayload(fake.state, 3, 'v1.0', notes) });
    };

    it('checks what the notes, the assets and the config file name', async () => {
      await writeConfig('checkpoints:\n  - reference: hf://org/listed\n');
      await can({ 'hf://org/good': passing, 'hf://org/listed': passing, 'release://v1.0': passing });
      const { code, outputs, log } = await publish('Weights: https://huggingface.co/org/good');
      assert.equal(code, 0, log);
      assert.deepEqual((await lastAsked()).targets.map(({ reference }) => reference).sort(), ['hf://org/good', 'hf://org/listed', 'release://v1.0']);
      assert.match(await readFile(outputs['predicate'] ?? '', 'utf8'), /"passed": true/);
      assert.match(outputs['predicate-type'] ?? '', /^https:\/\//);
    });

    it('checks an asset once that the config file lists too, with its base', async () => {
      await writeConfig('checkpoints:\n  - reference: release://v1.0\n    base: hf://org/base\n    class: BertForMaskedLM\n');
      await can({ 'release://v1.0': passing });
      const { outputs } = await publish('');
      assert.equal(outputs['checkpoints'], '1');
      assert.deepEqual((await lastAsked()).targets.map((target) => [target.reference, target.base, target.class]), [['release://v1.0', 'hf://org/base', 'BertForMaskedLM']]);
    });

    it('fails where the token does not show the release, and without a token', async () => {
      for (const inputs of [{}, { 'github-token': '' }]) {
        const { code, log } = await step({ event: 'release', payload: releasePayload(fake.state, 9, 'v9', 'Weights: https://huggingface.co/org/good'), inputs });
        assert.equal(code, 2, log);
        assert.match(log, /::error title=Headcheck::The assets of the release could not be looked at: /);
        assert.deepEqual((await lastAsked()).targets.map(({ reference }) => reference), ['hf://org/good'], 'the notes are read all the same');
      }
    });

    it('has nothing against a pushed tag without a release, and much against one that cannot be seen', async () => {
      const payload = { ...examplePayload('push'), deleted: false };
      assert.equal((await step({ event: 'push', payload })).code, 0);
      fake.faults.push({ method: 'GET', path: /\/releases\/tags\//, times: 99, answer: { status: 403, body: { message: 'Resource not accessible by integration' } } });
      const { code, log } = await step({ event: 'push', payload });
      assert.equal(code, 2, log);
      assert.match(log, /GitHub refused to read the release simple-tag[^\n]*contents: read/);
    });

    it('checks each GGUF file among the assets, and the others together', async () => {
      const names = ['model.safetensors', 'config.json', 'a-Q4_K_M.gguf', 'a-Q8_0.gguf', 'mmproj-a.gguf'];
      fake.state.releases.push({ id: 5, tag: 'gguf/v2', name: 'x', body: '', assets: names.map((name, i) => ({ id: 51 + i, name, content: new Uint8Array(8) })) });
      await can({});
      await step({ event: 'release', payload: releasePayload(fake.state, 5, 'gguf/v2', '') });
      assert.deepEqual((await lastAsked()).targets.map(({ reference }) => reference), ['release://gguf%2Fv2', 'release://gguf%2Fv2/a-Q4_K_M.gguf', 'release://gguf%2Fv2/a-Q8_0.gguf']);
    });

    it('does not take undecided for complete', async () => {
      await can({ 'release://v1.0': undecided });
      const { code, log } = await publish('');
      assert.equal(code, 1, log);
      assert.match(log, /is released, but whether it is complete is not known/);
    });

    it('looks up the release of a tag that is pushed', async () => {
      await can({ 'release://simple-tag': checkpoint({ verdict: 'complete' }) });
      fake.state.releases.push({ id: 4, tag: 'simple-tag', name: 'x', body: '', assets: [{ id: 41, name: 'model.safetensors', content: new Uint8Array(8) }] });
      const payloads = { ...examplePayload('push'), deleted: false };
      const { code, log } = await step({ event: 'push', payload: payloads });
      assert.equal(code, 0, log);
      assert.deepEqual((await lastAsked()).targets.map(({ reference }) => reference), ['release://simple-tag']);
    });
  });
});
