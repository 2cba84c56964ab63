import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import * as config from '../../src/inventory/config.ts';
import { isObject } from '../../src/inventory/config.ts';

const VISION = {
  architectures: ['X', 3, ''],
  tie_word_embeddings: false,
  vision_config: { model_type: 'v', hidden_size: 8 },
  thinker_config: { text_config: { vocab_size: 100, tie_word_embeddings: true, dtype: 'float16' } },
  quantization_config: { vocab_size: 1 },
  torch_dtype: 'torch.bfloat16',
  num_nextn_predict_layers: 2,
};

suite('config', () => {
  test('finds flags, sizes and types in the root and in nested configs', () => {
    assert.deepEqual(config.vocabularySizes(VISION), [{ path: 'thinker_config.text_config.vocab_size', value: 100 }]);
    assert.deepEqual(config.subConfigs(VISION).map(({ path }) => path), ['vision_config', 'thinker_config', 'thinker_config.text_config']);
    assert.equal(config.configDtype(VISION), 'bfloat16');
    assert.deepEqual(config.quantization(VISION), { vocab_size: 1 });
    assert.deepEqual(config.mtpLayers(VISION), [{ path: 'num_nextn_predict_layers', value: 2 }]);
    assert.deepEqual(config.architectures(VISION), ['X']);
  });

  test('takes a nested dtype where the root has none', () => {
    assert.equal(config.configDtype({ text_config: { torch_dtype: 'float16' } }), 'float16');
  });

  test('knows remote code from an auto_map that names a model', () => {
    assert.equal(config.hasRemoteCode({ auto_map: { AutoModelForCausalLM: 'modeling.X' } }), true);
    assert.equal(config.hasRemoteCode({ auto_map: { AutoConfig: 'configuration.X' } }), false);
    assert.equal(config.hasRemoteCode({ auto_map: 'x' }), false);
  });

  test('never throws, whatever the config holds', () => {
    const key = fc.constantFrom('model_type', 'architectures', 'text_config', 'vocab_size', 'auto_map', 'dtype', 'torch_dtype', '__proto__', 'constructor', 'quantization_config', 'tie_word_embeddings', 'x');
    const value = fc.letrec((tie) => ({ any: fc.oneof({ maxDepth: 6 }, fc.jsonValue(), fc.dictionary(key, tie('any')), fc.array(tie('any'))) })).any;
    fc.assert(fc.property(value, (any) => {
      const object = isObject(any) ? any : null;
      for (const read of [config.modelType, config.architectures, config.transformersVersion, config.nameOrPath, config.subConfigs, config.vocabularySizes, config.mtpLayers, config.configDtype, config.quantization, config.hasRemoteCode]) read(object);
      assert.equal(config.numberAt(object, 'constructor.length'), typeof config.valueAt(object, 'constructor.length') === 'number' ? config.valueAt(object, 'constructor.length') : null);
    }));
    assert.equal(config.valueAt({}, 'constructor'), undefined);
    assert.deepEqual(['dims.length', 'dims.first', 'dims.last', 'dims.0', 'dims.map', 'text.length'].map((path) => config.valueAt({ dims: [4, 5], text: 'ab' }, path)), [2, 4, 5, undefined, undefined, undefined]);
  });
});
