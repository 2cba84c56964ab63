import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { MalformedError, NotFoundError, UnreachableError, UsageError } from '../../src/errors.ts';
import { parseReference } from '../../src/reference/parse.ts';
import { createSourceContext, openSource } from '../../src/source/open.ts';
import { startGitHubFiles, type GitHubFilesOptions } from '../support/hub/github-files.ts';
import { safetensors } from '../support/hub/safetensors.ts';
import { zip } from '../support/hub/zip.ts';

const closing: (() => Promise<void>)[] = [];
after(async () => { for (const close of closing) await close(); });

async function given(options: GitHubFilesOptions) {
  const github = await startGitHubFiles({ token: 'ghs_t', ...options });
  const context = createSourceContext({
    directory: '/', hub: { endpoint: 'https://huggingface.co', token: null }, proxy: null, retry: { attempts: 2, firstDelayMs: 1 },
    github: { apiUrl: github.apiUrl, serverUrl: github.serverUrl, token: 'ghs_t', repository: 'o/r' },
  });
  closing.push(async () => { await context.close(); await github.close(); });
  const open = async (text: string) => await openSource(parseReference(text, { directory: '/', hubEndpoint: 'https://huggingface.co' }), context);
  return { github, open };
}
const one = (content: Buffer, name = 'model') => ({ artifacts: [{ name, runId: 7, content, created: '2026-01-01T00:00:00Z' }] });
/** Bytes that do not compress, the same every time. */
const noise = (length: number) => Buffer.concat(Array.from({ length: Math.ceil(length / 32) }, (_, i) => createHash('sha256').update(String(i)).digest())).subarray(0, length);
const weights = Buffer.concat([safetensors({ w: ['U8', [600_000]] }).subarray(0, -600_000), noise(600_000)]);
const files = { 'config.json': Buffer.from('{"a": 1}'), 'sub/model.safetensors': weights, 'b.safetensors': weights };

test('stored members are read by ranges: one request for the directory, one a shard', async () => {
  const { github, open } = await given(one(zip(files, { deflate: false })));
  const source = await open('artifact://model');
  assert.deepEqual(source.files.map((file) => [file.path, file.size]), [['b.safetensors', weights.length], ['config.json', 8], ['sub/model.safetensors', weights.length]]);
  assert.equal(source.revision, '7'.padStart(40, '0'));
  assert.equal(github.files.seen.length, 1);
  const reader = await source.open('sub/model.safetensors');
  assert.deepEqual(Buffer.from(await reader.read(0, 8)), weights.subarray(0, 8));
  assert.deepEqual(Buffer.from(await reader.read(8, 90_000)), weights.subarray(8, 90_000));
  assert.equal(github.files.seen.length, 2);
  assert.deepEqual(Buffer.from(await reader.read(500_000, 500_010)), weights.subarray(500_000, 500_010));
  assert.deepEqual(Buffer.from(await reader.read(50_000, weights.length)), weights.subarray(50_000));
  assert.ok(github.files.seen.every((request) => request.headers.authorization === undefined && /^bytes=\d+-\d+$/.test(request.headers.range ?? '')));
  assert.equal(github.api.seen.length, 2);
});

test('of deflated members only the head is fetched and unpacked', async () => {
  const { github, open } = await given(one(zip(files, { deflate: true })));
  const source = await open('artifact://7/model');
  const reader = await source.open('sub/model.safetensors');
  const [head, again] = await Promise.all([reader.read(0, 8), reader.read(8, 60)]);
  assert.deepEqual(Buffer.concat([head, again]), weights.subarray(0, 60));
  const taken = github.files.seen.map((request) => /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')).reduce((sum, range) => sum + Number(range?.[2]) - Number(range?.[1]) + 1, 0);
  assert.ok(taken < 350_000, `${taken} of ${weights.length * 2} bytes`);
  assert.deepEqual(Buffer.from(await reader.read(300_000, 300_100)), weights.subarray(300_000, 300_100));
  assert.deepEqual(Buffer.from(await reader.read(0, weights.length)), weights);
  await reader.close?.();
  const config = await source.open('config.json');
  assert.equal(Buffer.from(await config.read(0, 8)).toString(), '{"a": 1}');
});

test('a small archive is read once', async () => {
  const { github, open } = await given(one(zip({ 'config.json': Buffer.from('{}') }, { deflate: true })));
  const reader = await (await open('artifact://model')).open('config.json');
  assert.equal(Buffer.from(await reader.read(0, 2)).toString(), '{}');
  assert.equal(github.files.seen.length, 1);
});

test('an artifact without an archive is its one file, also where that is a PyTorch archive', async () => {
  const { open } = await given({ artifacts: [
    { name: 'model.safetensors', runId: 1, content: weights, created: '2026-01-01T00:00:00Z' },
    { name: 'model.bin', runId: 1, content: zip({ 'archive/data.pkl': Buffer.from('x'), 'archive/data/0': Buffer.from('y') }, { deflate: false }), created: '2026-01-01T00:00:00Z' },
  ] });
  const raw = await open('artifact://model.safetensors');
  assert.deepEqual(raw.files, [{ path: 'model.safetensors', size: weights.length, sha256: null }]);
  assert.deepEqual(Buffer.from(await (await raw.open('model.safetensors')).read(0, 8)), weights.subarray(0, 8));
  assert.deepEqual((await open('artifact://model.bin')).files.map((file) => file.path), ['model.bin']);
});

test('the newest artifact of the name that is still there is taken', async () => {
  const content = (text: string) => zip({ 'a.txt': Buffer.from(text) }, { deflate: false });
  const { open } = await given({ artifacts: [
    { name: 'm', runId: 1, content: content('1'), created: '2026-01-01T00:00:00Z' }, { name: 'm', runId: 2, content: content('22'), created: '2026-01-03T00:00:00Z' },
    { name: 'm', runId: 3, content: content('333'), created: '2026-01-04T00:00:00Z', expired: true }, { name: 'old', runId: 3, content: content('x'), created: '2026-01-04T00:00:00Z', expired: true },
  ] });
  assert.equal((await open('artifact://m')).files[0]?.size, 2);
  assert.equal((await open('artifact://1/m')).files[0]?.size, 1);
  await assert.rejects(open('artifact://old'), (error: unknown) => error instanceof NotFoundError && /expired/.test(error.message) && /retention-days/.test(error.hint));
  await assert.rejects(open('artifact://nope'), (error: unknown) => error instanceof NotFoundError && /actions: read/.test(error.hint));
});

test('damaged and hostile archives are refused with what is wrong', async () => {
  const good = zip(files, { deflate: true });
  const refused = async (content: Buffer, type: typeof MalformedError | typeof UsageError | typeof UnreachableError, message: RegExp, path?: string) => {
    const { open } = await given(one(content));
    const reading = async () => {
      const source = await open('artifact://model');
      await (await source.open(path ?? '')).read(0, 8);
    };
    await assert.rejects(reading(), (error: unknown) => {
      assert.ok(error instanceof type, String(error));
      assert.match(error.message, message);
      return true;
    });
  };
  await refused(good.subarray(0, -30), MalformedError, /archive of the artifact "model" is damaged/);
  await refused(zip({ '../evil': Buffer.from('x') }, { deflate: false }), UsageError, /leads out/);
  await refused(zip({ '/etc/x': Buffer.from('x') }, { deflate: false }), UsageError, /leads out/);
  await refused(zip(files, { deflate: true, flags: 1 }), MalformedError, /encrypted/, 'b.safetensors');
  await refused(zip(files, { deflate: true, method: 12 }), MalformedError, /method 12/, 'b.safetensors');
  const damaged = Buffer.from(good);
  damaged.fill(0xff, 40, 60);
  await refused(damaged, MalformedError, /cannot be unpacked|something else is there/, 'config.json');
});

test('what is declared too small or too large in an archive is noticed', async () => {
  const content = zip({ 'a.bin': Buffer.alloc(1000) }, { deflate: true });
  const directory = content.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  for (const [size, message] of [[10, /more than the 10 bytes/], [2000, /1000 bytes and not to 2000/]] as const) {
    const lying = Buffer.from(content);
    lying.writeUInt32LE(size, directory + 24);
    const { open } = await given(one(lying));
    const reader = await (await open('artifact://model')).open('a.bin');
    await assert.rejects(reader.read(0, size), (error: unknown) => error instanceof MalformedError && message.test(error.message));
  }
});
