import { downloadFile, fileExists, listFiles, modelInfo, parseSafetensorsMetadata, pathsInfo } from '@huggingface/hub';
import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startGitHubFiles } from './github-files.ts';
import { startHub } from './hub.ts';
import { safetensors } from './safetensors.ts';

// The real client is the judge: what it can't use is not a Hub.
const root = await mkdtemp(join(tmpdir(), 'headcheck-hub-'));
const big = 6 * 1024 ** 3;
const header = safetensors({ w: ['U8', [1]] });
await writeFile(join(root, 'sparse.bin'), header);
await truncate(join(root, 'sparse.bin'), big);

const shard = (name: string) => safetensors({ [name]: ['F32', [2, 3]] });
const hub = await startHub({
  pageSize: 2,
  repos: {
    'org/model': {
      files: {
        'config.json': '{"model_type": "llama"}', 'README.md': '# hi', 'unet/config.json': '{}',
        'model-00001-of-00002.safetensors': shard('a'), 'model-00002-of-00002.safetensors': shard('b'),
        'model.safetensors.index.json': JSON.stringify({ metadata: {}, weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' } }),
        'sparse.bin': { path: join(root, 'sparse.bin') },
      },
    },
    'org/private': { private: true, readers: ['hf_reader'], files: { 'model.safetensors': shard('p') } },
    'org/old': { movedTo: 'org/model' },
    gpt2: { files: { 'model.safetensors': shard('wte') } },
  },
});
after(async () => {
  await hub.close();
  await rm(root, { recursive: true });
});
const hubUrl = hub.endpoint;

test('the real client lists files over several pages, with hashes', async () => {
  const entries = [];
  for await (const entry of listFiles({ repo: 'org/model', recursive: true, hubUrl })) entries.push(entry);
  assert.deepEqual(entries.filter((entry) => entry.type === 'file').map((entry) => entry.path).sort(), [
    'README.md', 'config.json', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model.safetensors.index.json', 'sparse.bin', 'unet/config.json']);
  assert.match(entries.find((entry) => entry.path.startsWith('model-00001'))?.lfs?.oid ?? '', /^[0-9a-f]{64}$/);
  const top = [];
  for await (const entry of listFiles({ repo: 'org/model', hubUrl })) top.push(entry.path);
  assert.ok(top.includes('unet') && !top.includes('unet/config.json'));
});

test('the real client downloads small and large files, and ranges of a file of 6 GB', async () => {
  assert.equal(await (await downloadFile({ repo: 'org/model', path: 'config.json', hubUrl }))?.text(), '{"model_type": "llama"}');
  const blob = await downloadFile({ repo: 'org/model', path: 'sparse.bin', hubUrl });
  assert.equal(blob?.size, big);
  assert.deepEqual(Buffer.from(await (blob ?? new Blob([])).slice(0, 8).arrayBuffer()), header.subarray(0, 8));
  assert.equal(await downloadFile({ repo: 'org/model', path: 'absent.txt', hubUrl }), null);
});

test('the real client parses sharded safetensors, legacy and renamed repositories', async () => {
  const sharded = await parseSafetensorsMetadata({ repo: 'org/model', hubUrl });
  assert.ok(sharded.sharded);
  assert.deepEqual(Object.keys(sharded.headers).length, 2);
  const legacy = await parseSafetensorsMetadata({ repo: 'gpt2', hubUrl });
  assert.ok(!legacy.sharded);
  assert.deepEqual(legacy.header.wte?.shape, [2, 3]);
  assert.ok((await parseSafetensorsMetadata({ repo: 'org/old', hubUrl })).sharded);
});

test('the real client sees information, paths, and what is private', async () => {
  assert.equal((await modelInfo({ name: 'org/model', hubUrl })).name, 'org/model');
  assert.deepEqual((await pathsInfo({ repo: 'org/model', paths: ['unet', 'config.json', 'absent'], hubUrl })).map((info) => info.type), ['directory', 'file']);
  assert.ok(await fileExists({ repo: 'org/private', path: 'model.safetensors', accessToken: 'hf_reader', hubUrl }));
  await assert.rejects(downloadFile({ repo: 'org/private', path: 'model.safetensors', hubUrl }), { statusCode: 401 });
  await assert.rejects(downloadFile({ repo: 'org/private', path: 'model.safetensors', accessToken: 'hf_unknown', hubUrl }), { statusCode: 401, message: /Invalid credentials/ });
});

test('the second host never saw a token', () => {
  assert.ok(hub.requests.some((request) => request.server === 'files'));
  assert.deepEqual(hub.requests.filter((request) => request.server === 'files' && request.authorization !== null), []);
});

test('the store of files notices what GitHub does not describe', async () => {
  const github = await startGitHubFiles({ releases: { v1: {} } });
  assert.equal((await fetch(`${github.apiUrl}/repos/o/r/releases/tags/v1`)).status, 200);
  await fetch(`${github.apiUrl}/repos/o/r/releases/1/assets?per-page=1`);
  await fetch(`${github.apiUrl}/repos/o/r/no-such-operation`);
  await assert.rejects(github.close(), /per-page is not described[^]*no-such-operation: is no operation/);
});
