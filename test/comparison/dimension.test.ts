import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dimension } from '../../src/comparison/dimension.ts';

describe('dimension', () => {
  const config = { hidden_size: 64, num_attention_heads: 8, num_key_value_heads: 2, head_dim: 16, text_config: { hidden_size: 32, ranks: 3 } };

  it('takes small numbers as facts and leaves large ones open', () => {
    assert.equal(dimension(4, config), 4);
    assert.equal(dimension(4096, config), null);
    assert.equal(dimension(null, config), null);
  });

  it('reads settings, products, quotients and sums', () => {
    assert.equal(dimension('text_config.hidden_size', config), 32);
    assert.equal(dimension('3*hidden_size', config), 192);
    assert.equal(dimension('hidden_size*num_key_value_heads/num_attention_heads', config), 16);
    assert.equal(dimension('head_dim*num_attention_heads+2*head_dim*num_key_value_heads', config), 192);
    assert.equal(dimension('text_config.ranks+4', config), 7);
  });

  it('squares a quotient that is rounded down: the patches of an image', () => {
    assert.equal(dimension('image_size/patch_size^2+1', { image_size: 384, patch_size: 14 }), 27 * 27 + 1);
    assert.equal(dimension('v.image_size/v.patch_size^2', { v: { image_size: 224, patch_size: 16 } }), 196);
    assert.equal(dimension('image_size/patch_size^2+1', { image_size: [384, 384], patch_size: 16 }), null);
    assert.equal(dimension('image_size/patch_size^2+1', { patch_size: 16 }), null);
  });

  it('reads lists: their length, their ends, and the entry of the layer or of the one before it', () => {
    const listed = { dims: [32, 64, 96], a: { dims: [8] } };
    assert.deepEqual(['dims.length', 'dims.first', 'dims.last', '2*a.dims.length'].map((dim) => dimension(dim, listed)), [3, 32, 96, 2]);
    assert.deepEqual([0, 1, 2, 3, undefined].map((member) => dimension('2*dims.member', listed, member)), [64, 128, 192, null, null]);
    assert.deepEqual([0, 1, 2].map((member) => dimension('dims.previous', listed, member)), [null, 32, 64]);
    for (const dims of [7, { member: 4, length: 3, 0: 5 }, ['a', 'b'], [1.5, -2]]) assert.deepEqual([0, 1].map((member) => dimension('dims.member', { dims }, member)), [null, null]);
  });

  it('says nothing of layers that are unlike', () => {
    assert.equal(dimension('*', config, 1), null);
  });

  it('takes the first alternative whose settings are all stated', () => {
    const dim = 'head_dim*num_attention_heads|hidden_size';
    assert.equal(dimension(dim, config), 128);
    assert.equal(dimension(dim, { ...config, head_dim: null }), 64);
    assert.equal(dimension(dim, { hidden_size: 64, num_attention_heads: 8 }), 64);
    assert.equal(dimension(dim, { num_attention_heads: 8 }), null);
  });

  it('leaves open what the config lists by layer', () => {
    assert.equal(dimension('head_dim', { ...config, head_dim_per_layer: [16, 32] }), null);
    assert.equal(dimension('head_dim', { ...config, per_layer_config: { '05': { head_dim: 32 } } }), null);
    assert.equal(dimension('head_dim', { ...config, per_layer_config: { '05': { window: 32 } }, id2label: { 0: 'a' } }), 16);
  });

  it('believes no alternative where a setting is stated and can not be used', () => {
    const dim = 'head_dim*num_attention_heads|hidden_size';
    assert.equal(dimension(dim, { ...config, head_dim_per_layer: [16, 32] }), null);
    assert.equal(dimension(dim, { ...config, head_dim: 'wide' }), null);
    assert.equal(dimension(dim, { ...config, head_dim: 1.5 }), null);
    assert.equal(dimension('hidden_size', { hidden_size: -1 }), null);
  });

  it('finds no size by zero and none beyond what a number can hold', () => {
    assert.equal(dimension('hidden_size/num_attention_heads', { hidden_size: 64, num_attention_heads: 0 }), null);
    assert.equal(dimension('a*b', { a: 2 ** 40, b: 2 ** 40 }), null);
  });

  it('counts labels by id2label, two where there are none', () => {
    assert.equal(dimension('num_labels', { id2label: { 0: 'a', 1: 'b', 2: 'c' } }), 3);
    assert.equal(dimension('num_labels', {}), 2);
  });
});
