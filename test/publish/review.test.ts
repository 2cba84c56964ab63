import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { connect, type GitHub } from '../../src/publish/client.ts';
import { publishReview, type Review, type ReviewOutcome } from '../../src/publish/review.ts';
import { MOST_INLINE, MOST_ON_FILE, type ReviewItem } from '../../src/publish/review-plan.ts';
import { FakeGitHub } from '../support/github/fake-github.ts';
import { addedFile, addPull } from '../support/github/pull.ts';
import { push, type ReviewComment } from '../support/github/state.ts';

const BOT = 'github-actions[bot]';
const sha = (run: number): string => String(run).repeat(40);

describe('the review', () => {
  let fake: FakeGitHub;
  let github: GitHub;
  let run = 1;

  beforeEach(async () => {
    run = 1;
    fake = await FakeGitHub.start();
    const lines = ['model: org/a', ...Array.from({ length: 60 }, (_, i) => `step: ${i}`)];
    addPull(fake.state, 7, { files: [addedFile('train.yaml', lines), { filename: 'weights.bin', status: 'added' }], headSha: sha(1) });
    github = await open(fake.token('writer', BOT, ['pull_requests:write']));
  });
  afterEach(() => fake.close());

  const open = (token: string): Promise<GitHub> =>
    connect({ apiUrl: fake.api, serverUrl: 'https://github.com', token, repository: 'octo-org/octo-model' }, { proxy: null, patience: 0 });
  const item = (more: Partial<ReviewItem> = {}): ReviewItem => ({ subject: 'org/a', path: 'train.yaml', line: 1, body: 'The head is missing.', ...more });
  const post = (items: readonly ReviewItem[], more: Partial<Review> = {}): Promise<ReviewOutcome> => publishReview(github, {
    pullRequest: 7, stamp: { key: 'default', head: sha(run), run, attempt: 1 }, items, opening: 'One checkpoint is incomplete.', requestChanges: false, failing: items.length > 0, wholeIsElsewhere: false,
    files: fake.state.pulls.get(7)?.files.map(({ filename, patch }) => ({ path: filename, patch: patch ?? null })) ?? [], ...more,
  });
  const pushed = (lines?: readonly string[]): void => {
    run += 1;
    push(fake.state, 7, sha(run), lines ? [addedFile('train.yaml', lines)] : fake.state.pulls.get(7)?.files ?? []);
  };
  const only = (): ReviewComment => {
    assert.equal(fake.state.reviewComments.length, 1);
    const [comment] = fake.state.reviewComments;
    assert.ok(comment);
    return comment;
  };
  const answer = (root: ReviewComment): void => {
    fake.state.reviewComments.push({ ...root, id: fake.state.nextId++, author: 'octocat', body: 'On purpose.', inReplyTo: root.id });
  };

  it('comments on the line that made the reference, in one review that does not block', async () => {
    const outcome = await post([item(), item({ subject: 'org/b', line: 2 })]);
    assert.deepEqual(outcome, { kind: 'posted', posted: 2, fixed: 0, dismissed: 0 });
    assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['COMMENTED']);
    assert.deepEqual(fake.state.reviewComments.map(({ path, line }) => [path, line]), [['train.yaml', 1], ['train.yaml', 2]]);
    assert.match(fake.state.reviews[0]?.body ?? '', /^<!-- headcheck:review [^\n]*\nOne checkpoint is incomplete\.$/);
  });

  it('says on the file, then in the body, what has no line in the diff', async () => {
    await post([item({ line: 999 }), item({ subject: 'org/b', path: 'weights.bin', line: null }), item({ subject: 'org/c', path: 'README.md', line: 3, body: 'Elsewhere.' })]);
    assert.deepEqual(fake.state.reviewComments.map(({ path, subject }) => [path, subject]), [['train.yaml', 'file'], ['weights.bin', 'file']]);
    assert.match(fake.state.reviews[0]?.body ?? '', /Elsewhere\.$/);
  });

  it('leaves out of the body what another comment says', async () => {
    const outcome = await post([item({ path: 'README.md' })], { wholeIsElsewhere: true });
    assert.equal(outcome.kind, 'unchanged');
    assert.deepEqual(fake.writes(), []);
  });

  it('keeps to thirty lines and a few files', async () => {
    const many = Array.from({ length: 40 }, (_, i) => item({ subject: `org/${i}`, line: i + 1, body: `Finding ${i}.` }));
    const files = Array.from({ length: 8 }, (_, i) => item({ subject: `file/${i}`, path: 'weights.bin', line: null, body: `File ${i}.` }));
    await post([...many, ...files]);
    assert.equal(fake.state.reviewComments.filter(({ subject }) => subject === 'line').length, MOST_INLINE);
    assert.equal(fake.state.reviewComments.filter(({ subject }) => subject === 'file').length, MOST_ON_FILE);
    assert.match(fake.state.reviews[0]?.body ?? '', /Finding 39\.[^]*File 7\.$/);
  });

  it('does not say the same again on the next push', async () => {
    await post([item(), item({ subject: 'org/x', path: 'README.md', body: 'Elsewhere.' })]);
    const before = fake.writes().length;
    pushed();
    assert.equal((await post([item(), item({ subject: 'org/x', path: 'README.md', body: 'Elsewhere.' })])).kind, 'unchanged');
    assert.equal(fake.writes().length, before);
  });

  it('minimises what a push has made outdated and comments anew', async () => {
    await post([item()]);
    pushed(['# moved', 'model: org/a  # changed']);
    await post([item({ line: 2 })]);
    assert.deepEqual(fake.state.reviewComments.map(({ minimized, line }) => [minimized, line]), [['OUTDATED', null], [null, 2]]);
  });

  it('leaves an outdated comment open where somebody answered, and does not repeat it', async () => {
    await post([item()]);
    answer(only());
    pushed(['# moved', 'model: org/a  # changed']);
    assert.equal((await post([item({ line: 2 })])).kind, 'unchanged');
    assert.ok(fake.state.reviewComments.every(({ minimized }) => minimized === null));
  });

  it('marks what is fixed as fixed, and says it anew if it comes back', async () => {
    await post([item()]);
    pushed();
    assert.deepEqual(await post([]), { kind: 'posted', posted: 0, fixed: 1, dismissed: 0 });
    assert.equal(only().minimized, 'RESOLVED');
    assert.match(only().body, /^<!-- [^\n]*\n\*\*Fixed\*\* as of 2222222\.\n\nThe head is missing\.$/);
    pushed();
    assert.equal((await post([])).kind, 'unchanged');
    pushed();
    assert.equal((await post([item()])).posted, 1);
  });

  it('marks a fixed finding that was answered, but leaves it in sight', async () => {
    await post([item()]);
    answer(only());
    pushed();
    await post([]);
    pushed();
    assert.equal((await post([])).kind, 'unchanged');
    const [root] = fake.state.reviewComments;
    assert.equal(root?.minimized, null);
    assert.match(root?.body ?? '', /\*\*Fixed\*\* as of 2222222/);
  });

  it('replaces a comment whose text has changed', async () => {
    await post([item()]);
    pushed();
    await post([item({ body: 'The head and a layer are missing.' })]);
    assert.deepEqual(fake.state.reviewComments.map(({ minimized }) => minimized), ['OUTDATED', null]);
  });

  it('asks for changes by choice, once, and takes it back when it passes', async () => {
    const blocking = { requestChanges: true };
    await post([item()], blocking);
    pushed();
    assert.equal((await post([item()], blocking)).kind, 'unchanged');
    assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['CHANGES_REQUESTED']);
    pushed();
    assert.deepEqual(await post([], blocking), { kind: 'posted', posted: 0, fixed: 1, dismissed: 1 });
    assert.deepEqual(fake.state.reviews.map(({ state, dismissal }) => [state, dismissal]), [['DISMISSED', 'Headcheck passes as of 3333333.']]);
  });

  it('comments where the pull request is its own', async () => {
    addPull(fake.state, 7, { files: [addedFile('train.yaml', ['model: org/a'])], headSha: sha(1), author: BOT });
    await post([item()], { requestChanges: true });
    assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['COMMENTED']);
  });

  it('says everything in the body where a push has moved the lines meanwhile', async () => {
    const stale = [{ path: 'train.yaml', patch: addedFile('train.yaml', Array.from({ length: 200 }, () => 'x')).patch ?? null }];
    await post([item({ line: 150 })], { files: stale });
    assert.equal(fake.state.reviewComments.length, 0);
    assert.match(fake.state.reviews[0]?.body ?? '', /The head is missing\.$/);
  });

  it('says everything in the body where a push has replaced the commit meanwhile', async () => {
    const checked = sha(1);
    push(fake.state, 7, sha(2), fake.state.pulls.get(7)?.files ?? []);
    await post([item()], { stamp: { key: 'default', head: checked, run, attempt: 1 } });
    assert.equal(fake.state.reviewComments.length, 0);
    assert.match(fake.state.reviews[0]?.body ?? '', /The head is missing\.$/);
  });

  it('leaves to a newer run, to other keys and to other authors what is theirs', async () => {
    await post([item()]);
    run = 0;
    assert.equal((await post([item({ line: 2 })])).kind, 'superseded');
    run = 2;
    await post([], { stamp: { key: 'other', head: sha(2), run, attempt: 1 } });
    assert.equal(only().minimized, null);
    github = await open(fake.token('other', 'other-app[bot]', ['pull_requests:write']));
    await post([]);
    assert.equal(only().minimized, null);
  });

  it('looks at more than one page of threads', async () => {
    for (let i = 0; i < 120; i++) {
      fake.state.reviewComments.push({ id: fake.state.nextId++, pull: 7, review: 1, author: 'octocat', body: `talk ${i}`, path: 'train.yaml', subject: 'line', side: 'RIGHT', line: 1, text: 'model: org/a', commit: sha(1), inReplyTo: null, minimized: null, resolved: false });
    }
    await post([item()]);
    pushed();
    assert.equal((await post([item()])).kind, 'unchanged');
  });

  it('says quietly that a read-only token may not write', async () => {
    github = await open(fake.token('reader', BOT, ['pull_requests:read']));
    assert.equal((await post([item()])).kind, 'refused');
  });

  it('caps a body that would be too long', async () => {
    const items = Array.from({ length: 50 }, (_, i) => item({ subject: `org/${i}`, path: 'README.md', body: 'x'.repeat(3_000) }));
    await post(items);
    assert.match(fake.state.reviews[0]?.body ?? '', /\d+ more do not fit here\.$/);
  });
});
