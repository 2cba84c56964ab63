import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adapterSettings } from '../../../src/comparison/adapter/settings.ts';
import { isSaved, targetTest } from '../../../src/comparison/adapter/targets.ts';

const Q = 'model.layers.3.self_attn.q_proj';

function targets(config: Readonly<Record<string, unknown>>): ReturnType<typeof targetTest> {
  return targetTest(adapterSettings({ peft_type: 'LORA', ...config }));
}

test('names match whole or as the end after a dot, as PEFT matches them', () => {
  const test = targets({ target_modules: ['q_proj', 'model.layers.0.mlp.up_proj'] });
  assert.deepEqual([Q, 'model.layers.0.mlp.up_proj', 'model.layers.1.mlp.up_proj', 'model.layers.3.self_attn.xq_proj'].map((name) => test?.(name)), [true, true, false, false]);
});

test('an expression must match the whole name', () => {
  const test = targets({ target_modules: '.*\\.(q|k)_proj' });
  assert.deepEqual([Q, `${Q}.more`, 'q_proj'].map((name) => test?.(name)), [true, false, false]);
});

test('what is excluded, saved whole, or in another layer is no target', () => {
  assert.equal(targets({ target_modules: ['q_proj'], exclude_modules: ['layers.3.self_attn.q_proj'] })?.(Q), false);
  assert.equal(targets({ target_modules: ['q_proj'], modules_to_save: ['self_attn'] })?.(Q), false);
  assert.equal(targets({ target_modules: ['q_proj'], layers_to_transform: [2] })?.(Q), false);
  assert.equal(targets({ target_modules: ['q_proj'], layers_to_transform: 3, layers_pattern: 'layers' })?.(Q), true);
  assert.equal(targets({ target_modules: ['q_proj'], layers_to_transform: 3, layers_pattern: 'h' })?.(Q), false);
});

test('expressions that may never end, or that JavaScript can not read, decide nothing', () => {
  for (const expression of ['(a+)+b', '.*.*.*x', '(?=x)x', '(q)\\1', '(?P<a>x)', '(((', 'a?'.repeat(50), 'all-linear']) {
    assert.equal(targets({ target_modules: expression }), null, expression);
  }
});

test('a saved module covers what is in it, and nothing that only begins alike', () => {
  assert.deepEqual([isSaved('model.embed_tokens.weight', ['embed_tokens']), isSaved('model.embed_tokens2', ['embed_tokens']), isSaved('lm_head', ['lm_head'])], [true, false, true]);
});
