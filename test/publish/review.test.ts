import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { connect, type GitHub } from '../../src/publish/client.ts';
import { publishReview, type Review, type ReviewOutcome } from '../../src/publish/review.ts';
import { MOST_INLINE, MOST_ON_FILE, type ReviewItem } from '../../src/publish/review-plan.ts';
import { FakeGitHub } from '../support/github/fake-github.ts';
import { addedFile, addPull } from '../support/github/pull.ts';
import { failure } from '../support/github/route.ts';
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
  const item = (more: Partial<ReviewItem> = {}): ReviewItem => ({ subject: 'org/a', path: 'train.yaml', line: 1, body: 'The head is missing.', isProvisional: false, blocks: true, says: more.body ?? '', ...more });
  const post = (items: readonly ReviewItem[], more: Partial<Review> & { undecided?: readonly string[]; inOrder?: readonly string[]; sawAll?: boolean; skipped?: readonly string[] } = {}): Promise<ReviewOutcome> => publishReview(github, {
    pullRequest: 7, stamp: { key: 'default', head: sha(run), run, attempt: 1 }, standing: { items, undecided: more.undecided ?? [], inOrder: more.inOrder ?? [], sawAll: more.sawAll ?? true, skipped: more.skipped ?? [] }, opening: 'One checkpoint is incomplete.', position: async () => 'apart', isVouchedFor: true, requestChanges: false, failing: items.length > 0, wholeIsElsewhere: false,
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
  /** Of the reviews that we made, without those that GitHub makes of a comment on a file. */
  const bodies = (): string[] => fake.state.reviews.map(({ body }) => body).filter((body) => body !== '');
  const answer = (root: ReviewComment): void => {
    fake.state.reviewComments.push({ ...root, id: fake.state.nextId++, author: 'octocat', body: 'On purpose.', inReplyTo: root.id });
  };

  it('comments on the line that made the reference, in one review that does not block', async () => {
    const outcome = await post([item(), item({ subject: 'org/b', line: 2 })]);
    assert.deepEqual(outcome, { kind: 'posted', posted: 2, asked: false, fixed: 0, dismissed: 0 });
    assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['COMMENTED']);
    assert.deepEqual(fake.state.reviewComments.map(({ path, line }) => [path, line]), [['train.yaml', 1], ['train.yaml', 2]]);
    assert.match(fake.state.reviews[0]?.body ?? '', /^<!-- headcheck:review [^\n]*\nOne checkpoint is incomplete\.$/);
  });

  it('says on the file, then in the body, what has no line in the diff', async () => {
    await post([item({ line: 999 }), item({ subject: 'org/b', path: 'weights.bin', line: null }), item({ subject: 'org/c', path: 'README.md', line: 3, body: 'Elsewhere.' })]);
    assert.deepEqual(fake.state.reviewComments.map(({ path, subject }) => [path, subject]), [['train.yaml', 'file'], ['weights.bin', 'file']]);
    assert.match(bodies()[0] ?? '', /Elsewhere\.$/);
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
    assert.match(bodies()[0] ?? '', /Finding 39\.[^]*File 7\.$/);
  });

  it('does not bring on the next push what was one too many on this', async () => {
    const many = Array.from({ length: 40 }, (_, i) => item({ subject: `org/${i}`, line: i + 1, body: `Finding ${i}.` }));
    const files = Array.from({ length: 8 }, (_, i) => item({ subject: `file/${i}`, path: 'weights.bin', line: null, body: `File ${i}.` }));
    await post([...many, ...files], { wholeIsElsewhere: true });
    pushed();
    assert.equal((await post([...many, ...files], { wholeIsElsewhere: true })).kind, 'unchanged');
    pushed();
    assert.equal((await post([...many.slice(1), ...files], { wholeIsElsewhere: true })).posted, 1, 'where one is gone, there is room for another');
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
    assert.deepEqual(await post([]), { kind: 'posted', posted: 0, asked: false, fixed: 1, dismissed: 0 });
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
    assert.deepEqual(await post([], blocking), { kind: 'posted', posted: 0, asked: false, fixed: 1, dismissed: 1 });
    assert.deepEqual(fake.state.reviews.map(({ state, dismissal }) => [state, dismissal]), [['DISMISSED', 'Headcheck passes as of 3333333.']]);
  });

  it('comments where the pull request is its own, once', async () => {
    addPull(fake.state, 7, { files: [addedFile('train.yaml', ['model: org/a'])], headSha: sha(1), author: BOT });
    for (let i = 0; i < 3; i++) {
      await post([item()], { requestChanges: true });
      pushed();
    }
    assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['COMMENTED']);
    await post([], { requestChanges: true });
    assert.match(bodies()[0] ?? '', /\n\*\*Passes\*\* as of 4444444\.\n\nOne checkpoint is incomplete\.$/);
    pushed();
    await post([item()], { requestChanges: true });
    assert.equal(fake.state.reviews.length, 2, 'what has come back is said again');
  });

  it('asks again for what was mended and came back, but not for what a person has accepted', async () => {
    const blocking = { requestChanges: true };
    await post([item()], blocking);
    pushed();
    await post([], blocking);
    pushed();
    await post([item()], blocking);
    assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['DISMISSED', 'CHANGES_REQUESTED']);
    const [, review] = fake.state.reviews;
    assert.ok(review);
    review.state = 'DISMISSED';
    pushed();
    assert.equal((await post([item()], blocking)).kind, 'unchanged');
    await post([item(), item({ subject: 'org/b', path: 'README.md' })], { ...blocking, wholeIsElsewhere: true });
    assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['DISMISSED', 'DISMISSED', 'CHANGES_REQUESTED'], 'another checkpoint was not accepted');
  });

  it('asks for changes also where nothing but the check itself went wrong', async () => {
    await post([], { requestChanges: true, failing: true });
    pushed();
    assert.equal((await post([], { requestChanges: true, failing: true })).kind, 'unchanged');
    pushed();
    assert.equal((await post([], { requestChanges: true, failing: false })).dismissed, 1);
  });

  describe('of what cannot be judged this time', () => {
    const blocking = { requestChanges: true };
    const unread = item({ body: 'It can’t be read.', isProvisional: true, blocks: false });

    it('leaves standing what was said before, and the block', async () => {
      await post([item()], blocking);
      pushed();
      assert.equal((await post([], { ...blocking, undecided: ['org/a'] })).kind, 'unchanged');
      pushed();
      assert.equal((await post([unread], { ...blocking, undecided: ['org/a'] })).kind, 'unchanged');
      assert.equal(only().minimized, null);
      assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['CHANGES_REQUESTED']);
      pushed();
      assert.deepEqual(await post([], { ...blocking, inOrder: ['org/a'] }), { kind: 'posted', posted: 0, asked: false, fixed: 1, dismissed: 1 });
    });

    it('takes the block back where another checkpoint was what it was made for', async () => {
      await post([item()], blocking);
      pushed();
      assert.equal((await post([], { ...blocking, inOrder: ['org/a'], undecided: ['org/b'] })).dismissed, 1);
    });

    it('takes back that it could not be read once it can, though it stays undecided', async () => {
      await post([unread], { ...blocking, undecided: ['org/a'], failing: true });
      pushed();
      await post([], { ...blocking, undecided: ['org/a'] });
      assert.equal(only().minimized, 'OUTDATED');
      assert.deepEqual(fake.state.reviews.map(({ state }) => state), ['DISMISSED']);
    });

    it('marks nothing as fixed that the run did not see, and what it did see', async () => {
      await post([item(), item({ subject: 'org/b', line: 2 })]);
      pushed();
      assert.equal((await post([], { sawAll: false, inOrder: ['org/b'] })).fixed, 1);
      assert.deepEqual(fake.state.reviewComments.map(({ line, minimized }) => [line, minimized]), [[1, null], [2, 'RESOLVED']]);
    });
  });

  it('marks as fixed what a body said, says it anew if it comes back, and repeats nothing beside what is new', async () => {
    const elsewhere = item({ path: 'README.md', body: 'Elsewhere.' });
    await post([elsewhere]);
    pushed();
    await post([elsewhere, item({ subject: 'org/b', path: 'README.md', body: 'Further.' })]);
    assert.match(bodies()[1] ?? '', /incomplete\.\n\nFurther\.$/);
    pushed();
    assert.equal((await post([])).fixed, 2);
    assert.match(bodies()[0] ?? '', /\n\*\*Passes\*\* as of 3333333\.\n\nOne checkpoint is incomplete\.\n\nElsewhere\.$/);
    pushed();
    assert.equal((await post([])).kind, 'unchanged');
    await post([elsewhere]);
    assert.equal(bodies().length, 3);
  });

  for (const wholeIsElsewhere of [false, true]) {
    it(`says in the body what GitHub will not have on a file, once, ${wholeIsElsewhere ? 'beside a comment' : 'without a comment'} that says the whole`, async () => {
      fake.faults.push({ method: 'POST', path: /\/pulls\/7\/comments$/, times: 99, answer: failure(422, 'Validation Failed') });
      const refused = item({ subject: 'org/b', path: 'weights.bin', line: null, body: 'On the file.' });
      assert.equal((await post([item(), refused], { wholeIsElsewhere })).posted, 2);
      assert.match(bodies()[0] ?? '', /On the file\.$/);
      assert.deepEqual(fake.state.reviewComments.map(({ path }) => path), ['train.yaml']);
      pushed();
      const before = fake.writes().length;
      assert.equal((await post([item(), refused], { wholeIsElsewhere })).kind, 'unchanged');
      assert.equal(fake.writes().length, before, 'nothing is tried again');
      pushed();
      assert.equal((await post([item()], { wholeIsElsewhere })).fixed, 1);
    });
  }

  it('leaves one of two comments that runs which raced have made', async () => {
    await post([item()]);
    const first = only();
    fake.state.reviewComments.push({ ...first, id: fake.state.nextId++ });
    pushed();
    await post([item()]);
    assert.deepEqual(fake.state.reviewComments.map(({ minimized }) => minimized), [null, 'OUTDATED']);
  });

  it('keeps of two comments the one that somebody answered', async () => {
    await post([item()]);
    const second = { ...only(), id: fake.state.nextId++ };
    fake.state.reviewComments.push(second, { ...second, id: fake.state.nextId++, author: 'octocat', body: 'On purpose.', inReplyTo: second.id });
    pushed();
    await post([item()]);
    assert.deepEqual(fake.state.reviewComments.map(({ minimized }) => minimized), ['OUTDATED', null, null]);
  });

  it('does not repeat what a person has resolved or hidden, until it says something else', async () => {
    for (const change of [{ resolved: true }, { minimized: 'OFF_TOPIC' }]) {
      fake.state.reviewComments.length = 0;
      await post([item()]);
      Object.assign(only(), change);
      pushed(['# moved', 'model: org/a  # changed']);
      assert.equal((await post([item({ line: 2 })])).kind, 'unchanged');
      await post([item({ line: 2, body: 'A layer is missing, too.' })]);
      assert.equal(fake.state.reviewComments.length, 2);
    }
  });

  it('says again what a person has deleted', async () => {
    await post([item()]);
    fake.state.reviewComments.length = 0;
    pushed();
    assert.equal((await post([item()])).posted, 1);
  });

  it('moves with a file that is renamed', async () => {
    await post([item()]);
    const [file] = fake.state.pulls.get(7)?.files ?? [];
    run += 1;
    push(fake.state, 7, sha(run), [{ ...addedFile('run.yaml', ['model: org/a']), ...(file?.patch === undefined ? {} : { patch: file.patch }) }]);
    await post([item({ path: 'run.yaml' })]);
    assert.deepEqual(fake.state.reviewComments.map(({ path, minimized }) => [path, minimized]), [['train.yaml', 'OUTDATED'], ['run.yaml', null]]);
  });

  for (const [how, previous] of [['that GitHub knows', 'train.yaml'], ['of which GitHub does not tell, as the pull request adds it', null]] as const) {
    it(`is not said again, where people answered or resolved it, after a file was renamed ${how}`, async () => {
      for (const change of [{ resolved: true }, { minimized: 'OFF_TOPIC' }, null]) {
        fake.state.reviewComments.length = 0;
        push(fake.state, 7, sha(++run), [addedFile('train.yaml', ['model: org/a'])]);
        await post([item()]);
        if (change === null) answer(only());
        else Object.assign(only(), change);
        const before = structuredClone(fake.state.reviewComments);
        push(fake.state, 7, sha(++run), [addedFile('run.yaml', ['model: org/a'])]);
        const files = [{ path: 'run.yaml', previousPath: previous, patch: addedFile('run.yaml', ['model: org/a']).patch ?? null }];
        assert.equal((await post([item({ path: 'run.yaml' })], { files })).kind, 'unchanged');
        assert.deepEqual(fake.state.reviewComments.map(({ line: _, ...rest }) => rest), before.map(({ line: _, ...rest }) => rest));
      }
    });
  }

  it('is not said again where GitHub keeps the thread in a file that was renamed', async () => {
    await post([item()]);
    const { line } = only();
    pushed();
    Object.assign(only(), { line });
    const renamed = [{ path: 'run.yaml', previousPath: 'train.yaml', patch: addedFile('run.yaml', ['model: org/a']).patch ?? null }];
    assert.equal((await post([item({ path: 'run.yaml' })], { files: renamed })).kind, 'unchanged');
  });

  it('is said of each file that names it, though it was answered in another one', async () => {
    await post([item()]);
    answer(only());
    run += 1;
    push(fake.state, 7, sha(run), [addedFile('train.yaml', ['model: org/a']), addedFile('run.yaml', ['model: org/a'])]);
    assert.equal((await post([item(), item({ path: 'run.yaml' })])).posted, 1);
  });

  it('leaves open what is fixed in a thread that was resolved', async () => {
    await post([item()]);
    only().resolved = true;
    pushed();
    await post([], { inOrder: ['org/a'] });
    assert.match(only().body, /\n\*\*Fixed\*\* as of/);
    assert.equal(only().minimized, null);
  });

  it('is not taken in by a person who has the name of a bot', async () => {
    await post([item()]);
    const forged = { ...only(), id: fake.state.nextId++, author: 'github-actions' };
    fake.state.reviewComments.push(forged);
    pushed();
    await post([]);
    assert.deepEqual(fake.state.reviewComments.map(({ minimized }) => minimized), ['RESOLVED', null]);
    assert.equal(forged.body, fake.state.reviewComments[1]?.body);
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

  it('is not repeated either where there is more to say than a marker holds', async () => {
    const items = Array.from({ length: 400 }, (_, i) => item({ subject: `org/${i}`, path: 'README.md', body: `Finding ${i}.` }));
    await post(items, { requestChanges: true });
    assert.match(bodies()[0] ?? '', /\n\n100 more do not fit here\.$/);
    pushed();
    assert.equal((await post(items, { requestChanges: true })).kind, 'unchanged');
  });

  it('minimises a body of which nothing holds any more, and no other', async () => {
    await post([item({ path: 'README.md' }), item({ subject: 'org/b', path: 'README.md', body: 'Further.' })]);
    pushed();
    await post([item({ path: 'README.md', body: 'The head and a layer are missing.' }), item({ subject: 'org/b', path: 'README.md', body: 'Further.' })]);
    assert.deepEqual(fake.state.reviews.map(({ minimized }) => minimized), [null, null], 'a part of it still holds');
    pushed();
    await post([item({ path: 'README.md', body: 'All is missing.' }), item({ subject: 'org/b', path: 'README.md', body: 'Nothing is left.' })]);
    assert.deepEqual(fake.state.reviews.map(({ minimized }) => minimized), ['OUTDATED', 'OUTDATED', null]);
    pushed();
    const before = fake.requests.filter(({ path }) => path === '/graphql').length;
    assert.equal((await post([item({ path: 'README.md', body: 'All is missing.' }), item({ subject: 'org/b', path: 'README.md', body: 'Nothing is left.' })])).kind, 'unchanged');
    assert.ok(fake.requests.filter(({ path }) => path === '/graphql').length - before <= 1, 'it is not done again');
    pushed();
    assert.equal((await post([item({ path: 'README.md' })], { undecided: ['org/b'] })).posted, 1, 'what comes back is said anew');
    assert.equal(fake.state.reviews[2]?.minimized, null, 'what could not be judged may hold still');
  });

  it('caps a body that would be too long', async () => {
    const items = Array.from({ length: 50 }, (_, i) => item({ subject: `org/${i}`, path: 'README.md', body: 'x'.repeat(3_000) }));
    await post(items);
    assert.match(fake.state.reviews[0]?.body ?? '', /\d+ more do not fit here\.$/);
  });
});
