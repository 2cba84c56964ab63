import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { HeadcheckError } from '../../src/errors.ts';
import { TensorTable } from '../../src/format/tensor-table.ts';
import type { Checkpoint } from '../../src/inventory/checkpoint.ts';
import { readCheckpoint } from '../../src/inventory/read.ts';
import { snapshot } from '../../src/inventory/snapshot.ts';
import { memorySource } from '../../src/source/memory.ts';
import { type CheckpointSpec, checkpointSource } from '../support/checkpoints/build.ts';
import { safetensorsHead } from '../support/checkpoints/safetensors.ts';

const validate = new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(await readFile('schema/snapshot-v1.schema.json', 'utf8')));

async function read(text: string): Promise<Checkpoint> {
  return await readCheckpoint(memorySource('./base.headcheck.json', [{ path: 'base.headcheck.json', bytes: Buffer.from(text) }]));
}

/** All facts but bytes and the order of tensors, ready to be compared. */
function facts({ tensors, shared, shards, index, ...rest }: Checkpoint): unknown {
  const { files: _files, readTensor: _readTensor, reference: _reference, isLocal: _isLocal, components, ...other } = rest;
  const rows = tensors.columns.names.map((_, row) => ({ ...tensors.info(row), shard: shards[tensors.shards[row] ?? 0]?.path }));
  return {
    ...other,
    shared: shared.map((group) => group.map((row) => tensors.name(row)).sort()).sort(),
    // A header's metadata is an object without a prototype, a snapshot's has one.
    shards: shards.map((shard) => ({ ...shard, metadata: shard.metadata === null ? null : { ...shard.metadata } })),
    index: index === null ? null : { ...index, weightMap: [...index.weightMap].sort() },
    tensors: rows.sort((a, b) => (a.name < b.name ? -1 : 1)),
    components: components.map((component) => ({ name: component.name, ...Object(facts(component.checkpoint)) })),
  };
}

async function roundTrip(spec: CheckpointSpec, change: (checkpoint: Checkpoint) => Checkpoint = (same) => same): Promise<string> {
  const checkpoint = change(await readCheckpoint(checkpointSource(spec)));
  const text = snapshot(checkpoint);
  assert.equal(validate(JSON.parse(text)), true, JSON.stringify(validate.errors));
  const back = await read(text);
  assert.deepEqual(facts(back), facts(checkpoint));
  assert.equal(snapshot(back), text, 'a snapshot of a snapshot is the same text');
  return text;
}

const LAYERS = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`model.layers.${i}.mlp.up_proj.weight`, ['BF16', [96, 64]] as const]));
const EMBEDDING = { 'model.embed_tokens.weight': ['BF16', [320, 64]] } as const;

suite('snapshot', () => {
  test('keeps all facts of a sharded checkpoint with its config and card', async () => {
    const text = await roundTrip({
      tensors: [EMBEDDING, LAYERS],
      config: { model_type: 'llama', rope: [1, null, 'x'], nested: { empty: {}, list: [{ a: 1 }] } },
      card: 'base_model: org/name\ntags: [a, b]\npipeline_tag: text-generation',
    });
    assert.match(text, /^ {8}"model\.layers\.\{0-11\}\.mlp\.up_proj\.weight": "BF16 \[96, 64\]"$/m);
    assert.match(text, /^ {4}"rope": \[1, null, "x"\],$/m);
  });

  test('keeps what is broken: absent and unreadable shards, an index that disagrees, leftovers', async () => {
    const map = { 'model.embed_tokens.weight': 'model-00001-of-00002.safetensors', 'gone.weight': 'model-00001-of-00002.safetensors' };
    await roundTrip({
      tensors: [{ ...EMBEDDING, 'unlisted.weight': ['F32', []] }, LAYERS],
      files: {
        'model.safetensors.index.json': JSON.stringify({ metadata: { total_size: 12.5 }, weight_map: { ...map, 'x.weight': 'model-00002-of-00002.safetensors' } }),
        'model-00002-of-00002.safetensors': '',
        'model-00001-of-00003.safetensors': 'left over',
        'config.json': '{"broken": ',
      },
    });
  });

  test('keeps a shard that was cut short', async () => {
    const { head, size } = safetensorsHead(EMBEDDING);
    await roundTrip({ files: { 'model.safetensors': Buffer.concat([head, Buffer.alloc(size - head.length - 10)]) } });
  });

  test('keeps what a pickle would run', async () => {
    await roundTrip({ files: { 'pytorch_model.bin': await readFile('test/fixtures/format/torch/attack.bin') } });
  });

  test('keeps which tensors are the same memory', async () => {
    await roundTrip({ tensors: { 'z.weight': ['F32', [2]], ...EMBEDDING, 'a.weight': ['F32', [2]] } }, (checkpoint) => ({ ...checkpoint, shared: [[0, 2]] }));
  });

  test('keeps the types and sizes of packed tensors', async () => {
    const text = await roundTrip({ files: { 'model.gguf': await readFile('test/fixtures/format/gguf/types.gguf') } });
    assert.match(text, /Q4_K \[/);
    assert.doesNotMatch(text, / in \d+ bytes/, 'each follows from its type and shape');
  });

  test('keeps a size that does not follow from type and shape', async () => {
    const text = await roundTrip({ tensors: EMBEDDING }, ({ tensors, ...rest }) => ({ ...rest, tensors: new TensorTable({ ...tensors.columns, ends: Float64Array.of(7) }, tensors.shards) }));
    assert.match(text, /"BF16 \[320, 64\] in 7 bytes"/);
  });

  test('keeps the components of a pipeline', async () => {
    const unet = await readCheckpoint(checkpointSource({ tensors: EMBEDDING }));
    assert.equal(unet.format, 'safetensors');
    await roundTrip({
      files: {
        'model_index.json': JSON.stringify({ _class_name: 'StableDiffusionPipeline', unet: ['diffusers', 'UNet2DConditionModel'], scheduler: ['diffusers', 'PNDMScheduler'] }),
        'unet/diffusion_pytorch_model.safetensors': Buffer.from('\u0008\0\0\0\0\0\0\0{}      '),
        'unet/config.json': '{"a": 1}',
      },
    });
  });

  test('says nothing of the machine that it was made on', async () => {
    const path = await readCheckpoint(checkpointSource({ tensors: EMBEDDING }, '/home/someone/out'));
    assert.doesNotMatch(snapshot(path), /someone/);
    const hub = await readCheckpoint(checkpointSource({ tensors: EMBEDDING }, 'hf://org/name'));
    assert.match(snapshot(hub), /"reference": "hf:\/\/org\/name"/);
  });

  test('writes numbers that JSON has no word for as their names', async () => {
    const checkpoint = await readCheckpoint(checkpointSource({ tensors: EMBEDDING }));
    const text = snapshot({ ...checkpoint, config: { time_step_limit: [0, Infinity] } });
    assert.deepEqual((await read(text)).config, { time_step_limit: [0, 'Infinity'] });
  });

  test('does not follow a config of endless depth', async () => {
    const deep = '{"a":'.repeat(5_000);
    const checkpoint = await readCheckpoint(checkpointSource({ tensors: EMBEDDING, files: { 'config.json': `${deep}1${'}'.repeat(5_000)}` } }));
    assert.notEqual(checkpoint.config, null);
    assert.equal((await read(snapshot(checkpoint))).format, 'safetensors');
  });

  test('keeps any names and shapes', async () => {
    const name = fc.oneof(fc.string(), fc.array(fc.constantFrom('layers', '0', '1', '2', '07', '10', '{0-3}', '\\', '*', ''), { maxLength: 6 }).map((parts) => parts.join('.')));
    const names = fc.uniqueArray(name.filter((text) => !['__metadata__', '__proto__', 'constructor', 'prototype'].includes(text)), { maxLength: 30 });
    await fc.assert(fc.asyncProperty(names, fc.array(fc.nat(5), { maxLength: 3 }), async (all, shape) => {
      await roundTrip({ tensors: Object.fromEntries(all.map((key, i) => [key, [i % 3 === 0 ? 'F32' : 'BF16', i % 2 === 0 ? shape : [2]] as const])) });
    }), { numRuns: 60 });
  });

  test('a malformed one is refused, with what is wrong with it', async () => {
    const good = snapshot(await readCheckpoint(checkpointSource({ tensors: LAYERS })));
    const broken: readonly [string, string, RegExp][] = [
      ['nothing', '', /base\.headcheck\.json is no snapshot that can be read\. The file is empty/],
      ['an empty object', '{}', /malformed: schemaVersion is missing\.$/],
      ['an object without shards', '{"schemaVersion": 1, "format": "torch"}', /malformed: shards is missing\.$/],
      ['a list', '[]', /malformed: schemaVersion is missing\.$/],
      ['a text', '"x"', /malformed: an object was expected; found "x"\.$/],
      ['a pointer', `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12\n`, /is a Git LFS pointer/],
      ['no JSON', '{', /not JSON/],
      ['a later version', '{"schemaVersion": 2}', /version 2/],
      ['a key of another type', good.replace(/"size": \d+/, '"size": "large"'), /malformed: shards\.0\.size should be number; found "large"\.$/],
      ['a dtype that does not exist', good.replace('BF16', 'BF17'), /BF17/],
      ['a pattern that is none', good.replace('{0-11}', '{0-'), /pattern/],
      ['a pattern of too many dimensions', good.replace('{0-11}', '{0-999999}').replace('[96, 64]', `[${Array(64).fill(1).join(', ')}]`), /more than/],
      ['a pattern of too many names', good.replace('{0-11}', '{0-999999}.{0-999999}'), /more than/],
    ];
    for (const [what, text, message] of broken) {
      await assert.rejects(read(text), (error) => error instanceof HeadcheckError && error.hint !== '' && message.test(error.message), what);
    }
  });

  test('the committed examples are valid, and are what this writer writes', async () => {
    const files = (await readdir('examples')).filter((file) => file.endsWith('.headcheck.json'));
    assert.ok(files.length >= 4);
    for (const file of files) {
      const text = await readFile(`examples/${file}`, 'utf8');
      assert.equal(validate(JSON.parse(text)), true, file);
      assert.ok(text.length < 5_000, `${file} is ${text.length} bytes`);
      assert.equal(snapshot(await read(text)), text, file);
    }
  });
});
