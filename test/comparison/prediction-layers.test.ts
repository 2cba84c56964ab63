import assert from 'node:assert/strict';
import { test } from 'node:test';
import { predictionTest } from '../../src/comparison/prediction-layers.ts';

test('layers of multi-token prediction go by their name, or by a number beyond those that the config counts, where it promises such layers', () => {
  const names = ['mtp.fc.weight', 'model.mtp_layers.0.norm.weight', 'model.layers.4.eh_proj.weight', 'model.layers.3.eh_proj.weight', 'model.mtpx.weight', 'encoder.block.9.weight'];
  const told = (config: object): boolean[] => names.map(predictionTest({ ...config }));
  assert.deepEqual(told({ num_hidden_layers: 4, num_nextn_predict_layers: 1 }), [true, true, true, false, false, false]);
  assert.deepEqual(told({ text_config: { num_hidden_layers: 4, mtp_num_hidden_layers: 1 } }), [true, true, true, false, false, false]);
  assert.deepEqual(told({ num_hidden_layers: 4 }), [true, true, false, false, false, false]);
  assert.deepEqual(names.map(predictionTest(null)), [true, true, false, false, false, false]);
});
