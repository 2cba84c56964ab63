import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import type { Checkpoint } from '../../src/inventory/checkpoint.ts';
import { readCheckpoint } from '../../src/inventory/read.ts';
import { memorySource } from '../../src/source/memory.ts';

const fixture = async (name: string): Promise<Uint8Array> => await readFile(`test/fixtures/format/torch/${name}`);

async function read(bytes: Uint8Array, name = 'pytorch_model.bin'): Promise<Checkpoint> {
  return await readCheckpoint(memorySource('./out', [{ path: name, bytes }]));
}

suite('PyTorch files', () => {
  for (const name of ['plain.bin', 'legacy.bin']) {
    test(`${name}: tensors, and which of them are the same memory`, async () => {
      const checkpoint = await read(await fixture(name));
      assert.deepEqual([checkpoint.format, checkpoint.problems, checkpoint.tensors.length], ['torch', [], 7]);
      const names = checkpoint.shared.map((group) => group.map((row) => checkpoint.tensors.name(row)));
      assert.equal(names.length, 1);
      const [first = -1, second = -1] = checkpoint.shared[0] ?? [];
      assert.deepEqual(await checkpoint.readTensor?.(first, 0, 8), await checkpoint.readTensor?.(second, 0, 8));
    });
  }

  test('what loaders take for the state dict itself is not looked for under a key; any other file is', async () => {
    const bytes = await fixture('lightning.ckpt');
    const [wrapped, own] = [await read(bytes), await read(bytes, 'model.ckpt')];
    const names = own.tensors.columns.names;
    assert.ok(names.length > 0);
    assert.deepEqual(wrapped.tensors.columns.names, names.map((name) => `[state_dict].${name}`));
    assert.deepEqual([wrapped.shards[0]?.keptUnder, own.shards[0]?.keptUnder], [['state_dict'], undefined]);
  });

  test('compressed ones have names and no bytes to compare', async () => {
    const checkpoint = await read(await fixture('deflated.bin'));
    assert.deepEqual([checkpoint.tensors.length, checkpoint.readTensor], [7, null]);
  });

  test('one that would run code is read all the same, and says what it would run', async () => {
    const checkpoint = await read(await fixture('attack.bin'));
    assert.deepEqual(checkpoint.problems, [{ kind: 'unsafe-pickle', path: 'pytorch_model.bin', globals: ['posix.system'] }]);
  });

  test('a sharded one with its index', async () => {
    const index = JSON.stringify({ metadata: { total_size: 1.5 }, weight_map: { a: 'pytorch_model-00001-of-00002.bin', b: 'pytorch_model-00002-of-00002.bin' } });
    const checkpoint = await readCheckpoint(memorySource('./out', [
      { path: 'pytorch_model.bin.index.json', bytes: Buffer.from(index) },
      { path: 'pytorch_model-00001-of-00002.bin', bytes: await fixture('plain.bin') },
      { path: 'pytorch_model-00002-of-00002.bin', bytes: await fixture('plain.bin') },
    ]));
    assert.deepEqual([checkpoint.shards.length, checkpoint.tensors.length, checkpoint.index?.totalSize], [2, 14, 1.5]);
    const [first, second] = checkpoint.shared;
    assert.deepEqual(second, first?.map((row) => row + 7), 'rows of the second shard follow those of the first');
  });

  test('what is none is told for what it is', async () => {
    const kinds: readonly [string, Uint8Array, unknown][] = [
      ['a pointer', Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 7\n`), { kind: 'pointer', size: 7, sha256: '0'.repeat(64) }],
      ['a page', Buffer.from('<html></html>'), { kind: 'other-content', what: 'an HTML page' }],
      ['a legacy file cut short in its data', (await fixture('legacy.bin')).subarray(0, -8), { kind: 'truncated', expectedSize: (await fixture('legacy.bin')).length, actualSize: (await fixture('legacy.bin')).length - 8 }],
    ];
    for (const [what, bytes, problem] of kinds) assert.deepEqual((await read(bytes)).problems, [{ path: 'pytorch_model.bin', ...Object(problem) }], what);
    const cut = (await read((await fixture('plain.bin')).subarray(0, -100))).problems[0];
    assert.equal(cut?.kind === 'malformed-header' ? cut.violation : cut, 'zip-malformed');
  });
});
