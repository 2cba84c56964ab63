import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelsLast, isOfMlx } from '../../src/comparison/mlx.ts';
import { llama } from '../../src/diagnosis/examples.ts';
import { plain } from '../../src/diagnosis/prose.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { judged, readExample, rulesOf } from '../support/examples.ts';

const MLX = { format: 'mlx' };

/** The small Mamba-like part of a model: a convolution, in the order in which it is given. */
function mamba(shape: readonly number[], metadata: Readonly<Record<string, string>> = { format: 'pt' }): ExampleCheckpoint {
  const parts: readonly (readonly [string, readonly number[]])[] = [
    ['norm.weight', [16]], ['mixer.A_log', [32, 16]], ['mixer.D', [32]], ['mixer.conv1d.bias', [32]], ['mixer.conv1d.weight', shape],
    ['mixer.in_proj.weight', [64, 16]], ['mixer.x_proj.weight', [33, 32]], ['mixer.dt_proj.weight', [32, 1]], ['mixer.dt_proj.bias', [32]], ['mixer.out_proj.weight', [16, 32]],
  ];
  const layers = [0, 1].flatMap((layer) => parts.map(([name, dims]) => [`backbone.layers.${layer}.${name}`, dims] as const));
  const all: readonly (readonly [string, readonly number[]])[] = [['backbone.embeddings.weight', [64, 16]], ['backbone.norm_f.weight', [16]], ...layers];
  return {
    config: { architectures: ['MambaForCausalLM'], model_type: 'mamba', hidden_size: 16, intermediate_size: 32, state_size: 16, conv_kernel: 4, time_step_rank: 1, num_hidden_layers: 2, vocab_size: 64, expand: 2, use_bias: false, use_conv_bias: true },
    tensors: Object.fromEntries(all.map(([name, dims]) => [name, ['BF16', ...dims] as const])),
    metadata,
  };
}

test('a save for MLX shows by its headers, or by its quantisation without a method', async () => {
  assert.ok(isOfMlx(await readExample({ ...llama(), metadata: MLX })));
  assert.ok(isOfMlx(await readExample(llama({ config: { quantization: { group_size: 64, bits: 4 } } }))));
  assert.ok(!isOfMlx(await readExample(llama())));
  assert.ok(!isOfMlx(await readExample(llama({ config: { quantization: { quant_method: 'x', group_size: 64, bits: 4 } } }))));
});

test('convolutions are kept with the channels last', async () => {
  assert.deepEqual([[32, 1, 4], [32, 3, 2, 14, 14], [32, 16]].map(channelsLast), [[32, 4, 1], [32, 2, 14, 14, 3], null]);
  for (const base of [undefined, mamba([32, 1, 4])]) {
    const moved = await judged({ checkpoint: mamba([32, 4, 1], MLX), ...(base === undefined ? {} : { base }) });
    assert.deepEqual([moved.verdict, rulesOf(moved, 'error'), moved.mismatched, moved.loaders], ['complete', [], [], []]);
  }
  const broken = await judged({ checkpoint: mamba([32, 4, 1]), base: mamba([32, 1, 4]) });
  assert.deepEqual(rulesOf(broken, 'error'), ['shape-mismatch']);
  const wrong = await judged({ checkpoint: mamba([32, 4, 2], MLX), base: mamba([32, 1, 4]) });
  assert.deepEqual(rulesOf(wrong, 'error'), ['shape-mismatch']);
});

test('under names of its own it is not judged by those of transformers; what is simply gone is still missed', async () => {
  const { tensors, ...rest } = llama();
  const renamed = { ...rest, metadata: MLX, tensors: Object.fromEntries(Object.entries(tensors).map(([name, info]) => [name.replace(/^lm_head/, 'language_model.lm_head'), info])) };
  for (const base of [undefined, llama()]) {
    const report = await judged({ checkpoint: renamed, ...(base === undefined ? {} : { base }) });
    assert.deepEqual([report.verdict, rulesOf(report, 'error')], ['unknown', []]);
    assert.match(plain(report.reason ?? []), /^It was saved for MLX, which gave modules names of its own/);
  }
  const lost = await judged({ checkpoint: { ...llama({ head: false }), metadata: MLX } });
  assert.deepEqual(rulesOf(lost, 'error'), ['head-missing']);
});

test('transformers does not unpack it, nor what it knows no method for', async () => {
  const packed = (config: Readonly<Record<string, unknown>>, slots: (name: string, rows: number, columns: number) => [string, readonly [string, ...number[]]][]): ExampleCheckpoint => {
    const whole = llama({ config });
    const tensors = Object.entries(whole.tensors).flatMap(([name, info]) => (/_proj\.weight$/.test(name) ? slots(name.replace(/weight$/, ''), info[1] ?? 0, info[2] ?? 0) : [[name, info] as [string, readonly [string, ...number[]]]]));
    return { ...whole, tensors: Object.fromEntries(tensors) };
  };
  const mlx = await judged({ checkpoint: packed({ quantization: { group_size: 32, bits: 4 } }, (module, rows, columns) => [[`${module}weight`, ['U32', rows, columns / 8]], [`${module}scales`, ['BF16', rows, columns / 32]], [`${module}biases`, ['BF16', rows, columns / 32]]]) });
  assert.equal(mlx.verdict, 'complete');
  assert.deepEqual(mlx.loaders.map(({ outcome }) => plain(outcome)), Array(2).fill('stops with a size error: it does not unpack what MLX packs'));
  const exl2 = await judged({ checkpoint: packed({ quantization_config: { quant_method: 'exl2' } }, (module, rows, columns) => [[`${module}q_weight`, ['I32', columns / 8, rows]], [`${module}q_scale`, ['I32', 2, rows / 8]], [`${module}q_invperm`, ['I16', columns]]]) });
  assert.equal(exl2.verdict, 'complete');
  assert.deepEqual(exl2.loaders.map(({ outcome }) => plain(outcome)), Array(2).fill('does not know exl2: it cannot use the packed weights'));
});
