import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../../src/errors.ts';
import { formatRepositoryReference } from '../../src/reference/github.ts';
import { parseReference } from '../../src/reference/parse.ts';

const context = { directory: '/repo', hubEndpoint: 'https://hub.example/mirror' };
const hub = (text: string) => {
  const reference = parseReference(text, context);
  assert.equal(reference.kind, 'hub');
  return reference.kind === 'hub' ? [reference.repo, reference.revision, reference.path] : [];
};

test('a path is resolved against the directory and keeps what was written', () => {
  assert.deepEqual(parseReference('./out/checkpoint', context), { kind: 'path', text: './out/checkpoint', path: '/repo/out/checkpoint', hubCandidate: null });
  assert.deepEqual(parseReference(' /data/m.safetensors ', context), { kind: 'path', text: '/data/m.safetensors', path: '/data/m.safetensors', hubCandidate: null });
  assert.deepEqual(parseReference('file:///data/a%20b', context), { kind: 'path', text: 'file:///data/a%20b', path: '/data/a b', hubCandidate: null });
});

test('a bare name stays a path and only remembers which repository it could mean', () => {
  const candidate = (text: string) => {
    const reference = parseReference(text, context);
    return reference.kind === 'path' ? reference.hubCandidate : reference.kind;
  };
  assert.equal(candidate('org/name'), 'hf://org/name');
  assert.equal(candidate('org/name@v1'), 'hf://org/name@v1');
  assert.equal(candidate('huggingface.co/org/name'), 'hf://org/name');
  assert.equal(candidate('hf.co/gpt2'), 'hf://gpt2');
  for (const text of ['gpt2', 'out/a/b', './org/name', '../name', 'org/--', 'org/name@']) assert.equal(candidate(text), null, text);
});

test('a snapshot is known by its name', () => {
  assert.deepEqual(parseReference('base.headcheck.json', context), { kind: 'snapshot', text: 'base.headcheck.json', path: '/repo/base.headcheck.json' });
});

test('hf:// takes a repository, a revision and a place inside', () => {
  assert.deepEqual(hub('hf://org/name'), ['org/name', null, null]);
  assert.deepEqual(hub('hf://org/name/'), ['org/name', null, null]);
  assert.deepEqual(hub('HF://models/org/name'), ['org/name', null, null]);
  assert.deepEqual(hub('hf://org/name@main'), ['org/name', 'main', null]);
  assert.deepEqual(hub('hf://org/name@refs/pr/3'), ['org/name', 'refs/pr/3', null]);
  assert.deepEqual(hub('hf://org/name@refs/pr/3/unet'), ['org/name', 'refs/pr/3', 'unet']);
  assert.deepEqual(hub('hf://org/name@refs%2Fpr%2F3/a/b.safetensors'), ['org/name', 'refs/pr/3', 'a/b.safetensors']);
  assert.deepEqual(hub('hf://org/name@feature%2Fx/sub'), ['org/name', 'feature/x', 'sub']);
  assert.deepEqual(hub('hf://org/name/sub/model.safetensors'), ['org/name', null, 'sub/model.safetensors']);
  assert.deepEqual(hub('hf://gpt2'), ['gpt2', null, null]);
  assert.deepEqual(hub('hf://gpt2@607a30d783dfa663caf39e06633721c8d4cfcd7e/onnx'), ['gpt2', '607a30d783dfa663caf39e06633721c8d4cfcd7e', 'onnx']);
});

test('addresses that people paste are read, on the Hub and on the configured endpoint', () => {
  assert.deepEqual(hub('https://huggingface.co/org/name'), ['org/name', null, null]);
  assert.deepEqual(hub('https://hf.co/org/name?not-for-all-audiences=true#usage'), ['org/name', null, null]);
  assert.deepEqual(hub('https://huggingface.co/gpt2/tree/main'), ['gpt2', 'main', null]);
  assert.deepEqual(hub('https://huggingface.co/org/name/tree/main/unet'), ['org/name', 'main', 'unet']);
  assert.deepEqual(hub('https://huggingface.co/org/name/blob/main/model.safetensors'), ['org/name', 'main', 'model.safetensors']);
  assert.deepEqual(hub('https://huggingface.co/org/name/resolve/refs%2Fpr%2F3/model.safetensors?download=true'), ['org/name', 'refs/pr/3', 'model.safetensors']);
  assert.deepEqual(hub('https://huggingface.co/org/name/tree/refs/pr/12'), ['org/name', 'refs/pr/12', null]);
  assert.deepEqual(hub('https://huggingface.co/org/name/commit/0123abcd'), ['org/name', '0123abcd', null]);
  assert.deepEqual(hub('https://hub.example/mirror/org/name/tree/v2'), ['org/name', 'v2', null]);
});

test('artifacts and releases', () => {
  assert.deepEqual(parseReference('artifact://model', context), { kind: 'artifact', text: 'artifact://model', repository: null, runId: null, name: 'model' });
  assert.deepEqual(parseReference('artifact://123/model%20a', context), { kind: 'artifact', text: 'artifact://123/model%20a', repository: null, runId: 123, name: 'model a' });
  assert.deepEqual(parseReference('release://v1.0', context), { kind: 'release', text: 'release://v1.0', repository: null, tag: 'v1.0', asset: null });
  assert.deepEqual(parseReference('release://a%2Fb/m.safetensors', context), { kind: 'release', text: 'release://a%2Fb/m.safetensors', repository: null, tag: 'a/b', asset: 'm.safetensors' });
  const pasted = 'https://github.com/o/r/releases/download/v1/m.safetensors';
  assert.deepEqual(parseReference(pasted, context), { kind: 'release', text: pasted, repository: 'o/r', tag: 'v1', asset: 'm.safetensors' });
});

test('a folder or a file of a GitHub repository', () => {
  const read = (text: string) => {
    const reference = parseReference(text, context);
    return reference.kind === 'repository' ? [reference.repository, reference.revision, reference.path] : reference.kind;
  };
  assert.deepEqual(read('https://github.com/o/r'), ['o/r', null, null]);
  assert.deepEqual(read('https://github.com/o/r/tree/main'), ['o/r', 'main', null]);
  assert.deepEqual(read('https://github.com/o/r/blob/feature%2Fx/out/model.safetensors#L1'), ['o/r', 'feature/x', 'out/model.safetensors']);
  const formatted = formatRepositoryReference('https://github.com/', 'o/r', 'a'.repeat(40), 'out dir/100%');
  assert.deepEqual(read(formatted), ['o/r', 'a'.repeat(40), 'out dir/100%']);
});

test('what is no reference is refused with what to write instead', () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['', /empty/], ['  ', /empty/], ['a\u0000b', /control/], ['x'.repeat(5000), /5000 characters/],
    ['s3://bucket/key', /s3:\/\//], ['hf://', /no repository/], ['hf://datasets/org/name', /dataset/], ['https://huggingface.co/spaces/org/name', /space/],
    ['https://huggingface.co/docs/transformers', /page of the Hub/], ['https://huggingface.co/', /page of the Hub/],
    ['https://huggingface.co/org/name/discussions/4', /discussion/], ['https://huggingface.co/org/name/settings', /settings/],
    ['https://example.com/model.safetensors', /example\.com/], ['hf://org/na--me', /"--"/], ['hf://org/..', /"\.\."/], ['hf://org/name.git', /\.git/],
    ['hf://-org/name', /letters/], [`hf://org/${'n'.repeat(97)}`, /96/], ['hf://org/name@', /empty/], ['hf://org/name@a b', /git allows/], ['hf://org/name@--x', /begins/],
    ['hf://org/name@main/../../x', /not a path inside/], ['hf://org/name@%ZZ', /percent/], ['artifact://', /artifact/], ['artifact://x/y', /artifact/], ['release://', /release/],
    ['https://github.com/o/r/pull/3', /GitHub/], ['https://github.com/o', /GitHub/], ['https://github.com/o/r/releases', /GitHub/], ['https://github.com/o/r/tree/%ZZ', /percent/],
  ];
  for (const [text, message] of refused) {
    assert.throws(() => parseReference(text, context), (error: unknown) => error instanceof UsageError && message.test(error.message) && error.hint !== '', text);
  }
});

test('a pasted password is not repeated', () => {
  for (const text of ['https://u:hf_secret@huggingface.co/org/name', 'ftp://u:hf_secret@host/x', 'https://u:hf_secret@:bad/']) {
    assert.throws(() => parseReference(text, context), (error: unknown) => error instanceof UsageError && !`${error.message}${error.hint}`.includes('hf_secret'));
  }
});
