import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { connect, type GitHub } from '../../src/publish/client.ts';
import { publishToPullRequest, type PullRequestOutcome, type PullRequestPost } from '../../src/publish/pull-request.ts';
import { jsonV1 } from '../../src/report/json-v1.ts';
import { parseJsonV1 } from '../../src/report/json-v1-parse.ts';
import { onlyRegressions } from '../../src/report/regressions.ts';
import { prose, type CheckpointReport, type Report } from '../../src/report/report.ts';
import { FakeGitHub } from '../support/github/fake-github.ts';
import { addedFile, addPull } from '../support/github/pull.ts';
import { push } from '../support/github/state.ts';
import { finding, headless, passing, reportOf, seed, undecided, unreachable } from '../support/reports.ts';

const sha = (run: number): string => String(run).repeat(40);
const named = (checkpoint: CheckpointReport, line = 1, reference = 'hf://org/a'): CheckpointReport => ({ ...checkpoint, reference, origin: { path: 'train.yaml', line } });

describe('a report on a pull request', () => {
  let fake: FakeGitHub;
  let github: GitHub;
  let run = 0;

  beforeEach(async () => {
    run = 0;
    fake = await FakeGitHub.start();
    addPull(fake.state, 7, { files: [addedFile('train.yaml', ['model: org/a', 'reward: org/b'])], headSha: sha(1) });
    fake.token('writer', 'github-actions[bot]', ['pull_requests:write']);
    github = await connect({ apiUrl: fake.api, serverUrl: 'https://github.com', token: 'writer', repository: 'octo-org/octo-model' }, { proxy: null, patience: 0 });
  });
  afterEach(() => fake.close());

  /** A push and the run of the check that it starts. */
  const checked = async (report: Report, more: Partial<PullRequestPost> = {}, lines?: readonly string[]): Promise<PullRequestOutcome> => {
    run += 1;
    push(fake.state, 7, sha(run), lines ? [addedFile('train.yaml', lines)] : fake.state.pulls.get(7)?.files ?? []);
    return await publishToPullRequest(github, { pullRequest: 7, stamp: { key: 'default', head: sha(run), run, attempt: 1 }, report, failOn: 'error', comment: 'findings', review: 'comment', wholeReport: null, ...more });
  };
  const threads = (): unknown[] => fake.state.reviewComments.map(({ line, minimized }) => [line, minimized]);
  const states = (): string[] => fake.state.reviews.map(({ state }) => state);
  const blocking = { review: 'request-changes' } as const;

  it('does not repeat a finding whose line has moved', async () => {
    await checked(reportOf(named(seed)));
    assert.doesNotMatch(fake.state.reviewComments[0]?.body ?? '', /Named at|train\.yaml/);
    const { review } = await checked(reportOf(named(seed, 3)), {}, ['# settings', '', 'model: org/a', 'reward: org/b']);
    assert.equal(review?.kind, 'unchanged');
    assert.deepEqual(threads(), [[3, null]]);
  });

  it('says it anew where it says something else', async () => {
    await checked(reportOf(named(seed)));
    await checked(reportOf(named({ ...seed, findings: [...seed.findings, finding({ rule: 'layers-missing' })] })));
    assert.deepEqual(threads(), [[1, 'OUTDATED'], [1, null]]);
  });

  it('does not repeat, nor write anew, what differs only by the commit of the base branch', async () => {
    const forgiven = (commit: string): Report => onlyRegressions(reportOf(named({ ...seed, findings: [...seed.findings, finding({ rule: 'layers-missing' })] })), { where: `on main at ${commit}`, of: () => seed, notices: [] });
    await checked(forgiven('7777777'), { comment: 'change' });
    const { comment, review } = await checked(forgiven('8888888'), { comment: 'change' });
    assert.deepEqual([comment.kind, review?.kind], ['unchanged', 'unchanged']);
    assert.equal(fake.state.comments[0]?.edits, 0);
    const changed = await checked(reportOf(named(seed)), { comment: 'change' });
    assert.deepEqual([changed.comment.kind, changed.review?.posted], ['updated', 1]);
  });

  it('rewrites a comment, where it is asked to on a change, only for what a reader would call one', async () => {
    const about = (commit: string, line: number, more: Partial<CheckpointReport> = {}): Report => ({
      ...reportOf(named({ ...seed, ...more })),
      notices: [
        { severity: 'note', message: ['Unknown key ', { code: 'rulez' }, `. (not new: it is so on main at ${commit.slice(0, 7)} too)`], location: { path: '.github/headcheck.yml', line } },
        { severity: 'warning', message: prose`The base ${`https://github.com/o/r/tree/${commit}/base`} is cut off.`, location: null },
      ],
    });
    const [first, second] = ['1234567'.padEnd(40, '0'), '7654321'.padEnd(40, '9')];
    await checked(about(first, 3), { comment: 'change' });
    assert.equal((await checked(about(second, 5), { comment: 'change' })).comment.kind, 'unchanged');
    const waived = (reason: string): Partial<CheckpointReport> => ({ findings: seed.findings.map((one) => ({ ...one, waived: { reason, until: null } })) });
    assert.equal((await checked(about(second, 5, waived('agreed with 1234567 tokens')), { comment: 'change' })).comment.kind, 'updated');
    assert.equal((await checked(about(second, 5, waived('agreed with 7654321 tokens')), { comment: 'change' })).comment.kind, 'updated', 'a number is no commit');
    const fewer = about(second, 5, waived('agreed with 7654321 tokens'));
    assert.equal((await checked({ ...fewer, notices: fewer.notices.slice(1) }, { comment: 'change' })).comment.kind, 'updated');
  });

  describe('where a run ends after that of a newer commit, which had nothing to say', () => {
    const late = (report: Report, more: Partial<PullRequestPost>): Promise<PullRequestOutcome> =>
      publishToPullRequest(github, { pullRequest: 7, stamp: { key: 'default', head: sha(2), run: 2, attempt: 1 }, report, failOn: 'error', comment: 'findings', review: 'comment', wholeReport: null, ...more });

    /** Of which the second push's run is late. */
    const threePushes = async (report: Report, more: Partial<PullRequestPost>): Promise<void> => {
      await checked(report, more);
      run += 1;
      push(fake.state, 7, sha(run), fake.state.pulls.get(7)?.files ?? []);
      await checked(report, more);
    };

    for (const comment of ['findings', 'change', 'never'] as const) {
      it(`makes no comment and no review (${comment})`, async () => {
        await threePushes(reportOf(named(passing)), { comment });
        assert.equal((await late(reportOf(named(seed)), { comment })).comment.kind, comment === 'never' ? 'not-wanted' : 'overtaken');
        assert.deepEqual(fake.writes(), []);
      });
    }

    it('leaves the comment as it is, that was to be rewritten on a change only', async () => {
      await threePushes(reportOf(named(seed)), { comment: 'change' });
      const before = fake.writes().length;
      assert.equal((await late(reportOf(named(passing)), { comment: 'change' })).comment.kind, 'overtaken');
      assert.equal(fake.writes().length, before);
    });

    it('takes nothing back', async () => {
      await threePushes(reportOf(named(seed)), { ...blocking, comment: 'never' });
      await late(reportOf(named(passing)), { ...blocking, comment: 'never' });
      assert.deepEqual([threads(), states()], [[[1, null]], ['CHANGES_REQUESTED']]);
    });
  });

  for (const [name, later] of [['undecided', undecided], ['out of reach', unreachable]] as const) {
    it(`takes nothing back while a checkpoint is ${name}`, async () => {
      await checked(reportOf(named(seed)), blocking);
      await checked(reportOf(named(later)), blocking);
      assert.deepEqual([threads(), states()], [[[1, null]], ['CHANGES_REQUESTED']]);
      assert.doesNotMatch(fake.state.reviewComments[0]?.body ?? '', /Fixed/);
      await checked(reportOf(named(passing)), blocking);
      assert.deepEqual([threads(), states()], [[[1, 'RESOLVED']], ['DISMISSED']]);
    });
  }

  it('takes back that a checkpoint was out of reach', async () => {
    await checked(reportOf(named(unreachable)), blocking);
    assert.deepEqual(states(), ['CHANGES_REQUESTED']);
    await checked(reportOf(named(undecided)), blocking);
    assert.deepEqual([threads(), states()], [[[1, 'OUTDATED']], ['DISMISSED']]);
  });

  it('takes a block back although warnings stay', async () => {
    await checked(reportOf(named(seed)), blocking);
    await checked(reportOf(named(headless)), blocking);
    assert.deepEqual([threads(), states()], [[[1, 'OUTDATED'], [1, null]], ['DISMISSED', 'COMMENTED']]);
  });

  it('takes nothing back of a checkpoint that was judged without the base that it names', async () => {
    await checked(reportOf(named(seed)), blocking);
    const notice = { severity: 'error', message: prose`The base could not be read.`, location: null, obstacle: 'moment', about: { reference: 'hf://org/a', base: 'hf://org/base' } } as const;
    const report = { ...reportOf(named(passing)), notices: [notice] };
    // As it is, and as two-step mode has it: out of the file.
    for (const one of [report, parseJsonV1(JSON.parse(jsonV1(report)), String)]) {
      await checked(one, blocking);
      assert.deepEqual([threads(), states()], [[[1, null]], ['CHANGES_REQUESTED']]);
    }
  });

  it('takes nothing back of what was not checked this time, as its name may mean something else', async () => {
    await checked(reportOf(named(seed), named(seed, 2, 'hf://org/b')), blocking);
    const notice = { severity: 'note', message: prose`${'hf://org/a'} was not checked.`, location: { path: 'train.yaml', line: 1 }, about: { reference: 'hf://org/a', base: null } } as const;
    await checked({ ...reportOf(named(passing, 2, 'hf://org/b')), notices: [notice] }, blocking);
    assert.deepEqual([threads(), states()], [[[1, null], [2, 'RESOLVED']], ['CHANGES_REQUESTED']]);
  });

  it('takes nothing back that is out of sight, as where the changed files could not be listed', async () => {
    await checked(reportOf(named(seed), named(seed, 2, 'hf://org/b')), blocking);
    const unseen: Report = { ...reportOf(named(passing, 2, 'hf://org/b')), notices: [{ severity: 'error', message: prose`The changed files could not be listed.`, location: null, obstacle: 'search' }] };
    await checked(unseen, blocking);
    assert.deepEqual([threads(), states()], [[[1, null], [2, 'RESOLVED']], ['CHANGES_REQUESTED']]);
    await checked(reportOf(named(passing, 2, 'hf://org/b')), blocking);
    assert.deepEqual([threads(), states()], [[[1, 'RESOLVED'], [2, 'RESOLVED']], ['DISMISSED']]);
  });

  it('says of a call that went wrong by itself only that', async () => {
    await checked({ ...reportOf(), verdict: 'complete', notices: [{ severity: 'error', message: prose`The config file is not YAML.`, location: null }] }, blocking);
    assert.match(fake.state.reviews[0]?.body ?? '', /^<!--[^\n]*\nThe check does not pass; \[the whole report\]\(https:\/\/github\.com\/[^)]*\)\.$/);
  });

  it('comments wherever the check fails, also by a warning about the call', async () => {
    const report: Report = { ...reportOf(named(passing)), notices: [{ severity: 'warning', message: prose`The waiver of ${'dtype-widened'} expired.`, location: { path: '.github/headcheck.yml', line: 3 } }] };
    assert.equal((await checked(report)).comment.kind, 'not-wanted');
    assert.equal((await checked(report, { failOn: 'warning' })).comment.kind, 'created');
  });

  it('links to nothing but an address of a comment', async () => {
    for (const hostile of ['javascript:alert(1)', 'https://github.com/a)[x](https://evil.example/', 'https://github.com/\n::error::pwned\u001b[31m', '']) {
      fake.state.comments.length = 0;
      fake.state.reviews.length = 0;
      fake.state.reviewComments.length = 0;
      fake.rewrite = (path, body) => (path.endsWith('/issues/7/comments') ? JSON.parse(JSON.stringify(body).replaceAll(/"html_url":"[^"]*issuecomment[^"]*"/g, `"html_url":${JSON.stringify(hostile)}`)) : body);
      const { comment } = await checked(reportOf(named(seed)));
      const id = fake.state.comments[0]?.id;
      assert.deepEqual(comment, { kind: 'created', url: `https://github.com/octo-org/octo-model/pull/7#issuecomment-${id}` });
      assert.ok(fake.state.reviews[0]?.body.endsWith(`\nOne checkpoint needs attention; [the whole report](https://github.com/octo-org/octo-model/pull/7#issuecomment-${id}).`));
    }
  });
});
