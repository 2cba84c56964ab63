import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { llama } from '../../src/diagnosis/examples.ts';
import { judged } from '../support/examples.ts';

/** The small Llama as a Mixtral of four experts. */
function mixtral(keep: (name: string) => boolean = () => true, release = '4.57.6'): ExampleCheckpoint {
  const { config, tensors } = llama();
  const moe = Object.fromEntries(Object.entries(tensors).flatMap(([name, info]): [string, typeof info][] => {
    const [, layer] = /^(model\.layers\.\d+\.)mlp\.gate_proj/.exec(name) ?? [];
    if (layer === undefined) return name.includes('.mlp.') ? [] : [[name, info]];
    const expert = (number: number): [string, typeof info][] => [1, 2, 3].map((matrix) => [`${layer}block_sparse_moe.experts.${number}.w${matrix}.weight`, matrix === 2 ? ['BF16', 64, 96] : ['BF16', 96, 64]]);
    return [[`${layer}block_sparse_moe.gate.weight`, ['BF16', 4, 64]], ...[0, 1, 2, 3].flatMap(expert)];
  }));
  return {
    config: { ...config, architectures: ['MixtralForCausalLM'], model_type: 'mixtral', num_local_experts: 4, num_experts_per_tok: 2, intermediate_size: 96, transformers_version: release },
    tensors: Object.fromEntries(Object.entries(moe).filter(([name]) => keep(name))),
  };
}

for (const release of ['4.57.6', '5.18.0']) {
  test(`${release}: a router calls for its experts, though none is stored, in one layer or in all`, async () => {
    const sound = await judged({ checkpoint: mixtral(undefined, release) });
    assert.deepEqual([sound.verdict, sound.missing], ['complete', []]);
    const all = await judged({ checkpoint: mixtral((name) => !name.includes('experts'), release) });
    assert.deepEqual([all.verdict, all.missing.length], ['incomplete', 2 * 4 * 3]);
    const one = await judged({ checkpoint: mixtral((name) => !name.includes('layers.1.block_sparse_moe.experts'), release) });
    assert.deepEqual([one.verdict, one.missing.length], ['incomplete', 4 * 3]);
  });
}

test('a router of another height than the config counts experts calls for none', async () => {
  const { config, tensors } = mixtral((name) => !name.includes('experts'));
  const other = await judged({ checkpoint: { config: { ...config, num_local_experts: 8 }, tensors } });
  assert.ok(!other.missing.some(({ name }) => name.includes('experts')));
});
