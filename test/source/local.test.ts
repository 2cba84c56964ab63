import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { AccessError, NotFoundError, UnreachableError, UsageError } from '../../src/errors.ts';
import { parseReference } from '../../src/reference/parse.ts';
import { createSourceContext, openSource } from '../../src/source/open.ts';
import type { Source } from '../../src/source/source.ts';

const root = await mkdtemp(join(tmpdir(), 'headcheck-local-'));
after(async () => await rm(root, { recursive: true }));

const open = async (text: string, options: { directory?: string; followLinks?: boolean } = {}) => {
  const directory = options.directory ?? root;
  const context = createSourceContext({ directory, hub: { endpoint: 'https://huggingface.co', token: null }, proxy: null, followLinks: options.followLinks ?? false });
  return await openSource(parseReference(text, { directory, hubEndpoint: 'https://huggingface.co' }), context);
};
const sizeOf = async (source: Source, path: string) => {
  const reader = await source.open(path);
  await reader.close?.();
  return reader.size;
};
const lay = async (folder: string, files: Readonly<Record<string, string>>) => {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, folder, path, '..'), { recursive: true });
    await writeFile(join(root, folder, path), text);
  }
};

test('a directory lists its files and those of its folders, sorted, and reads ranges', async () => {
  await lay('model', { 'model.safetensors': '0123456789', 'config.json': '{}', 'unet/a.safetensors': 'x', 'a/b/c.txt': 'x', 'a/b/c/deep.txt': 'x', '.git/HEAD': 'x', 'node_modules/x.js': 'x' });
  const source = await open('model');
  assert.deepEqual(source.files.map((file) => [file.path, file.size]), [['a/b/c.txt', 1], ['config.json', 2], ['model.safetensors', 10], ['unet/a.safetensors', 1]]);
  assert.ok(source.isLocal);
  const reader = await source.open('model.safetensors');
  assert.equal(Buffer.from(await reader.read(2, 5)).toString(), '234');
  await assert.rejects(reader.read(5, 11), RangeError);
  await reader.close?.();
  await assert.rejects(source.open('../model/config.json'), NotFoundError);
});

test('a file of weights brings what lies beside it, another file nothing; an index or a config stands for its directory', async () => {
  await lay('set', { 'm-00001-of-00001.safetensors': 'x', 'model.safetensors.index.json': '{}' });
  await lay('set', { 'below/x.safetensors': 'x', 'note.txt': 'x' });
  const beside = await open('set/m-00001-of-00001.safetensors');
  assert.deepEqual([beside.named, beside.files.map((file) => file.path)], ['m-00001-of-00001.safetensors', ['m-00001-of-00001.safetensors', 'model.safetensors.index.json', 'note.txt']]);
  const alone = await open('set/note.txt');
  assert.deepEqual([alone.named, alone.files.map((file) => file.path)], [undefined, ['note.txt']]);
  assert.equal((await open('set/model.safetensors.index.json')).files.length, 4);
  await lay('set', { 'config.json': '{}' });
  assert.equal((await open('set/config.json')).files.length, 5);
});

test('a path that is not there says so, and offers the Hub where the name could be one', async () => {
  await assert.rejects(open('org/name'), (error: unknown) => error instanceof NotFoundError && error.hint.includes('hf://org/name'));
  await assert.rejects(open('./org/name'), (error: unknown) => error instanceof NotFoundError && !error.hint.includes('hf://'));
  await assert.rejects(open('/dev/null'), UsageError);
});

test('a link out of the directory is listed and does not open, unless links are followed', async () => {
  await lay('linked', { 'config.json': '{}', 'real.safetensors': '123' });
  await lay('elsewhere', { 'secret': 'secret' });
  await symlink(join(root, 'elsewhere/secret'), join(root, 'linked/model.safetensors'));
  await symlink('real.safetensors', join(root, 'linked/inside.safetensors'));
  await symlink('nowhere', join(root, 'linked/dangling.safetensors'));
  const source = await open('linked');
  assert.deepEqual(source.files.map((file) => file.path), ['config.json', 'inside.safetensors', 'model.safetensors', 'real.safetensors']);
  await assert.rejects(source.open('model.safetensors'), AccessError);
  assert.equal(await sizeOf(source, 'inside.safetensors'), 3);
  const trusting = await open('linked', { followLinks: true });
  assert.equal(await sizeOf(trusting, 'model.safetensors'), 6);
});

test('a relative reference must not be a link out of the repository', async () => {
  await lay('outside', { 'config.json': '{}' });
  await mkdir(join(root, 'repo'));
  await symlink(join(root, 'outside'), join(root, 'repo/model'));
  await assert.rejects(open('model', { directory: join(root, 'repo') }), AccessError);
  assert.equal((await open('model', { directory: join(root, 'repo'), followLinks: true })).files.length, 1);
});

test('the cache of huggingface_hub is read through its links', async () => {
  const sha = 'a'.repeat(40);
  await lay('hub/models--org--name', { 'blobs/1234': 'weights' });
  await mkdir(join(root, `hub/models--org--name/snapshots/${sha}`), { recursive: true });
  await symlink('../../blobs/1234', join(root, `hub/models--org--name/snapshots/${sha}/model.safetensors`));
  const source = await open(`hub/models--org--name/snapshots/${sha}`);
  assert.equal(await sizeOf(source, 'model.safetensors'), 7);
});

test('a file that shrinks while it is read is an error, not zeros', async () => {
  await lay('shrink', { 'model.safetensors': '0123456789' });
  const reader = await (await open('shrink')).open('model.safetensors');
  await truncate(join(root, 'shrink/model.safetensors'), 4);
  await assert.rejects(reader.read(0, 10), UnreachableError);
  await reader.close?.();
});
