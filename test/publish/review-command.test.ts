import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { AccessError, NotFoundError } from '../../src/errors.ts';
import { reviewPullRequest } from '../../src/publish/review-command.ts';
import type { ReviewRequest } from '../../src/publish/review-command.ts';
import { FakeGitHub } from '../support/github/fake-github.ts';
import { addPull, addedFile } from '../support/github/pull.ts';
import { passing, reportOf, seed } from '../support/reports.ts';

let fake: FakeGitHub;
beforeEach(async () => {
  fake = await FakeGitHub.start();
  addPull(fake.state, 7, { files: [addedFile('deploy/serving.yaml', Array.from({ length: 20 }, (_, i) => `line: ${i}`))] });
});
afterEach(() => fake.close());

function request(overrides: Partial<ReviewRequest>): ReviewRequest {
  return {
    report: reportOf(seed), repository: 'octo-org/octo-model', pullRequest: 7, token: fake.token('writer', 'ci-bot', ['pull_requests:write']),
    apiUrl: fake.api, serverUrl: 'https://github.com', key: 'default', run: 1, attempt: 1, comment: 'findings', review: 'comment', failOn: 'error',
    proxy: null, onWait: () => {}, ...overrides,
  };
}

test('comments, reviews on the line, and says so', async () => {
  assert.match(await reviewPullRequest(request({})), /^Commented: https?:\/\/\S+; reviewed on 1 place\.$/);
  assert.match(fake.state.comments[0]?.body ?? '', /lm_head\.weight/);
});

test('nothing to say is said here, not there', async () => {
  assert.equal(await reviewPullRequest(request({ report: reportOf(passing) })), 'Nothing to say on pull request #7.');
  assert.equal(fake.state.comments.length, 0);
});

test('a token that may not write, and a pull request that is none', async () => {
  const reader = fake.token('reader', 'ci-bot', ['pull_requests:read']);
  assert.equal(await reviewPullRequest(request({ token: reader })), 'The token may not comment on pull request #7.');
  await assert.rejects(reviewPullRequest(request({ pullRequest: 8 })), NotFoundError);
  await assert.rejects(reviewPullRequest(request({ token: 'unknown' })), AccessError);
});
