import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { releaseSets } from '../../src/publish/release-sets.ts';

const sets = (...names: readonly string[]): (string | null)[] => releaseSets(names).map(({ asset }) => asset);

describe('what the assets of a release are judged as', () => {
  test('is the release where they are one checkpoint', () => {
    assert.deepEqual(sets('model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model.safetensors.index.json'), [null]);
    assert.deepEqual(sets('model.safetensors'), [null]);
    assert.deepEqual(sets('adapter_model.safetensors'), [null]);
    assert.deepEqual(sets('model.safetensors.index.json'), [null]);
    assert.deepEqual(releaseSets(['model.pt']), [{ asset: null, first: 'model.pt' }]);
    assert.deepEqual(sets(), []);
  });

  test('is each set by itself where there are several: files, shards by their first, an adapter', () => {
    assert.deepEqual(sets('a.safetensors', 'z.safetensors'), ['a.safetensors', 'z.safetensors']);
    assert.deepEqual(sets('model.safetensors', 'model.fp16.safetensors', 'adapter_model.safetensors', 'pytorch_model.bin'), ['model.safetensors', 'model.fp16.safetensors', 'adapter_model.safetensors', 'pytorch_model.bin']);
    assert.deepEqual(sets('base-00001-of-00002.safetensors', 'base-00002-of-00002.safetensors', 'base.safetensors.index.json', 'chat-00001-of-00001.safetensors'), ['base-00001-of-00002.safetensors', 'chat-00001-of-00001.safetensors']);
    assert.deepEqual(sets('model.safetensors', 'chat.safetensors.index.json'), ['model.safetensors', 'chat.safetensors.index.json']);
  });

  test('is each GGUF file by itself, and not a projector or what a publisher keeps beside a model', () => {
    assert.deepEqual(sets('model.safetensors', 'a-Q4.gguf', 'mmproj-a.gguf'), [null, 'a-Q4.gguf']);
    assert.deepEqual(sets('a-Q4.gguf', 'b-00001-of-00002.gguf', 'b-00002-of-00002.gguf'), ['b-00001-of-00002.gguf', 'a-Q4.gguf']);
    assert.deepEqual(sets('b-00001-of-00002.gguf', 'b-00002-of-00002.gguf'), [null]);
    assert.deepEqual(sets('model.safetensors', 'consolidated.safetensors'), [null]);
    assert.deepEqual(sets('consolidated.00.pth', 'consolidated.01.pth'), [null]);
    assert.deepEqual(sets('mmproj-a.gguf'), ['mmproj-a.gguf']);
  });
});
