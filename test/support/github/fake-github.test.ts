import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FakeGitHub } from './fake-github.ts';
import { addedFile, addPull } from './pull.ts';
import { push } from './state.ts';

const COMMENTS = '/repos/octo-org/octo-model/issues/7/comments';

async function withFake(use: (fake: FakeGitHub) => Promise<void>): Promise<readonly string[]> {
  const fake = await FakeGitHub.start();
  addPull(fake.state, 7, { files: [addedFile('train.yaml', ['model: org/a', 'steps: 3'])] });
  fake.token('writer', 'github-actions[bot]', ['pull_requests:write', 'actions:read']);
  fake.token('reader', 'github-actions[bot]', ['pull_requests:read']);
  await use(fake);
  const found = [...fake.violations];
  fake.violations.length = 0;
  await fake.close();
  return found;
}

const request = (fake: FakeGitHub, token: string, method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(`${fake.api}${path}`, { method, headers: { authorization: `token ${token}` }, redirect: 'manual', ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

describe('the fake GitHub', () => {
  it('notices what GitHub does not describe', async () => {
    const found = await withFake(async (fake) => {
      await request(fake, 'writer', 'POST', COMMENTS, { text: 'not the name of the field' });
      await request(fake, 'writer', 'GET', `${COMMENTS}?per-page=100`);
      await request(fake, 'writer', 'GET', '/repos/octo-org/octo-model/no-such-operation');
    });
    assert.equal(found.length, 4, found.join('\n'));
    assert.match(found.join('\n'), /required property 'body'[^]*additional properties[^]*per-page is not described[^]*no operation/);
  });

  it('answers the plain use without a violation', async () => {
    const found = await withFake(async (fake) => {
      assert.equal((await request(fake, 'writer', 'POST', COMMENTS, { body: 'hello' })).status, 201);
      const listed: unknown = await (await request(fake, 'reader', 'GET', COMMENTS)).json();
      assert.ok(Array.isArray(listed) && listed.length === 1);
      assert.equal((await request(fake, 'reader', 'GET', '/repos/octo-org/octo-model/pulls/7')).status, 200);
      assert.equal((await request(fake, 'reader', 'GET', '/repos/octo-org/octo-model/pulls/7/files')).status, 200);
    });
    assert.deepEqual(found, []);
  });

  it('refuses a read-only token, an unknown one, and lines outside the diff', async () => {
    const found = await withFake(async (fake) => {
      const refused = await request(fake, 'reader', 'POST', COMMENTS, { body: 'hello' });
      assert.equal(refused.status, 403);
      assert.match(await refused.text(), /Resource not accessible by integration/);
      assert.equal((await request(fake, 'nobody', 'GET', COMMENTS)).status, 401);
      const review = (line: number): Promise<Response> => request(fake, 'writer', 'POST', '/repos/octo-org/octo-model/pulls/7/reviews', { event: 'COMMENT', body: 'x', comments: [{ path: 'train.yaml', line, side: 'RIGHT', body: 'y' }] });
      assert.equal((await review(3)).status, 422);
      assert.equal(fake.state.reviewComments.length, 0);
      assert.equal((await review(1)).status, 200);
      push(fake.state, 7, 'c'.repeat(40), [addedFile('train.yaml', ['model: org/b', 'steps: 3'])]);
      assert.equal(fake.state.reviewComments[0]?.line, null, 'a push that changes the line makes the comment outdated');
    });
    assert.deepEqual(found, []);
  });
});
