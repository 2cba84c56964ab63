import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ByteReader } from '../../src/bytes/reader.ts';
import { UnreachableError } from '../../src/errors.ts';
import { HeadCache, readCheckpoint } from '../../src/inventory/read.ts';
import { directorySource } from '../../src/source/directory.ts';
import type { Source } from '../../src/source/source.ts';
import { checkpointDirectory, checkpointFiles, checkpointSource } from '../support/checkpoints/build.ts';
import { safetensorsHead, withLength } from '../support/checkpoints/safetensors.ts';

const EMBEDDING = { 'model.embed_tokens.weight': ['BF16', [320, 64]] } as const;
const HEAD = { 'lm_head.weight': ['BF16', [320, 64]] } as const;

interface Counted extends Source {
  /** `path start-end`, in the order asked. */
  readonly reads: string[];
  open: Source['open'];
}

/** The same source, with every read noted, and what it still holds open. */
function counted(source: Source): Counted & { open: Source['open']; held: () => number } {
  const reads: string[] = [];
  let held = 0;
  return {
    ...source,
    reads,
    held: () => held,
    async open(path): Promise<ByteReader> {
      const reader = await source.open(path);
      held++;
      return {
        size: reader.size,
        read: async (start, end) => {
          reads.push(`${path} ${start}-${end}`);
          return await reader.read(start, end);
        },
        close: async () => {
          held--;
          await reader.close?.();
        },
      };
    },
  };
}

suite('readCheckpoint', () => {
  test('reads a single file and its config', async () => {
    const checkpoint = await readCheckpoint(checkpointSource({ tensors: { ...EMBEDDING, ...HEAD }, config: { model_type: 'llama' } }));
    assert.equal(checkpoint.format, 'safetensors');
    assert.deepEqual(checkpoint.tensors.columns.names, ['model.embed_tokens.weight', 'lm_head.weight']);
    assert.deepEqual(checkpoint.tensors.info(1), { name: 'lm_head.weight', dtype: 'BF16', shape: [320, 64], bytes: 40_960 });
    assert.deepEqual(checkpoint.config, { model_type: 'llama' });
    assert.deepEqual(checkpoint.parts, [{ path: 'model.safetensors', namedBy: 'name', state: 'read', size: checkpoint.shards[0]?.size }]);
    assert.deepEqual([checkpoint.problems, checkpoint.strays, checkpoint.index], [[], [], null]);
  });

  test('merges shards in the order of their numbers and keeps the index', async () => {
    const checkpoint = await readCheckpoint(checkpointSource({ tensors: [EMBEDDING, HEAD] }));
    assert.deepEqual(checkpoint.shards.map(({ path }) => path), ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']);
    assert.equal(checkpoint.tensors.shards[checkpoint.tensors.row('lm_head.weight')], 1);
    assert.equal(checkpoint.index?.totalSize, 81_920);
    assert.deepEqual(checkpoint.index?.weightMap, new Map([['lm_head.weight', 'model-00002-of-00002.safetensors'], ['model.embed_tokens.weight', 'model-00001-of-00002.safetensors']]));
  });

  test('reads a directory with its config, index and card, and closes what it opened', async (t) => {
    const path = await checkpointDirectory(t, { tensors: [EMBEDDING, HEAD], config: { model_type: 'llama' }, card: 'base_model: org/name' });
    const source = counted(await directorySource('out', path, false));
    const checkpoint = await readCheckpoint(source);
    assert.deepEqual([checkpoint.tensors.length, checkpoint.card?.baseModels, checkpoint.isLocal], [2, ['org/name'], true]);
    assert.equal((await checkpoint.readTensor?.(0, 0, 40_960))?.length, 40_960);
    assert.equal(source.held(), 0);
  });

  test('accepts the numbers of Python in a config', async () => {
    const checkpoint = await readCheckpoint(checkpointSource({ tensors: EMBEDDING, files: { 'config.json': '{"time_step_limit": [0.0, Infinity]}' } }));
    assert.deepEqual([checkpoint.config, checkpoint.problems], [{ time_step_limit: [0, Infinity] }, []]);
  });

  test('reads each head with one read, and nothing twice', async () => {
    const files = checkpointFiles({ tensors: [EMBEDDING, HEAD] });
    const source = counted(checkpointSource({ tensors: [EMBEDDING, HEAD] }));
    await readCheckpoint(source);
    const sizes = new Map(files.map(({ path, size }) => [path, size]));
    assert.deepEqual(source.reads.sort(), ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model.safetensors.index.json'].map((path) => `${path} 0-${sizes.get(path)}`));
  });

  test('asks for heads while the index is on its way, where the names leave no doubt', async () => {
    const source = checkpointSource({ tensors: [EMBEDDING, HEAD] });
    const opened: string[] = [];
    let release = (): void => undefined;
    const shardsOpened = new Promise<void>((resolve) => (release = resolve));
    const checkpoint = await readCheckpoint({
      ...source,
      async open(path) {
        opened.push(path);
        if (opened.length === 3) release();
        // The index answers only once both shards were asked for: a reader that waits for it would never end.
        if (path.endsWith('.json')) await shardsOpened;
        return await source.open(path);
      },
    });
    assert.equal(checkpoint.tensors.length, 2);
    assert.equal(opened.length, 3);
  });

  test('tells how far it is', async () => {
    const steps: string[] = [];
    await readCheckpoint(checkpointSource({ tensors: [EMBEDDING, HEAD] }), { progress: (done, total) => steps.push(`${done}/${total}`) });
    assert.deepEqual(steps, ['1/2', '2/2']);
  });

  test('reads the data of a tensor from its shard', async () => {
    const { head } = safetensorsHead({ a: ['U8', [2]], b: ['U8', [4]] });
    const { readTensor } = await readCheckpoint(checkpointSource({ files: { 'model.safetensors': Buffer.concat([head, Buffer.from('aabbcd')]) } }));
    assert.equal(Buffer.from((await readTensor?.(1, 1, 4)) ?? []).toString(), 'bcd');
    await assert.rejects(async () => await readTensor?.(1, 0, 5), RangeError);
    await assert.rejects(async () => await readTensor?.(2, 0, 1), RangeError);
  });
});

suite('readCheckpoint, of equal files', () => {
  const withHash = (source: Source): Source => ({ ...source, files: source.files.map((file) => ({ ...file, sha256: `hash of ${file.path}` })) });

  test('reads one of them, and none that the base has too', async () => {
    const heads = new HeadCache();
    const source = (): Counted => counted(withHash(checkpointSource({ tensors: [EMBEDDING, HEAD], index: false })));
    const [first, second] = [source(), source()];
    const both = await Promise.all([readCheckpoint(first, { heads }), readCheckpoint(second, { heads })]);
    assert.equal(first.reads.length + second.reads.length, 2);
    assert.deepEqual(both[0].tensors.columns, both[1].tensors.columns);
    const { files, ...base } = source();
    const renamed = await readCheckpoint({ ...base, files: files.map((file) => ({ ...file, path: file.path.replace('model-', 'other-') })) }, { heads });
    assert.deepEqual(renamed.shards.map(({ path }) => path), ['other-00001-of-00002.safetensors', 'other-00002-of-00002.safetensors']);
  });

  test('asks again for what could not be reached', async () => {
    const heads = new HeadCache();
    const source = withHash(checkpointSource({ tensors: EMBEDDING }));
    const down: Source = { ...source, open: () => Promise.reject(new UnreachableError('The Hub does not answer.', 'Try again.')) };
    assert.equal((await readCheckpoint(down, { heads })).problems[0]?.kind, 'unreachable');
    assert.deepEqual((await readCheckpoint(source, { heads })).problems, []);
  });
});

suite('readCheckpoint, of broken files', () => {
  const { head, size } = safetensorsHead(HEAD);
  const whole = Buffer.concat([head, Buffer.alloc(size - head.length)]);
  const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 4976698672\n`;

  const broken: readonly [string, string | Uint8Array, unknown][] = [
    ['a Git LFS pointer', POINTER, { kind: 'pointer', size: 4_976_698_672, sha256: 'ab'.repeat(32) }],
    ['an empty file', '', { kind: 'empty-file' }],
    ['a file cut short in its data', whole.subarray(0, size - 10), { kind: 'truncated', expectedSize: size, actualSize: size - 10 }],
    ['a file cut short in its header', whole.subarray(0, 40), { kind: 'truncated', expectedSize: head.length, actualSize: 40 }],
    ['bytes behind the last tensor', Buffer.concat([whole, Buffer.alloc(3)]), { kind: 'trailing-bytes', expectedSize: size, actualSize: size + 3 }],
    ['another format', 'GGUF and more of it', { kind: 'other-content', what: 'a GGUF file' }],
    ['an error page', '<!DOCTYPE html><html></html>', { kind: 'other-content', what: 'an HTML page' }],
  ];
  for (const [what, content, problem] of broken) {
    test(`${what} is a problem of its file and costs no other`, async () => {
      const checkpoint = await readCheckpoint(checkpointSource({ tensors: [EMBEDDING, HEAD], files: { 'model-00002-of-00002.safetensors': content } }));
      assert.deepEqual(checkpoint.problems, [{ path: 'model-00002-of-00002.safetensors', ...Object(problem) }]);
      assert.equal(checkpoint.tensors.has('model.embed_tokens.weight'), true);
      const isKnown = ['truncated', 'trailing-bytes'].includes(checkpoint.problems[0]?.kind ?? '') && content.length > head.length;
      assert.equal(checkpoint.tensors.has('lm_head.weight'), isKnown);
      assert.equal(checkpoint.parts[1]?.state, isKnown ? 'read' : 'unreadable');
    });
  }

  test("a pointer's part has the size of what it stands for", async () => {
    const { parts } = await readCheckpoint(checkpointSource({ files: { 'model.safetensors': POINTER } }));
    assert.deepEqual(parts, [{ path: 'model.safetensors', namedBy: 'name', state: 'unreadable', size: 4_976_698_672 }]);
  });

  test('a header that breaks a rule, and one that is only unusual', async () => {
    const { problems } = await readCheckpoint(checkpointSource({ files: { 'model.safetensors': withLength('{"a": {"dtype": "F3", "shape": [], "data_offsets": [0, 4]}}') } }));
    assert.deepEqual(problems.map((problem) => (problem.kind === 'malformed-header' ? problem.violation : problem)), ['dtype-unknown']);
    const unusual = await readCheckpoint(checkpointSource({ files: { 'model.safetensors': withLength('  {}') } }));
    assert.deepEqual([unusual.problems.map(({ kind }) => kind), unusual.parts[0]?.state], [['header-warning'], 'read']);
  });

  test('JSON files: pointers, merge conflicts with their line, another type, nothing', async () => {
    const problemOf = async (path: string, content: string): Promise<unknown> => (await readCheckpoint(checkpointSource({ tensors: [EMBEDDING], files: { [path]: content } }))).problems;
    assert.deepEqual(await problemOf('config.json', POINTER), [{ kind: 'pointer', path: 'config.json', size: 4_976_698_672, sha256: 'ab'.repeat(32) }]);
    assert.deepEqual(await problemOf('config.json', ''), [{ kind: 'malformed-json', path: 'config.json', line: null, message: 'The file is empty (0 bytes).' }]);
    const line = async (path: string, content: string): Promise<unknown> => {
      const [problem] = Object(await problemOf(path, content));
      return [problem.kind, problem.path, problem.line];
    };
    assert.deepEqual(await line('config.json', '{\n"a": 1,\n"b": }\n'), ['malformed-json', 'config.json', 3]);
    assert.deepEqual(await line('adapter_config.json', '[]'), ['malformed-json', 'adapter_config.json', 1]);
    assert.deepEqual(await line('model.safetensors.index.json', '{"weight_map": {}}\n=======\n{"weight_map": {}}\n'), ['malformed-json', 'model.safetensors.index.json', 2]);
  });

  test('a shard that cannot be reached', async () => {
    const source = checkpointSource({ tensors: [EMBEDDING, HEAD] });
    const checkpoint = await readCheckpoint({
      ...source,
      open: async (path) => {
        if (path.startsWith('model-00001')) throw new UnreachableError('The Hub does not answer.', 'Try again.');
        return await source.open(path);
      },
    });
    assert.deepEqual(checkpoint.problems, [{ kind: 'unreachable', path: 'model-00001-of-00002.safetensors', message: 'The Hub does not answer.', hint: 'Try again.' }]);
    assert.deepEqual(checkpoint.tensors.columns.names, ['lm_head.weight']);
  });

  test('a bug is no problem of the checkpoint', async () => {
    const source = checkpointSource({ tensors: EMBEDDING });
    await assert.rejects(readCheckpoint({ ...source, open: () => Promise.reject(new TypeError('a bug')) }), TypeError);
  });
});
