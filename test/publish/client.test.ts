import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect as connectTo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { connect, explained, isRefusal, type ConnectOptions, type GitHub } from '../../src/publish/client.ts';
import { viewer } from '../../src/publish/viewer.ts';
import { FakeGitHub } from '../support/github/fake-github.ts';
import { addPull } from '../support/github/pull.ts';
import { failure } from '../support/github/route.ts';

describe('the connection to GitHub', () => {
  let fake: FakeGitHub;
  beforeEach(async () => {
    fake = await FakeGitHub.start();
    addPull(fake.state, 7);
    fake.token('writer', 'github-actions[bot]', ['pull_requests:write']);
  });
  afterEach(() => fake.close());

  const open = (options: Partial<ConnectOptions> = {}, apiUrl = fake.api, repository: string | null = 'octo-org/octo-model', token: string | null = 'writer'): Promise<GitHub> =>
    connect({ apiUrl, serverUrl: 'https://github.com', token, repository }, { proxy: null, patience: 0, ...options });
  const pull = async (github: GitHub): Promise<number> => (await github.rest.pulls.get({ owner: github.owner, repo: github.repo, pull_number: 7 })).data.number;
  const comment = (github: GitHub) => github.rest.issues.createComment({ owner: github.owner, repo: github.repo, issue_number: 7, body: 'x' });
  const limit = { ...failure(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'), headers: { 'retry-after': '3' } };

  it('waits when GitHub asks to slow down, says so, and goes on', async () => {
    const said: string[] = [];
    const github = await open({ patience: 0.001, onWait: (message) => said.push(message) });
    fake.faults.push({ method: 'POST', path: /comments$/, times: 1, answer: limit });
    assert.equal((await comment(github)).status, 201);
    assert.deepEqual(said, ['GitHub asks us to slow down; waiting 3 s.']);
    assert.equal(fake.state.comments.length, 1);
  });

  it('gives up where the wait is not worth it, which is no refusal', async () => {
    const said: string[] = [];
    const github = await open({ patience: 0.001, onWait: (message) => said.push(message) });
    fake.faults.push({ method: 'POST', path: /comments$/, times: 9, answer: { ...limit, headers: { 'retry-after': '900' } } });
    await assert.rejects(comment(github), (error) => !isRefusal(error) && explained(error, 'comment').name === 'UnreachableError');
    assert.deepEqual(said, ['GitHub asks us to slow down; giving up, as it asks for 900 s.']);
  });

  it('tries again what only reads', async () => {
    fake.faults.push({ method: 'GET', path: /pulls\/7$/, times: 2, answer: failure(502, 'Bad Gateway') });
    assert.equal(await pull(await open()), 7);
  });

  it('keeps a second between writes', async () => {
    const github = await open({ patience: 1 });
    const begin = performance.now();
    await comment(github);
    await comment(github);
    assert.ok(performance.now() - begin >= 990);
  });

  it('says what can be done about an error', async () => {
    const errors = await Promise.all([['nobody', 7], ['writer', 99]].map(async ([token, number]) => {
      const github = await open({}, fake.api, 'octo-org/octo-model', String(token));
      return await github.rest.pulls.get({ owner: github.owner, repo: github.repo, pull_number: Number(number) }).then(() => null, (error: unknown) => explained(error, 'read it'));
    }));
    assert.deepEqual(errors.map((error) => error?.name), ['AccessError', 'NotFoundError']);
    assert.match(errors[0]?.message ?? '', /^GitHub does not accept the token to read it: Bad credentials/);
  });

  it('asks for a repository and a token', async () => {
    for (const wrong of [null, 'name', 'a/b/c', '/b']) await assert.rejects(open({}, fake.api, wrong), { name: 'UsageError' });
    await assert.rejects(open({}, fake.api, 'a/b', null), { name: 'UsageError', message: /token/ });
  });

  it('finds the GraphQL of an Enterprise Server', async () => {
    const seen: string[] = [];
    const server = await listen(createServer((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: { viewer: { login: 'bot[bot]' } } }));
    }));
    assert.equal(await viewer(await open({}, `${server.url}/api/v3`)), 'bot[bot]');
    assert.deepEqual(seen, ['/api/graphql']);
    server.close();
  });

  it('has the same retries and methods inside of a workflow, and names the job to GitHub', async () => {
    const agents: string[] = [];
    const said: string[] = [];
    fake.before = (_method, _path, headers) => { agents.push(headers['user-agent'] ?? ''); };
    process.env['ACTIONS_ORCHESTRATION_ID'] = 'job-1';
    try {
      const github = await open({ toolkit: () => import('@actions/github/lib/utils'), patience: 0.001, onWait: (message) => said.push(message) });
      fake.faults.push({ method: 'GET', path: /pulls\/7$/, times: 1, answer: failure(502, 'Bad Gateway') }, { method: 'POST', path: /comments$/, times: 1, answer: limit });
      assert.equal(await pull(github), 7);
      assert.equal((await comment(github)).status, 201);
      assert.equal((await github.paginate(github.rest.issues.listComments, { owner: github.owner, repo: github.repo, issue_number: 7 })).length, 1);
      assert.deepEqual(said, ['GitHub asks us to slow down; waiting 3 s.']);
      assert.ok(agents.length >= 5 && agents.every((agent) => agent.startsWith('headcheck actions_orchestration_id/job-1')), agents.join('\n'));
    } finally {
      delete process.env['ACTIONS_ORCHESTRATION_ID'];
    }
  });

  it('goes through a proxy, but not to hosts that go without', async () => {
    const tunnels: string[] = [];
    const server = createServer();
    server.on('connect', (request, socket, head) => {
      tunnels.push(request.url ?? '');
      const [host, port] = (request.url ?? '').split(':');
      const upstream = connectTo(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      for (const end of [upstream, socket]) end.on('error', () => { upstream.destroy(); socket.destroy(); });
    });
    const proxy = await listen(server);
    const warnings: Error[] = [];
    const warned = (warning: Error): number => warnings.push(warning);
    process.on('warning', warned);
    for (const inActions of [false, true]) assert.equal(await pull(await open({ ...(inActions ? { toolkit: () => import('@actions/github/lib/utils') } : {}), proxy: { url: proxy.url.replace(inActions ? 'http://' : '', ''), except: [] } })), 7);
    process.off('warning', warned);
    assert.deepEqual(warnings, []);
    await assert.rejects(open({ proxy: { url: 'ftp://proxy', except: [] } }), { name: 'UsageError', message: /proxy/ });
    assert.deepEqual(tunnels, [new URL(fake.api).host, new URL(fake.api).host]);
    assert.equal(await pull(await open({ proxy: { url: proxy.url, except: ['127.0.0.1'] } })), 7);
    assert.equal(tunnels.length, 2);
    proxy.close();
  });
});

async function listen(server: Server): Promise<{ url: string; close: () => void }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, close: () => { server.closeAllConnections(); server.close(); } };
}
