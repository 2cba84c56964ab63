import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readEnvironment } from '../../src/action/environment.ts';

const least = { GITHUB_REPOSITORY: 'o/r', GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: '/event.json' };

describe('the runner\'s variables', () => {
  it('have defaults where GitHub\'s own are meant; empty ones count as absent', () => {
    const { apiUrl, serverUrl, runId, runAttempt, workspace, proxy, noProxy, summary, githubToken } = readEnvironment({ ...least, GITHUB_API_URL: '', HTTPS_PROXY: '' });
    assert.deepEqual([apiUrl, serverUrl, runId, runAttempt, workspace, proxy, noProxy, summary, githubToken], ['https://api.github.com', 'https://github.com', 0, 1, process.cwd(), null, [], null, null]);
  });

  it('are read in both spellings of the proxy', () => {
    const { proxy, noProxy } = readEnvironment({ ...least, https_proxy: 'http://proxy:1', no_proxy: 'a.test, .b.test c.test' });
    assert.deepEqual([proxy, noProxy], ['http://proxy:1', ['a.test', '.b.test', 'c.test']]);
  });

  it('are asked for by name where they are absent or wrong', () => {
    assert.throws(() => readEnvironment({}), { name: 'UsageError', message: /GITHUB_REPOSITORY/ });
    assert.throws(() => readEnvironment({ ...least, GITHUB_REPOSITORY: '../x' }), { name: 'UsageError', message: /GITHUB_REPOSITORY/ });
    assert.throws(() => readEnvironment({ ...least, GITHUB_RUN_ID: 'one' }), { name: 'UsageError', message: /GITHUB_RUN_ID/ });
  });
});
