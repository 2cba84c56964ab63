import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Checkpoint } from '../../src/inventory/checkpoint.ts';
import { readCheckpoint } from '../../src/inventory/read.ts';
import { memorySource } from '../../src/source/memory.ts';
import { safetensorsHead } from '../support/checkpoints/safetensors.ts';

const { head } = safetensorsHead({ 'a.weight': ['U8', [2]] });
const file = (path: string, bytes: Uint8Array = head) => ({ path, bytes, size: bytes === head ? bytes.length + 2 : bytes.length });
const index = (path: string, ...files: readonly string[]) => file(path, Buffer.from(JSON.stringify({ weight_map: Object.fromEntries(files.map((name, i) => [`t${i}`, name])) })));

/** Reads files of these names (each a small safetensors file, whatever its name), or with the content given. */
async function read(...files: readonly (string | ReturnType<typeof file>)[]): Promise<Checkpoint> {
  return await readCheckpoint(memorySource('./out', files.map((entry) => (typeof entry === 'string' ? file(entry) : entry))));
}

const parts = ({ parts }: Checkpoint): string[] => parts.map(({ path, state, namedBy }) => `${path} ${namedBy} ${state}`);
const strays = ({ strays }: Checkpoint): string[] => strays.map(({ path, why }) => `${path} ${why}`);

suite('which files are the checkpoint', () => {
  test('the files that the index names, present or not', async () => {
    const checkpoint = await read('model-00001-of-00002.safetensors', index('model.safetensors.index.json', 'model-00002-of-00002.safetensors', 'model-00001-of-00002.safetensors'));
    assert.deepEqual(parts(checkpoint), ['model-00001-of-00002.safetensors index read', 'model-00002-of-00002.safetensors index absent']);
    assert.equal(checkpoint.index?.weightMap.get('t0'), 'model-00002-of-00002.safetensors');
  });

  test('shards of odd names, in the order of their numbers', async () => {
    const checkpoint = await read('m-10-x.safetensors', 'm-2-x.safetensors', 'model-vision.safetensors', index('model.safetensors.index.json', 'm-10-x.safetensors', 'm-2-x.safetensors', './model-vision.safetensors'));
    assert.deepEqual(checkpoint.shards.map(({ path }) => path), ['m-2-x.safetensors', 'm-10-x.safetensors', 'model-vision.safetensors']);
    assert.deepEqual(strays(checkpoint), []);
  });

  test('a numbered set without its index, with the numbers that it lacks', async () => {
    assert.deepEqual(parts(await read('model-00001-of-00003.safetensors', 'model-00003-of-00003.safetensors')), [
      'model-00001-of-00003.safetensors numbering read', 'model-00002-of-00003.safetensors numbering absent', 'model-00003-of-00003.safetensors numbering read',
    ]);
    assert.deepEqual(parts(await read('model_00001-of-00002.safetensors')), ['model_00001-of-00002.safetensors numbering read', 'model_00002-of-00002.safetensors numbering absent']);
    assert.deepEqual(parts(await read('model-00000-of-00002.safetensors')), ['model-00000-of-00002.safetensors numbering read', 'model-00001-of-00002.safetensors numbering absent']);
  });

  test('a hostile number of shards is not enumerated', async () => {
    assert.deepEqual(parts(await read('model-00001-of-999999999.safetensors')), ['model-00001-of-999999999.safetensors numbering read']);
  });

  test('the set that is most nearly whole, where no index decides', async () => {
    const checkpoint = await read('model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model-00001-of-00003.safetensors', 'model-00002-of-00003.safetensors');
    assert.deepEqual(checkpoint.shards.map(({ path }) => path), ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']);
    assert.deepEqual(strays(checkpoint), ['model-00001-of-00003.safetensors other-save', 'model-00002-of-00003.safetensors other-save']);
  });

  test('shards of an earlier save, and files that the index does not name, are beside it', async () => {
    const checkpoint = await read('model-00001-of-00001.safetensors', 'model-00002-of-00003.safetensors', 'mtp.safetensors', index('model.safetensors.index.json', 'model-00001-of-00001.safetensors'));
    assert.deepEqual(parts(checkpoint), ['model-00001-of-00001.safetensors index read']);
    assert.deepEqual(strays(checkpoint), ['model-00002-of-00003.safetensors other-save', 'mtp.safetensors not-in-index']);
  });

  test('a single file comes before shards, as it does to transformers', async () => {
    const checkpoint = await read('model.safetensors', 'model-00001-of-00001.safetensors', index('model.safetensors.index.json', 'model-00001-of-00001.safetensors'));
    assert.deepEqual(parts(checkpoint), ['model.safetensors name read']);
    assert.deepEqual(strays(checkpoint), ['model-00001-of-00001.safetensors other-save', 'model.safetensors.index.json other-save']);
    assert.equal(checkpoint.index, null);
  });

  test('a single file that its index names is indexed', async () => {
    const checkpoint = await read('model.safetensors', index('model.safetensors.index.json', 'model.safetensors'));
    assert.deepEqual([parts(checkpoint), strays(checkpoint)], [['model.safetensors index read'], []]);
    assert.notEqual(checkpoint.index, null);
  });

  test('safetensors before PyTorch, the default before a variant', async () => {
    const both = await read('model.safetensors', 'pytorch_model.bin', 'model.fp16.safetensors', 'model.gguf', 'notes.bin');
    assert.deepEqual(parts(both), ['model.safetensors name read']);
    assert.deepEqual(strays(both), ['model.fp16.safetensors other-variant', 'model.gguf other-format', 'pytorch_model.bin other-format']);
    const variant = await read('model.fp16-00001-of-00001.safetensors', index('model.safetensors.index.fp16.json', 'model.fp16-00001-of-00001.safetensors'));
    assert.deepEqual([variant.variant, parts(variant)], ['fp16', ['model.fp16-00001-of-00001.safetensors index read']]);
  });

  test('PyTorch under the name that loaders look for comes before safetensors of another name', async () => {
    const checkpoint = await read('pytorch_model.bin', 'lora.safetensors');
    assert.equal(checkpoint.format, 'torch');
    assert.deepEqual(strays(checkpoint), ['lora.safetensors other-format']);
  });

  test('files of free names are taken together; a single GGUF of several is taken', async () => {
    assert.deepEqual(parts(await read('a.safetensors', 'b.safetensors')), ['a.safetensors name read', 'b.safetensors name read']);
    const quantised = await read(file('m.Q4_K_M.gguf', Buffer.alloc(10)), file('m.Q8_0.gguf', Buffer.alloc(20)), file('mmproj-m.gguf', Buffer.alloc(5)));
    assert.deepEqual(quantised.parts.map(({ path }) => path), ['m.Q8_0.gguf']);
    assert.deepEqual(strays(quantised), ['m.Q4_K_M.gguf other-variant', 'mmproj-m.gguf other-model']);
  });

  test("a publisher's own layout, training state and folders below are beside it", async () => {
    const checkpoint = await read('model.safetensors', 'consolidated.safetensors', 'optimizer.pt', 'original/consolidated.00.pth', 'checkpoint-500/model.safetensors', 'global_step5/zero_pp_rank_0_mp_rank_00_optim_states.pt');
    assert.deepEqual(strays(checkpoint), [
      'checkpoint-500/model.safetensors subfolder', 'consolidated.safetensors original-release', 'global_step5/zero_pp_rank_0_mp_rank_00_optim_states.pt training-state',
      'optimizer.pt training-state', 'original/consolidated.00.pth original-release',
    ]);
    assert.deepEqual(parts(await read('consolidated.safetensors')), ['consolidated.safetensors name read']);
    const outer = await read('checkpoint-500/model.safetensors', file('config.json', Buffer.from('{}')));
    assert.deepEqual([outer.format, parts(outer), strays(outer)], ['none', [], ['checkpoint-500/model.safetensors subfolder']]);
  });

  test("a publisher's own layout with its own index, where nothing else is there", async () => {
    const checkpoint = await read('consolidated-00001-of-00002.safetensors', 'consolidated-00002-of-00002.safetensors', index('consolidated.safetensors.index.json', 'consolidated-00001-of-00002.safetensors', 'consolidated-00002-of-00002.safetensors'));
    assert.deepEqual(parts(checkpoint), ['consolidated-00001-of-00002.safetensors index read', 'consolidated-00002-of-00002.safetensors index read']);
  });

  test('shards whose names repeat the ending are no variant', async () => {
    const checkpoint = await read('model.safetensors-00001-of-00002.safetensors', 'model.safetensors-00002-of-00002.safetensors');
    assert.deepEqual([checkpoint.variant, parts(checkpoint).length, strays(checkpoint)], [null, 2, []]);
  });

  test('an adapter, with or without its weights, unless a whole model lies there', async () => {
    const config = file('adapter_config.json', Buffer.from('{"r": 8}'));
    const adapter = await read('adapter_model.safetensors', config, file('config.json', Buffer.from('{}')), 'value_head.safetensors');
    assert.deepEqual([adapter.format, adapter.adapterConfig, parts(adapter)], ['adapter', { r: 8 }, ['adapter_model.safetensors name read']]);
    assert.deepEqual(strays(adapter), ['value_head.safetensors other-model']);
    const empty = await read(config);
    assert.deepEqual([empty.format, parts(empty)], ['adapter', ['adapter_model.safetensors name absent']]);
    const model = await read('adapter_model.safetensors', 'model.safetensors', config);
    assert.deepEqual([model.format, strays(model)], ['safetensors', ['adapter_model.safetensors adapter']]);
  });

  test('a file that was named itself, whatever set its name puts it in', async () => {
    const one = await readCheckpoint(memorySource('out/model-00001-of-00004.safetensors', [file('model-00001-of-00004.safetensors')]));
    assert.deepEqual(parts(one), ['model-00001-of-00004.safetensors name read']);
    const bare = await readCheckpoint(memorySource('out/weights', [file('weights')]));
    assert.deepEqual([bare.format, bare.tensors.columns.names], ['safetensors', ['a.weight']]);
    const document = await readCheckpoint(memorySource('out/config.json', [file('config.json', Buffer.from('{"model_type": "llama"}'))]));
    assert.deepEqual([document.format, document.config], ['none', { model_type: 'llama' }]);
  });

  test("the folder of a sentence-transformers model's transformer", async () => {
    const modules = file('modules.json', Buffer.from('[{"path": "0_Transformer", "type": "sentence_transformers.models.Transformer"}, {"path": "1_Pooling"}]'));
    const checkpoint = await read(modules, '0_Transformer/model.safetensors', file('0_Transformer/config.json', Buffer.from('{"model_type": "bert"}')));
    assert.deepEqual([parts(checkpoint), checkpoint.config], [['0_Transformer/model.safetensors name read'], { model_type: 'bert' }]);
    const root = await read(modules, 'model.safetensors', '2_Dense/model.safetensors');
    assert.deepEqual([parts(root), strays(root), root.sentenceTransformers], [['model.safetensors name read'], ['2_Dense/model.safetensors subfolder'], 'modules.json']);
  });

  test('the folders of a diffusers pipeline, each a checkpoint of its own', async () => {
    const pipeline = file('model_index.json', Buffer.from(JSON.stringify({
      _class_name: 'StableDiffusionPipeline', unet: ['diffusers', 'UNet2DConditionModel'], vae: ['diffusers', 'AutoencoderKL'],
      tokenizer: ['transformers', 'CLIPTokenizer'], safety_checker: [null, null], '../up': ['diffusers', 'X'],
    })));
    const checkpoint = await read(pipeline, 'unet/diffusion_pytorch_model.safetensors', 'unet/diffusion_pytorch_model.fp16.safetensors', 'v1-5.safetensors', file('vae/config.json', Buffer.from('{"a": 1}')));
    assert.equal(checkpoint.format, 'diffusers');
    assert.deepEqual(checkpoint.tensors.columns.names, ['unet/a.weight']);
    assert.deepEqual(checkpoint.components.map(({ name, checkpoint: { format, config } }) => [name, format, config]), [['unet', 'safetensors', null], ['vae', 'none', { a: 1 }]]);
    assert.deepEqual(parts(checkpoint), ['unet/diffusion_pytorch_model.safetensors name read']);
    assert.deepEqual(strays(checkpoint), ['v1-5.safetensors original-release', 'unet/diffusion_pytorch_model.fp16.safetensors other-variant']);
    assert.deepEqual(Array.from((await checkpoint.readTensor?.(0, 0, 2)) ?? []), [0, 0]);
  });

  test('only the snapshot of a folder that has nothing else', async () => {
    const snapshot = (path: string) => file(path, Buffer.from('{"schemaVersion": 1, "format": "gguf", "shards": []}'));
    assert.equal((await read(snapshot('.headcheck.json'))).format, 'gguf');
    assert.equal((await read(snapshot('a.headcheck.json'), snapshot('b.headcheck.json'))).format, 'none');
    assert.equal((await read(snapshot('.headcheck.json'), 'model.safetensors')).format, 'safetensors');
  });

  test('an empty folder is a checkpoint of nothing', async () => {
    const checkpoint = await read();
    assert.deepEqual([checkpoint.format, checkpoint.tensors.length, checkpoint.problems], ['none', 0, []]);
  });

  test('an index that leads outside its folder is refused, and the numbers of the shards decide', async () => {
    const checkpoint = await read('model-00001-of-00001.safetensors', index('model.safetensors.index.json', '../../etc/passwd'));
    assert.deepEqual(parts(checkpoint), ['model-00001-of-00001.safetensors numbering read']);
    assert.deepEqual(checkpoint.problems.map(({ kind, path }) => [kind, path]), [['malformed-json', 'model.safetensors.index.json']]);
  });
});
