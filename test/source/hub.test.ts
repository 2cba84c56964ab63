import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { AccessError, NotFoundError, UsageError } from '../../src/errors.ts';
import { parseReference } from '../../src/reference/parse.ts';
import { createSourceContext, openSource, type SourceEvent } from '../../src/source/open.ts';
import { startHub, type HubOptions } from '../support/hub/hub.ts';
import { safetensors } from '../support/hub/safetensors.ts';

const closing: (() => Promise<void>)[] = [];
after(async () => { for (const close of closing) await close(); });

/** A Hub, and a function that opens references on it as a user with this token would. */
async function given(options: HubOptions, token: string | null = null) {
  const hub = await startHub(options);
  const events: SourceEvent[] = [];
  const context = createSourceContext({ directory: '/nowhere', hub: { endpoint: hub.endpoint, token }, proxy: null, retry: { attempts: 3, firstDelayMs: 1 }, onProgress: (event) => events.push(event) });
  closing.push(async () => { await context.close(); await hub.close(); });
  const open = async (text: string) => await openSource(parseReference(text, { directory: '/nowhere', hubEndpoint: hub.endpoint }), context);
  return { hub, open, events };
}
const failure = (type: typeof AccessError | typeof NotFoundError | typeof UsageError, message: RegExp, hint: RegExp = /./) => (error: unknown) => {
  assert.ok(error instanceof type, String(error));
  assert.match(error.message, message);
  assert.match(error.hint, hint);
  return true;
};
const weights = safetensors({ 'model.embed_tokens.weight': ['F32', [4, 3]] });
const large = safetensors({ w: ['F32', [100_000]] });
const files = { 'config.json': '{}', 'model.safetensors': weights, 'unet/diffusion_pytorch_model.safetensors': weights, 'unet/config.json': '{"a":1}' };

test('a repository is pinned to its commit and listed over all pages, with sizes and hashes', async () => {
  const { hub, open, events } = await given({ repos: { 'org/name': { files } }, pageSize: 2 });
  const source = await open('hf://org/name');
  assert.equal(source.revision, hub.commit('org/name'));
  assert.deepEqual(source.files.map((file) => [file.path, file.size, file.sha256 === null]), [
    ['config.json', 2, true], ['model.safetensors', weights.length, false], ['unet/config.json', 7, true], ['unet/diffusion_pytorch_model.safetensors', weights.length, false]]);
  assert.equal(source.files[1]?.sha256, source.files[3]?.sha256);
  assert.deepEqual(hub.requests.map((request) => request.url.replace(/\?.*/, '')).slice(1), Array(3).fill(`/api/models/org/name/tree/${source.revision}`));
  assert.deepEqual(events, [{ kind: 'resolved', reference: 'hf://org/name', revision: source.revision, files: 4 }]);
});

test('a shard is one request, however its head is read', async () => {
  const { hub, open, events } = await given({ repos: { 'org/name': { files: { 'a.safetensors': large, 'b.safetensors': large } } } });
  const source = await open('hf://org/name');
  const before = hub.requests.length;
  await Promise.all(source.files.map(async ({ path }) => {
    const reader = await source.open(path);
    const length = Number(Buffer.from(await reader.read(0, 8)).readBigUInt64LE());
    assert.deepEqual(Buffer.from(await reader.read(8, 8 + length)), large.subarray(8, 8 + length));
    assert.deepEqual(Buffer.from(await reader.read(0, 5000)), large.subarray(0, 5000));
  }));
  const asked = hub.requests.slice(before).map((request) => [request.server, request.range]);
  assert.deepEqual(asked.sort(), [['files', 'bytes=0-99999'], ['files', 'bytes=0-99999'], ['hub', 'bytes=0-99999'], ['hub', 'bytes=0-99999']]);
  assert.equal(events.filter((event) => event.kind === 'bytes').length, 2);
});

test('no byte is read twice, and later ranges go straight to the second host', async () => {
  const { hub, open } = await given({ repos: { 'org/name': { files: { 'a.safetensors': large } } } });
  const reader = await (await open('hf://org/name')).open('a.safetensors');
  await reader.read(0, 8);
  const before = hub.requests.length;
  assert.deepEqual(Buffer.from(await reader.read(8, 150_000)), large.subarray(8, 150_000));
  assert.deepEqual(Buffer.from(await reader.read(300_000, 300_010)), large.subarray(300_000, 300_010));
  assert.deepEqual(hub.requests.slice(before).map((request) => [request.server, request.range]), [['files', 'bytes=100000-149999'], ['files', 'bytes=300000-300009']]);
});

test('an address of the second host that expired is fetched anew', async () => {
  let expired = false;
  const { hub, open } = await given({ repos: { 'org/name': { files: { 'a.safetensors': large } } }, intercept(request, response) {
    if (!expired || !(request.headers.host ?? '').startsWith('localhost')) return false;
    expired = false;
    response.writeHead(403).end();
    return true;
  } });
  const reader = await (await open('hf://org/name')).open('a.safetensors');
  await reader.read(0, 8);
  expired = true;
  const before = hub.requests.length;
  assert.deepEqual(Buffer.from(await reader.read(200_000, 200_004)), large.subarray(200_000, 200_004));
  assert.deepEqual(hub.requests.slice(before).map((request) => request.server), ['files', 'hub', 'files']);
});

test('a folder, a file, an index, a legacy name, a pull request and a renamed repository are found', async () => {
  const { open, hub } = await given({ resolveCache: true, repos: {
    'org/name': { files: { ...files, 'sub/model.safetensors.index.json': '{}', 'sub/x.safetensors': weights }, revisions: { 'refs/pr/3': { files: { 'new.safetensors': weights } }, 'feature/x': { files: { 'x.txt': 'x' } } } },
    'org/old': { movedTo: 'org/name' }, gpt2: { files: { 'config.json': '{}' } },
  } });
  const paths = async (text: string) => (await open(text)).files.map((file) => file.path);
  assert.deepEqual(await paths('hf://org/name@main/unet'), ['config.json', 'diffusion_pytorch_model.safetensors']);
  assert.deepEqual(await paths(`${hub.endpoint}/org/name/blob/main/unet/config.json`), ['config.json']);
  assert.deepEqual(await paths('hf://org/name/sub/model.safetensors.index.json'), ['model.safetensors.index.json', 'x.safetensors']);
  const named = await open('hf://org/name/unet/diffusion_pytorch_model.safetensors');
  assert.deepEqual([named.named, named.files.map((file) => file.path)], ['diffusion_pytorch_model.safetensors', ['config.json', 'diffusion_pytorch_model.safetensors']]);
  assert.equal((await open('hf://org/name/sub/x.safetensors')).named, 'x.safetensors');
  await assert.rejects(open('hf://org/name/sub/y.safetensors'), /has no "sub\/y\.safetensors"/);
  assert.deepEqual(await paths('hf://org/name@refs/pr/3'), ['new.safetensors']);
  assert.deepEqual(await paths(`${hub.endpoint}/org/name/tree/feature%2Fx`), ['x.txt']);
  assert.deepEqual(await paths('hf://gpt2'), ['config.json']);
  const renamed = await open('hf://org/old');
  const before = hub.requests.length;
  const reader = await renamed.open('unet/config.json');
  assert.equal(Buffer.from(await reader.read(0, reader.size)).toString(), '{"a":1}');
  assert.ok(hub.requests.slice(before).every((request) => !request.url.includes('/org/old')));
  const inner = await (await open('hf://org/name/unet')).open('config.json');
  assert.equal(Buffer.from(await inner.read(0, 7)).toString(), '{"a":1}');
});

test('a whole commit hash needs no request to be resolved', async () => {
  const { hub, open } = await given({ repos: { 'org/name': { files } } });
  const commit = hub.commit('org/name');
  assert.equal((await open(`hf://org/name@${commit}`)).revision, commit);
  assert.deepEqual(hub.requests.map((request) => request.url), [`/api/models/org/name/tree/${commit}?recursive=true`]);
  await assert.rejects(open(`hf://org/name@${'0'.repeat(40)}`), failure(NotFoundError, /no revision "0000/));
});

test('a token with a line end works, one with other characters is refused without being shown', async () => {
  const repos = { 'org/name': { private: true, readers: ['hf_reader'], files } };
  assert.equal((await (await given({ repos }, 'hf_reader\n')).open('hf://org/name')).files.length, 4);
  await assert.rejects((await given({ repos }, 'hf_a\nhf_b')).open('hf://org/name'), (error: unknown) => failure(UsageError, /HF_TOKEN/)(error) && error instanceof Error && !error.message.includes('hf_a'));
  await assert.rejects((await given({ repos }, ' ')).open('hf://org/name'), failure(NotFoundError, /no public model/));
});

test('the token goes to the Hub and to no other host', async () => {
  const { hub, open } = await given({ repos: { 'org/name': { private: true, readers: ['hf_reader'], files } } }, 'hf_reader');
  const source = await open('hf://org/name');
  const reader = await source.open('model.safetensors');
  await reader.read(0, 8);
  assert.ok(hub.requests.every((request) => (request.authorization === 'Bearer hf_reader') === (request.server === 'hub')));
  assert.ok(hub.requests.some((request) => request.server === 'files'));
});

test('a page of the listing that leads to another host does not get the token', async () => {
  const { hub, open } = await given({ repos: { 'org/name': { private: true, readers: ['hf_reader'], files } }, intercept(request, response, self) {
    if ((request.headers.host ?? '').startsWith('localhost')) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
      return true;
    }
    if (!(request.url ?? '').includes('/tree/')) return false;
    response.writeHead(200, { link: `<${self.filesEndpoint}/next>; rel="next"` }).end(JSON.stringify([{ type: 'file', path: 'config.json', size: 2 }]));
    return true;
  } }, 'hf_reader');
  assert.equal((await open('hf://org/name')).files.length, 1);
  assert.deepEqual(hub.requests.filter((request) => request.server === 'files').map((request) => request.authorization), [null]);
});

test('each refusal of the Hub says what it means and what to do', async () => {
  const repos = {
    'org/private': { private: true, readers: ['hf_reader'], files }, 'org/gated': { gated: true, readers: ['hf_reader'], files },
    'org/disabled': { disabled: true, files }, 'org/name': { files },
  };
  const anonymous = await given({ repos });
  await assert.rejects(anonymous.open('hf://org/absent'), failure(NotFoundError, /no public model org\/absent/, /HF_TOKEN/));
  await assert.rejects(anonymous.open('hf://org/private'), failure(NotFoundError, /no public model/, /private.*HF_TOKEN/));
  await assert.rejects(anonymous.open('hf://org/name@nope'), failure(NotFoundError, /no revision "nope"/));
  await assert.rejects(anonymous.open('hf://org/name/nope'), failure(NotFoundError, /no "nope"/));
  await assert.rejects(anonymous.open('hf://org/disabled'), failure(AccessError, /disabled/));
  const gated = await (await anonymous.open('hf://org/gated')).open('model.safetensors');
  await assert.rejects(gated.read(0, 8), failure(AccessError, /gated/, /HF_TOKEN/));
  const other = await given({ repos, tokens: ['hf_other'] }, 'hf_other');
  await assert.rejects(other.open('hf://org/private'), failure(NotFoundError, /the token may see/));
  const refused = await (await other.open('hf://org/gated')).open('model.safetensors');
  await assert.rejects(refused.read(0, 8), failure(AccessError, /gated/, /let in/));
  const invalid = await given({ repos }, 'hf_invalid');
  await assert.rejects(invalid.open('hf://org/name'), failure(AccessError, /does not accept the token/, /HF_TOKEN/));
  const reader = await given({ repos }, 'hf_reader');
  const allowed = await (await reader.open('hf://org/gated')).open('model.safetensors');
  assert.deepEqual(Buffer.from(await allowed.read(0, 8)), weights.subarray(0, 8));
});

test('a 401 without a code is not guessed at, and a server\'s message is tamed', async () => {
  for (const [status, message] of [[401, /missing, private or gated/], [403, /refuses access/]] as const) {
    const { open } = await given({ repos: {}, intercept(_request, response) {
      response.writeHead(status, { 'x-error-message': `no\u0085 entry ${'x'.repeat(500)}` }).end();
      return true;
    } });
    await assert.rejects(open('hf://org/name'), (error: unknown) => failure(AccessError, message, /HF_TOKEN/)(error) && error instanceof Error && error.message.length < 450 && !/\p{Cc}/u.test(error.message));
  }
});

test('an endpoint that is none is a usage error', async () => {
  const context = createSourceContext({ directory: '/', hub: { endpoint: 'hub.example', token: null }, proxy: null });
  await assert.rejects(openSource(parseReference('hf://org/name', { directory: '/', hubEndpoint: 'https://huggingface.co' }), context), failure(UsageError, /hub\.example/, /HF_ENDPOINT/));
});
