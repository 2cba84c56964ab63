import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { connect, type GitHub } from '../../src/publish/client.ts';
import { LONGEST_BODY, readMarker } from '../../src/publish/marker.ts';
import { publishSticky, type StickyComment, type StickyOutcome } from '../../src/publish/sticky-comment.ts';
import { FakeGitHub } from '../support/github/fake-github.ts';
import { addPull } from '../support/github/pull.ts';
import { failure } from '../support/github/route.ts';

const BOT = 'github-actions[bot]';

describe('the sticky comment', () => {
  let fake: FakeGitHub;
  let github: GitHub;

  beforeEach(async () => {
    fake = await FakeGitHub.start();
    addPull(fake.state, 7);
    github = await open(fake.token('writer', BOT, ['pull_requests:write']));
  });
  afterEach(() => fake.close());

  const open = (token: string): Promise<GitHub> =>
    connect({ apiUrl: fake.api, serverUrl: 'https://github.com', token, repository: 'octo-org/octo-model' }, { proxy: null, patience: 0 });
  const sticky = (text: string, more: Partial<StickyComment> & { run?: number; attempt?: number; started?: number; head?: string; key?: string } = {}): StickyComment => {
    const { run = 1, attempt = 1, started, head = 'a', key = 'default', ...rest } = more;
    const stamp = { key, head: head.repeat(40), run, attempt, ...(started === undefined ? {} : { started }) };
    return { pullRequest: 7, stamp, body: () => text, create: true, substance: null, position: async () => 'apart', ...rest };
  };
  const post = (text: string, more: Parameters<typeof sticky>[1] = {}): Promise<StickyOutcome> => publishSticky(github, sticky(text, more));
  const texts = (): string[] => fake.state.comments.filter(({ author }) => author === BOT).map(({ body }) => body.split('\n').slice(1).join('\n'));
  const say = (author: string, body: string): void => {
    fake.state.comments.push({ id: fake.state.nextId++, issue: 7, body, author, authorType: author.endsWith('[bot]') ? 'Bot' : 'User', reactions: [], edits: 0 });
  };

  it('is created once and then updated in place', async () => {
    const first = await post('incomplete');
    const second = await post('complete', { run: 2 });
    assert.equal(first.kind, 'created');
    assert.equal(second.kind, 'updated');
    assert.deepEqual(texts(), ['complete']);
    assert.ok('url' in first && 'url' in second && first.url === second.url);
  });

  it('is found behind many pages of talk', async () => {
    await post('incomplete');
    for (let i = 0; i < 250; i++) say('someone', `talk ${i}`);
    const [ours] = fake.state.comments.splice(0, 1);
    assert.ok(ours);
    fake.state.comments.push(ours);
    assert.equal((await post('complete', { run: 2 })).kind, 'updated');
    assert.deepEqual(texts(), ['complete']);
  });

  it('leaves alone what others wrote, even with our marker in it', async () => {
    await post('incomplete');
    const [ours] = fake.state.comments;
    assert.ok(ours);
    const marker = ours.body;
    fake.state.comments.length = 0;
    say('mallory', marker);
    say(BOT, `quoting:\n${marker}`);
    assert.equal((await post('mine', { run: 2 })).kind, 'created');
    assert.deepEqual(fake.state.comments.map(({ author, edits }) => [author, edits]), [['mallory', 0], [BOT, 0], [BOT, 0]]);
  });

  it('is one a key', async () => {
    await post('linux', { key: 'linux --> <b>' });
    await post('mac', { key: 'mac' });
    await post('linux again', { key: 'linux --> <b>', run: 2 });
    assert.deepEqual(texts(), ['linux again', 'mac']);
    assert.ok(fake.state.comments.every(({ body }) => /^<!-- headcheck:comment [^<>]* -->\n/.test(body)), 'a key cannot end the marker');
  });

  it('is never overwritten by an older run or attempt', async () => {
    await post('newer', { run: 5, attempt: 2 });
    assert.equal((await post('older', { run: 4 })).kind, 'superseded');
    assert.equal((await post('older attempt', { run: 5, attempt: 1 })).kind, 'superseded');
    assert.deepEqual(texts(), ['newer']);
  });

  it('is brought up to date by a run that is run again, after a run that was made later', async () => {
    await post('incomplete', { run: 100, started: 10 });
    await post('incomplete still', { run: 101, started: 20 });
    assert.equal((await post('complete', { run: 100, attempt: 2, started: 30 })).kind, 'updated');
    assert.equal((await post('late', { run: 101, started: 25 })).kind, 'superseded');
    assert.deepEqual(texts(), ['complete']);
  });

  it('takes the attempts of one run in their order, whatever the clocks of its machines say', async () => {
    await post('first', { run: 5, started: 90 });
    assert.equal((await post('second', { run: 5, attempt: 2, started: 10 })).kind, 'updated');
    assert.equal((await post('late', { run: 5, started: 90 })).kind, 'superseded');
  });

  it('understands what an earlier version posted, which does not say when it began', async () => {
    await post('of old', { run: 5 });
    assert.equal((await post('older', { run: 4, started: 10 })).kind, 'superseded');
    assert.equal((await post('newer', { run: 6, started: 10 })).kind, 'updated');
    assert.match(fake.state.comments[0]?.body ?? '', / run=6 attempt=1 started=10 /);
  });

  describe('about another commit', () => {
    const at = (text: string, position: 'head' | 'overtaken' | 'apart', more: Parameters<typeof sticky>[1]): ReturnType<typeof post> => post(text, { ...more, position: async () => position });

    it('stays where the commit at hand has been built upon, whatever clock and number say', async () => {
      await at('newer commit', 'head', { head: 'b', run: 5, started: 10 });
      for (const late of [{ run: 9, started: 20 }, { run: 4, attempt: 2, started: 20 }, { run: 9 }]) {
        assert.ok(['overtaken', 'superseded'].includes((await at('older commit', 'overtaken', late)).kind));
      }
      assert.deepEqual(texts(), ['newer commit']);
    });

    it('stays where a run of a replaced commit is run again', async () => {
      await at('pushed by force', 'head', { head: 'b', run: 5, started: 10 });
      assert.equal((await at('replaced', 'apart', { run: 4, attempt: 2, started: 20 })).kind, 'superseded');
    });

    it('gives way to the head of the pull request where only one of clock and number is against it', async () => {
      await at('tried in the queue', 'apart', { head: 'b', run: 200, started: 20 });
      assert.equal((await at('slow', 'head', { run: 100, started: 10 })).kind, 'superseded');
      assert.equal((await at('run again', 'head', { run: 100, attempt: 2, started: 30 })).kind, 'updated');
      assert.equal((await at('pushed', 'head', { head: 'c', run: 300, started: 25 })).kind, 'updated', 'by a machine whose clock is behind');
    });
  });

  it('is not created where it is not wanted, but a failure on display is updated', async () => {
    assert.equal((await post('complete', { create: false })).kind, 'not-wanted');
    assert.equal(fake.writes().length, 0);
    await post('incomplete', { run: 2 });
    assert.equal((await post('complete', { create: false, run: 3 })).kind, 'updated');
    assert.deepEqual(texts(), ['complete']);
  });

  it('is left as it is where only the same would be said', async () => {
    await post('incomplete, run 1', { substance: 'incomplete' });
    assert.equal((await post('incomplete, run 2', { run: 2, substance: 'incomplete' })).kind, 'unchanged');
    assert.equal((await post('complete, run 3', { run: 3, substance: 'complete' })).kind, 'updated');
    assert.deepEqual(texts(), ['complete, run 3']);
  });

  for (const [name, runs] of [['the newer first', [2, 1]], ['the older first', [1, 2]], ['attempts of the same run', [3, 3]]] as const) {
    it(`is one comment after a race, ${name}`, async () => {
      const clients = await Promise.all(runs.map(() => open('writer')));
      // Both have seen an empty list before either writes.
      let listed = 0;
      let release = (): void => undefined;
      const both = new Promise<void>((resolve) => { release = resolve; });
      fake.before = async (method, path) => {
        if (method === 'POST' && path.endsWith('/comments')) {
          if (++listed === 2) release();
          await both;
        }
      };
      const outcomes = await Promise.all(clients.map((client, i) => publishSticky(client, sticky(`run ${runs[i]}`, { run: runs[i] ?? 0, attempt: runs[0] === runs[1] ? i + 1 : 1 }))));
      const newest = Math.max(...runs);
      assert.deepEqual(texts(), [`run ${newest}`]);
      assert.equal(outcomes.length, 2);
    });
  }

  it('is taken back by an older run that came late, after the newer one had made sure', async () => {
    const late = await open('writer');
    fake.before = async (method, path) => {
      if (method !== 'POST' || !path.endsWith('/comments')) return;
      fake.before = () => undefined;
      await post('newer', { run: 9 });
    };
    assert.equal((await publishSticky(late, sticky('older', { run: 8 }))).kind, 'superseded');
    assert.deepEqual(texts(), ['newer']);
  });

  it('wins back its place where an older run overwrote it meanwhile', async () => {
    await post('old', { run: 1 });
    let once = true;
    fake.before = (method, path) => {
      const [ours] = fake.state.comments;
      if (method === 'GET' && path.endsWith('/comments') && once && ours && readMarker(ours.body)?.run === 3) {
        once = false;
        ours.body = ours.body.replace('run=3', 'run=2').replace('new', 'overwritten');
      }
    };
    assert.equal((await post('new', { run: 3 })).kind, 'updated');
    assert.equal(once, false);
    assert.deepEqual(texts(), ['new']);
  });

  it('is not posted twice where only the answer was lost', async () => {
    fake.faults.push({ method: 'POST', path: /\/comments$/, times: 1, applied: true, answer: failure(502, 'Bad Gateway') });
    assert.equal((await post('incomplete')).kind, 'created');
    assert.deepEqual(texts(), ['incomplete']);
  });

  it('is tried again after a failure of the server', async () => {
    fake.faults.push({ method: 'POST', path: /\/comments$/, times: 2, answer: failure(500, 'Server Error') });
    assert.equal((await post('incomplete')).kind, 'created');
    assert.deepEqual(texts(), ['incomplete']);
  });

  it('says quietly that a read-only token may not write', async () => {
    github = await open(fake.token('reader', BOT, ['pull_requests:read']));
    assert.deepEqual(await post('incomplete'), { kind: 'refused' });
    assert.deepEqual(texts(), []);
  });

  it('explains an unknown pull request', async () => {
    await assert.rejects(post('incomplete', { pullRequest: 99 }), { name: 'NotFoundError', message: /comment on pull request #99/ });
  });

  it('leaves room for its marker', async () => {
    const outcome = await publishSticky(github, { ...sticky(''), body: (limit) => 'x'.repeat(limit) });
    assert.equal(outcome.kind, 'created');
    assert.equal(fake.state.comments[0]?.body.length, LONGEST_BODY);
  });
});
