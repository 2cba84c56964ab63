import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { identityMapper, isHarmlessBuffer, unwrappings } from '../../src/comparison/names.ts';

describe('isHarmlessBuffer', () => {
  test('knows buffers that newer releases compute', () => {
    for (const [name, rank] of [
      ['model.layers.0.self_attn.rotary_emb.inv_freq', 1], ['rotary_emb.inv_freq', 1], ['bert.embeddings.position_ids', 2],
      ['gpt_neox.layers.0.attention.masked_bias', 0], ['transformer.h.0.attn.bias', 4], ['gpt_neox.layers.3.attention.bias', 4], ['bn.num_batches_tracked', 0],
    ] as const) assert.ok(isHarmlessBuffer(name, rank), name);
  });

  test('a bias vector is a parameter, and so is what only ends alike', () => {
    for (const [name, rank] of [
      ['transformer.h.0.attn.bias', 1], ['transformer.h.0.attn.c_attn.bias', 4], ['my_position_ids', 2], ['position_ids.weight', 2], ['lm_head.weight', 2],
    ] as const) assert.ok(!isHarmlessBuffer(name, rank), name);
  });
});

describe('unwrappings', () => {
  const take = (names: readonly string[]): (string | null)[][] => unwrappings(names).map((way) => names.map((name) => way.unwrap(name)));

  test('takes segments of training wrappers out wherever they stand', () => {
    const names = ['module._orig_mod.model.layers.0._checkpoint_wrapped_module.mlp.weight', 'module._orig_mod.lm_head.weight'];
    const [first] = unwrappings(names);
    assert.equal(first?.kind, 'prefix');
    assert.equal(first?.text, 'module._orig_mod._checkpoint_wrapped_module.');
    assert.deepEqual(take(names)[0], ['model.layers.0.mlp.weight', 'lm_head.weight']);
  });

  test('a segment that only contains such a word stays', () => {
    assert.deepEqual(unwrappings(['a.submodule.weight', 'b.module_list.weight', 'c.weight']), []);
  });

  test('takes PEFT off, and tells its own tensors from the model\'s', () => {
    const names = [
      'base_model.model.model.layers.0.q_proj.base_layer.weight', 'base_model.model.model.layers.0.q_proj.lora_A.default.weight',
      'base_model.model.model.layers.0.q_proj.lora_B.default.weight', 'base_model.model.lm_head.modules_to_save.default.weight', 'base_model.model.model.norm.weight',
    ];
    const [lora, ...others] = unwrappings(names);
    assert.deepEqual(others, []);
    assert.equal(lora?.kind, 'lora');
    assert.equal(lora?.text, 'base_model.model.');
    assert.deepEqual(take(names)[0], ['model.layers.0.q_proj.weight', null, null, null, 'model.norm.weight']);
    assert.equal(unwrappings(['q_proj.base_layer.weight', 'q_proj.lora_A.weight'])[0]?.text, 'base_layer.');
  });

  test('tries a prefix that at least half of the names share, one to three segments of it', () => {
    const names = ['student.model.layers.0.a', 'student.model.layers.1.a', 'student.model.norm', 'student.head'];
    assert.deepEqual(unwrappings(names).map(({ text }) => text), ['student.', 'student.model.', 'student.model.layers.']);
    assert.deepEqual(take(names)[1], ['layers.0.a', 'layers.1.a', 'norm', 'student.head'], 'a name without it stays as it is');
    assert.deepEqual(unwrappings(['a.w', 'b.w', 'c.w']), []);
    assert.deepEqual(unwrappings([]), []);
  });
});

test('of an unknown class only the oldest spelling of a layer norm is put right', () => {
  const { memory, more, prefixLost } = identityMapper(['x.LayerNorm.gamma', 'x.LayerNorm.beta', 'x.gamma']);
  assert.deepEqual(memory, ['x.LayerNorm.weight', 'x.LayerNorm.bias', 'x.gamma']);
  assert.equal(more.size, 0);
  assert.equal(prefixLost, false);
});
