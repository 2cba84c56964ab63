import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { AccessError, NotFoundError, UnreachableError, UsageError } from '../../src/errors.ts';
import { parseReference } from '../../src/reference/parse.ts';
import { parsePointer } from '../../src/source/lfs.ts';
import { createSourceContext, openSource, type SourceOptions } from '../../src/source/open.ts';
import { sha256, startGitHubFiles, type GitHubFilesOptions } from '../support/hub/github-files.ts';
import { safetensors } from '../support/hub/safetensors.ts';

const directory = await mkdtemp(join(tmpdir(), 'headcheck-github-'));
const closing: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closing) await close();
  await rm(directory, { recursive: true });
});

async function given(options: GitHubFilesOptions, token: string | null = 'ghs_t', more: Partial<SourceOptions> = {}) {
  const github = await startGitHubFiles(options);
  const context = createSourceContext({
    directory, hub: { endpoint: 'https://huggingface.co', token: 'hf_never' }, proxy: null, retry: { attempts: 3, firstDelayMs: 1 },
    github: { apiUrl: github.apiUrl, serverUrl: github.serverUrl, token, repository: 'o/r' }, ...more,
  });
  closing.push(async () => { await context.close(); await github.close(); });
  const open = async (text: string) => await openSource(parseReference(text, { directory, hubEndpoint: 'https://huggingface.co', githubServer: github.serverUrl }), context);
  return { github, open };
}
const weights = safetensors({ w: ['F32', [50_000]] });
const pointer = (content: Buffer) => `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(content)}\nsize ${content.length}\n`;

test('a release lists its assets over all pages, and reads one by ranges without showing the token to the second host', async () => {
  const releases = { 'v2/rc': { 'model.safetensors': weights, 'config.json': Buffer.from('{}'), 'z.txt': Buffer.from('z') }, v1: {} };
  const { github, open } = await given({ releases, token: 'ghs_t', pageSize: 2 });
  const source = await open('release://v2%2Frc');
  assert.deepEqual(source.files, [
    { path: 'config.json', size: 2, sha256: sha256(Buffer.from('{}')) }, { path: 'model.safetensors', size: weights.length, sha256: sha256(weights) }, { path: 'z.txt', size: 1, sha256: sha256(Buffer.from('z')) }]);
  const reader = await source.open('model.safetensors');
  assert.deepEqual(Buffer.from(await reader.read(0, 8)), weights.subarray(0, 8));
  assert.deepEqual(Buffer.from(await reader.read(8, 60)), weights.subarray(8, 60));
  assert.deepEqual(github.files.seen.map((request) => [request.headers.range, request.headers.authorization]), [['bytes=0-99999', undefined]]);
  assert.deepEqual((await open('release://latest')).files.length, 3);
  assert.deepEqual((await open('release://v2%2Frc/config.json')).files.map((file) => file.path), ['config.json']);
  const named = await open('release://v2%2Frc/model.safetensors');
  assert.deepEqual([named.named, named.files.length], ['model.safetensors', 3], 'its config may be among the other assets');
  await assert.rejects(open('release://v2%2Frc/nope'), (error: unknown) => error instanceof NotFoundError && /"config\.json"/.test(error.hint));
  await assert.rejects(open('release://v3'), (error: unknown) => error instanceof NotFoundError && /contents: read/.test(error.hint));
});

test('a pasted release address names its own repository', async () => {
  const { github, open } = await given({ releases: {} });
  await assert.rejects(open(`${github.serverUrl}/other/repo/releases/tag/v1`), /other\/repo has no release "v1"/);
  assert.equal(github.api.seen[0]?.url, '/repos/other/repo/releases/tags/v1');
});

test('GitHub\'s refusals say which permission is missing; its limits are waited for', async () => {
  const answers: [number, Record<string, string>][] = [[401, {}], [403, {}], [403, { 'retry-after': '0' }], [500, {}]];
  let [status, headers] = answers[0] ?? [500, {}];
  const { github, open } = await given({ intercept(_request, response) {
    response.writeHead(status, headers).end(JSON.stringify({ message: 'Resource not accessible by integration' }));
    return true;
  } });
  await assert.rejects(open('release://v1'), (error: unknown) => error instanceof AccessError && /token/.test(error.message));
  status = 403;
  await assert.rejects(open('release://v1'), (error: unknown) => error instanceof AccessError && /not accessible/.test(error.message) && /contents: read/.test(error.hint));
  assert.equal(github.api.seen.length, 2);
  [status, headers] = [403, { 'retry-after': '0' }];
  await assert.rejects(open('release://v1'), UnreachableError);
  assert.equal(github.api.seen.length, 5);
});

test('without a repository, a release says what is missing', async () => {
  const { open } = await given({}, null, { github: null });
  await assert.rejects(open('release://v1'), (error: unknown) => error instanceof UsageError && /GITHUB_REPOSITORY/.test(error.hint));
});

test('pointers of a checkout are replaced by what they stand for, in one batch, where that is asked for', async () => {
  await writeFile(join(directory, 'model.safetensors'), pointer(weights));
  await writeFile(join(directory, 'lost.safetensors'), pointer(Buffer.from('lost')));
  await writeFile(join(directory, 'config.json'), '{}');
  const plain = await given({ objects: [weights], token: 'ghs_t' });
  assert.equal((await plain.open('.')).files.find((file) => file.path === 'model.safetensors')?.size, pointer(weights).length);
  assert.deepEqual(plain.github.api.seen, []);
  const { github, open } = await given({ objects: [weights], token: 'ghs_t' }, 'ghs_t', { resolvePointers: true });
  const source = await open('.');
  assert.deepEqual(source.files.find((file) => file.path === 'model.safetensors'), { path: 'model.safetensors', size: weights.length, sha256: sha256(weights) });
  assert.ok(!source.isLocal);
  const reader = await source.open('model.safetensors');
  assert.deepEqual(Buffer.from(await reader.read(0, 8)), weights.subarray(0, 8));
  assert.deepEqual(Buffer.from(await reader.read(150_000, 150_004)), weights.subarray(150_000, 150_004));
  await assert.rejects((await source.open('lost.safetensors')).read(0, 4), (error: unknown) => error instanceof NotFoundError && /does not exist/.test(error.message));
  assert.deepEqual(github.api.seen.map((request) => [request.method, request.url]), [['POST', '/o/r.git/info/lfs/objects/batch']]);
  assert.ok(github.files.seen.every((request) => request.headers.authorization === undefined));
  const config = await source.open('config.json');
  assert.equal(config.size, 2);
  await config.close?.();
});

test('a folder of a repository is read without a checkout, through its pointers, and not through its links', async () => {
  const tree = { 'README.md': Buffer.from('# hi'), 'out/m/config.json': Buffer.from('{"a": 1}'), 'out/m/model.safetensors': Buffer.from(pointer(weights)), 'out/m/link.json': Buffer.from('link:/etc/passwd'), 'out/other.txt': Buffer.from('x') };
  const { github, open } = await given({ tree, objects: [weights], token: 'ghs_t' });
  const at = `${github.serverUrl}/o/r/tree/main`;
  const source = await open(`${at}/out/m`);
  assert.match(source.revision ?? '', /^[0-9a-f]{40}$/);
  assert.deepEqual(source.files, [{ path: 'config.json', size: 8, sha256: null }, { path: 'model.safetensors', size: weights.length, sha256: sha256(weights) }]);
  const config = await source.open('config.json');
  assert.equal(Buffer.from(await config.read(0, 8)).toString(), '{"a": 1}');
  const reader = await source.open('model.safetensors');
  assert.deepEqual(Buffer.from(await reader.read(0, 8)), weights.subarray(0, 8));
  assert.ok(github.files.seen.every((request) => request.headers.authorization === undefined));
  assert.deepEqual((await open(`${github.serverUrl}/o/r/blob/main/out/m/config.json`)).files.map((file) => file.path), ['config.json']);
  assert.equal((await open(`${github.serverUrl}/o/r`)).files.length, 4);
  await assert.rejects(open(`${at}/out/nope`), NotFoundError);
  await assert.rejects(open(`${at}/README.md/x`), NotFoundError);
  await assert.rejects(open(`${github.serverUrl}/o/r/tree/nope`), NotFoundError);
});

test('an LFS store that names a forbidden address is not followed', async () => {
  await writeFile(join(directory, 'model.safetensors'), pointer(weights));
  const { open } = await given({ intercept(_request, response) {
    response.end(JSON.stringify({ objects: [{ oid: sha256(weights), actions: { download: { href: 'http://169.254.169.254/latest', header: { Authorization: 'x' } } } }] }));
    return true;
  } }, 'ghs_t', { resolvePointers: true });
  await assert.rejects((await (await open('.')).open('model.safetensors')).read(0, 4), /forbidden address/);
});

test('a pointer is one only if it has all its parts', () => {
  assert.deepEqual(parsePointer(Buffer.from(pointer(weights))), { oid: sha256(weights), size: weights.length });
  for (const text of ['', 'version https://git-lfs.github.com/spec/v1\n', pointer(weights).replace('oid', 'xid'), pointer(weights).replace(/size .*/, 'size x'), `${pointer(weights)}${' '.repeat(1024)}`]) {
    assert.equal(parsePointer(Buffer.from(text)), null);
  }
});
