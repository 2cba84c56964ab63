import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { filesBeside } from '../../src/inventory/besides.ts';

const beside = (...names: readonly string[]): Readonly<Record<string, string>> => Object.fromEntries(filesBeside(names));

describe('what loaders do not take of a folder', () => {
  test('is nothing where there is one checkpoint', () => {
    assert.deepEqual(beside('config.json', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model.safetensors.index.json'), {});
    assert.deepEqual(beside('model.fp16.safetensors'), {});
    assert.deepEqual(beside('adapter_model.safetensors', 'adapter_config.json'), {});
    assert.deepEqual(beside(), {});
  });

  test('is a variant, another format, another model, an adapter beside a model; a set by its first shard', () => {
    assert.deepEqual(beside('model.safetensors', 'model.fp16-00001-of-00002.safetensors', 'model.fp16-00002-of-00002.safetensors', 'pytorch_model.bin', 'model-chat.safetensors', 'adapter_model.safetensors'), {
      'model.fp16-00001-of-00002.safetensors': 'model.fp16-00001-of-00002.safetensors', 'model.fp16-00002-of-00002.safetensors': 'model.fp16-00001-of-00002.safetensors',
      'pytorch_model.bin': 'pytorch_model.bin', 'model-chat.safetensors': 'model-chat.safetensors', 'adapter_model.safetensors': 'adapter_model.safetensors',
    });
    assert.deepEqual(beside('base-00001-of-00001.safetensors', 'chat-00001-of-00001.safetensors'), { 'chat-00001-of-00001.safetensors': 'chat-00001-of-00001.safetensors' });
  });

  test('is not what another save left, a publisher\'s own layout or the state of the training, which are no checkpoints of their own', () => {
    assert.deepEqual(beside('model.safetensors', 'model-00001-of-00003.safetensors', 'consolidated.safetensors', 'consolidated.00.pth', 'optimizer.pt', 'rng_state_0.pth'), {});
  });

  test('may be any of several GGUF sets, of which the largest is taken', () => {
    assert.deepEqual(Object.values(beside('a-Q4-00001-of-00001.gguf', 'a-Q8-00001-of-00001.gguf')), ['a-Q4-00001-of-00001.gguf', 'a-Q8-00001-of-00001.gguf']);
    assert.deepEqual(beside('a-00001-of-00002.gguf', 'a-00002-of-00002.gguf'), {});
  });
});
