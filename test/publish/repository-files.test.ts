import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { isRecord } from '../support/github/description.ts';
import { AccessError, UnreachableError } from '../../src/errors.ts';
import { connect, type GitHub } from '../../src/publish/client.ts';
import { pathsAt, textAt } from '../../src/publish/repository-files.ts';
import { textsAt } from '../../src/publish/texts.ts';
import { FakeGitHub } from '../support/github/fake-github.ts';
import { failure } from '../support/github/route.ts';

const HEAD = 'a'.repeat(40);

describe('the files of a commit', () => {
  let fake: FakeGitHub;
  let github: GitHub;

  beforeEach(async () => {
    fake = await FakeGitHub.start();
    fake.token('reader', 'github-actions[bot]', ['contents:read']);
    fake.state.files.set(HEAD, new Map([['a.yaml', 'a'], ['out/model.safetensors', 'b'], ['out/deep/er/config.json', 'c']]));
    github = await connect({ apiUrl: fake.api, serverUrl: 'https://github.com', token: 'reader', repository: 'octo-org/octo-model' }, { proxy: null, patience: 0 });
  });
  afterEach(() => fake.close());

  it('are all found, also where GitHub cuts the list', async () => {
    const all = ['a.yaml', 'out/deep/er/config.json', 'out/model.safetensors'];
    assert.deepEqual([...(await pathsAt(github, HEAD)) ?? []].sort(), all);
    let cuts = 2;
    // What lists everything below the root, and then below `out`, is cut.
    fake.rewrite = (_, body) => (isRecord(body) && Array.isArray(body['tree']) && body['tree'].some((entry) => isRecord(entry) && String(entry['path']).includes('/')) && cuts-- > 0 ? { ...body, tree: [], truncated: true } : body);
    assert.deepEqual([...(await pathsAt(github, HEAD)) ?? []].sort(), all);
    assert.ok(cuts <= 0);
  });

  it('are not known where one folder alone has more than GitHub lists', async () => {
    fake.rewrite = (_, body) => (isRecord(body) && Array.isArray(body['tree']) ? { ...body, truncated: true } : body);
    assert.equal(await pathsAt(github, HEAD), null);
  });

  it('are none where there is no such commit', async () => {
    assert.equal(await pathsAt(github, 'c'.repeat(40)), null);
  });

  it('have no text only where GitHub says that there is no such file', async () => {
    assert.deepEqual([await textAt(github, HEAD, 'a.yaml'), await textAt(github, HEAD, 'b.yaml')], ['a', null]);
    for (const [status, message, kind] of [[403, 'Resource not accessible by integration', AccessError], [502, 'Bad Gateway', UnreachableError]] as const) {
      fake.faults.push({ method: 'GET', path: /contents/, times: 99, answer: failure(status, message) });
      await assert.rejects(textAt(github, HEAD, 'a.yaml'), kind);
      const { texts, failures } = await textsAt(github, HEAD, ['a.yaml']);
      assert.deepEqual([texts.size, failures.get('a.yaml')?.constructor], [0, kind]);
      fake.faults.length = 0;
    }
  });

  describe('in large numbers', () => {
    const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `c/${i}.yaml`);
    const asked = (): string[] => fake.requests.map(({ method, path }) => `${method} ${path.replace(/^\/repos\/[^/]+\/[^/]+/, '')}`);
    beforeEach(() => { fake.state.files.set(HEAD, new Map(many(130).map((path) => [path, `of ${path}`]))); });

    it('have their texts by a few requests', async () => {
      const { texts, failures } = await textsAt(github, HEAD, many(130));
      assert.deepEqual([texts.size, texts.get('c/0.yaml'), texts.get('c/129.yaml'), failures.size], [130, 'of c/0.yaml', 'of c/129.yaml', 0]);
      assert.deepEqual(asked(), ['POST /graphql', 'POST /graphql', 'POST /graphql']);
    });

    it('are asked for one by one where GitHub cuts a text, takes it for no text, or does not show it', async () => {
      fake.state.files.get(HEAD)?.set('c/7.yaml', 'x'.repeat(600_000)).set('c/8.yaml', 'a\u0000b').delete('c/9.yaml');
      const { texts, failures } = await textsAt(github, HEAD, many(130));
      assert.deepEqual([texts.size, texts.get('c/7.yaml')?.length, texts.get('c/8.yaml'), texts.has('c/9.yaml'), failures.size], [129, 600_000, 'a\u0000b', false, 0]);
      assert.deepEqual(asked().filter((request) => request.startsWith('GET')).sort(), [7, 8, 9].map((i) => `GET /contents/${encodeURIComponent(`c/${i}.yaml`)}`));
    });

    it('are told of where GitHub gives them only one by one, and they are too many for that', async () => {
      fake.faults.push({ method: 'POST', path: /graphql/, times: 99, answer: failure(403, 'Resource not accessible by integration') });
      const { texts, failures } = await textsAt(github, HEAD, many(130));
      assert.deepEqual([texts.size, failures.size], [100, 30]);
      assert.deepEqual(failures.get('c/129.yaml')?.constructor, AccessError);
      assert.equal(asked().filter((request) => request === 'POST /graphql').length, 1, 'what was refused once is not asked again');
    });
  });
});
