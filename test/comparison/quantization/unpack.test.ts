import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledger } from '../../../src/comparison/ledger.ts';
import { setSideBySide } from '../../../src/comparison/set-side-by-side.ts';
import { unpackQuantized } from '../../../src/comparison/quantization/unpack.ts';
import type { UnpackedTable } from '../../../src/comparison/quantization/unpack.ts';
import { llama } from '../../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../../src/diagnosis/rule.ts';
import { judged, readExample, rulesOf } from '../../support/examples.ts';
import { measure } from '../../support/truth/measure.ts';

type Info = readonly [string, ...number[]];
type Tensors = Readonly<Record<string, Info>>;

async function unpack(tensors: Tensors, quantization: Readonly<Record<string, unknown>> | null = {}): Promise<UnpackedTable | null> {
  const checkpoint = await readExample({ config: { model_type: 'llama', ...(quantization === null ? {} : { quantization_config: quantization }) }, tensors });
  return unpackQuantized(checkpoint.tensors, checkpoint);
}

/** Name and shape of what a table stands for. */
function parameters(unpacked: UnpackedTable | null): Record<string, number[] | string> {
  if (unpacked === null) return {};
  const { tensors, hidden, shapeless } = unpacked;
  const rows = Array.from({ length: tensors.length }, (_, row) => row).filter((row) => !hidden.has(row));
  return Object.fromEntries(rows.map((row) => [tensors.name(row), shapeless.get(row) === 'nothing' ? 'unknown' : tensors.shape(row)]));
}

const LAYOUTS: readonly { readonly name: string; readonly config: Readonly<Record<string, unknown>>; readonly tensors: Tensors; readonly is: Readonly<Record<string, number[]>> }[] = [
  { name: 'GPTQ', config: { quant_method: 'gptq', bits: 4 }, tensors: { 'm.qweight': ['I32', 32, 128], 'm.qzeros': ['I32', 2, 16], 'm.scales': ['F16', 2, 128], 'm.g_idx': ['I32', 256] }, is: { 'm.weight': [128, 256] } },
  { name: 'GPTQ of eight bits', config: { quant_method: 'gptq', bits: 8 }, tensors: { 'm.qweight': ['I32', 64, 128], 'm.qzeros': ['I32', 2, 32], 'm.scales': ['F16', 2, 128] }, is: { 'm.weight': [128, 256] } },
  { name: 'AWQ', config: { quant_method: 'awq', bits: 4 }, tensors: { 'm.qweight': ['I32', 256, 16], 'm.qzeros': ['I32', 2, 16], 'm.scales': ['F16', 2, 128] }, is: { 'm.weight': [128, 256] } },
  { name: 'bitsandbytes in eight bits', config: { quant_method: 'bitsandbytes' }, tensors: { 'm.weight': ['I8', 128, 256], 'm.SCB': ['F32', 128] }, is: { 'm.weight': [128, 256] } },
  { name: 'four bits in bytes', config: { quant_method: 'bitsandbytes' }, tensors: { 'm.weight': ['U8', 16384, 1], 'm.weight.absmax': ['F32', 512], 'm.weight.quant_map': ['F32', 16], 'm.weight.quant_state.bitsandbytes__nf4': ['U8', 91] }, is: { 'm.weight': [32768] } },
  { name: 'four bits stored as bfloat16', config: { quant_method: 'bitsandbytes' }, tensors: { 'm.weight': ['BF16', 8192, 1], 'm.weight.absmax': ['F32', 512], 'm.weight.quant_map': ['F32', 16], 'm.weight.quant_state.bitsandbytes__fp4': ['U8', 91] }, is: { 'm.weight': [32768] } },
  { name: 'compressed-tensors in words', config: { quant_method: 'compressed-tensors', config_groups: { group_0: { weights: { num_bits: 4, symmetric: true } } } }, tensors: { 'm.weight_packed': ['I32', 128, 32], 'm.weight_scale': ['BF16', 128, 2], 'm.weight_shape': ['I64', 2] }, is: { 'm.weight': [128, 256] } },
  { name: 'blocks of FP8', config: { quant_method: 'fp8' }, tensors: { 'm.weight': ['F8_E4M3', 128, 256], 'm.weight_scale_inv': ['F32', 1, 2] }, is: { 'm.weight': [128, 256] } },
  { name: 'stacked experts in FP8', config: { quant_method: 'fp8' }, tensors: { 'experts.gate_up_proj': ['F8_E4M3', 4, 128, 256], 'experts.gate_up_proj_scale_inv': ['F32', 4, 1, 2] }, is: { 'experts.gate_up_proj': [4, 128, 256] } },
  { name: 'four bits called I8', config: { quant_method: 'fp8' }, tensors: { 'm.weight': ['I8', 128, 128], 'm.scale': ['F8_E8M0', 128, 8] }, is: { 'm.weight': [128, 256] } },
  { name: 'NVFP4 of ModelOpt', config: { quant_method: 'modelopt' }, tensors: { 'm.weight': ['U8', 128, 128], 'm.weight_scale': ['F8_E4M3', 128, 16], 'm.weight_scale_2': ['F32'], 'm.input_scale': ['F32'] }, is: { 'm.weight': [128, 256] } },
  { name: 'MXFP4 of stacked experts', config: { quant_method: 'mxfp4' }, tensors: { 'e.down_proj_blocks': ['U8', 4, 64, 2, 16], 'e.down_proj_scales': ['U8', 4, 64, 2], 'e.down_proj_bias': ['BF16', 4, 64] }, is: { 'e.down_proj': [4, 64, 64], 'e.down_proj_bias': [4, 64] } },
  { name: 'MLX', config: { group_size: 64, bits: 4 }, tensors: { 'm.weight': ['U32', 128, 32], 'm.scales': ['BF16', 128, 4], 'm.biases': ['BF16', 128, 4] }, is: { 'm.weight': [128, 256] } },
  { name: 'MLX in six bits', config: { group_size: 64, bits: 6 }, tensors: { 'm.weight': ['U32', 128, 48], 'm.scales': ['BF16', 128, 4], 'm.biases': ['BF16', 128, 4] }, is: { 'm.weight': [128, 256] } },
  { name: 'MLX without biases', config: { group_size: 32, bits: 4, mode: 'mxfp4' }, tensors: { 'm.weight': ['U32', 128, 32], 'm.scales': ['U8', 128, 8] }, is: { 'm.weight': [128, 256] } },
];

for (const { name, config, tensors, is } of LAYOUTS) {
  test(`${name}: stands for the plain parameter, lacks nothing, and misses each tensor that it needs`, async () => {
    const whole = await unpack(tensors, config);
    assert.deepEqual(parameters(whole), is);
    assert.deepEqual([whole?.quantization.lacking, whole?.quantization.doubtful], [[], []]);
    const stored = Object.values(tensors).length;
    assert.equal([...(whole?.members.values() ?? [])].flat().length + Object.keys(is).length - 1, stored);
    for (const gone of Object.keys(tensors).filter((entry) => !/g_idx|weight_shape|input_scale|_bias$/.test(entry))) {
      const rest = Object.fromEntries(Object.entries(tensors).map(([entry, info]) => [`b.${entry}`, info] as const).filter(([entry]) => entry !== `b.${gone}`));
      const less = await unpack({ ...tensors, ...rest }, config);
      assert.deepEqual(less?.quantization.lacking.flatMap((entry) => entry.names), [`b.${gone}`], gone);
    }
  });
}

test('what is not quantised is left as it is', async () => {
  for (const tensors of [
    { 'm.weight': ['BF16', 8, 8], 'm.scale': ['F32', 8] },
    // Cast and not scaled: diffusion models are stored so.
    { 'm.weight': ['F8_E4M3', 8, 8] },
    { 'mask.weight': ['U8', 8, 8], 'norm.scales': ['F32', 8] },
  ] satisfies Tensors[]) assert.equal(await unpack(tensors, null), null);
});

test('with a method of which nothing is known, what stands in a module is its weight', async () => {
  const unpacked = await unpack({ 'm.codes': ['I8', 4, 4], 'm.codebooks': ['F16', 4, 4], 'm.bias': ['F16', 4], 'norm.weight': ['F16', 4] }, { quant_method: 'aqlm' });
  assert.deepEqual(parameters(unpacked), { 'm.weight': 'unknown', 'm.bias': [4], 'norm.weight': [4] });
});

test('the layout of GPTQ for Marlin is another one than that of GPTQ', async () => {
  for (const stated of [{ checkpoint_format: 'marlin' }, { is_marlin_format: true }]) {
    const unpacked = await unpack({ 'm.B': ['I32', 4, 16], 'm.s': ['F16', 1, 8], 'norm.weight': ['F16', 4] }, { quant_method: 'gptq', bits: 4, ...stated });
    assert.deepEqual(parameters(unpacked), { 'm.weight': 'unknown', 'norm.weight': [4] });
  }
});

/** The small Llama with its linear layers in FP8. */
function fp8(without = /$^/): ExampleCheckpoint {
  const plain = llama({ config: { quantization_config: { quant_method: 'fp8', weight_block_size: [32, 32] } } });
  const tensors = Object.entries(plain.tensors).flatMap(([name, info]): [string, Info][] => {
    const [, rows = 0, columns = 0] = info;
    return /mlp|self_attn/.test(name) ? [[name, ['F8_E4M3', rows, columns]], [`${name}_scale_inv`, ['F32', rows / 32, columns / 32]]] : [[name, info]];
  });
  return { ...plain, tensors: Object.fromEntries(tensors.filter(([name]) => !without.test(name))) };
}

test('the ledger tells what packing saves, and is exact', async () => {
  const checkpoint = await readExample(fp8());
  const base = await readExample(llama());
  const side = setSideBySide(checkpoint, base, null);
  const lines = ledger(checkpoint, base, side.comparison);
  const size = (files: readonly { readonly size: number }[]): number => files.reduce((sum, file) => sum + file.size, 0);
  assert.equal(lines.reduce((sum, line) => sum + line.bytes, 0), size(checkpoint.shards) - size(base.shards));
  assert.deepEqual(lines.map(({ cause }) => cause), ['quantisation', 'header-text']);
});

test('either side may be the quantised one, or both', async () => {
  for (const [checkpoint, base] of [[fp8(), llama()], [llama(), fp8()], [fp8(), fp8()]] as const) {
    const report = await judged({ checkpoint, base });
    assert.equal(report.verdict, 'complete', JSON.stringify(report.findings.map(({ title }) => title)));
    assert.deepEqual([report.missing, report.unexpected, report.mismatched], [[], [], []]);
  }
});

test('a matrix gone with its scale is an ordinary loss; a wrong shape is still seen through the packing', async () => {
  const gone = await judged({ checkpoint: fp8(/layers\.1\.mlp\.up_proj/), base: llama() });
  assert.deepEqual(gone.missing.map(({ name }) => name), ['model.layers.1.mlp.up_proj.weight']);
  assert.deepEqual(rulesOf(gone, 'error'), ['layer-incomplete']);
  const sound = fp8();
  const wrong = await judged({ checkpoint: { ...sound, tensors: { ...sound.tensors, 'model.layers.1.mlp.up_proj.weight': ['F8_E4M3', 96, 32] } }, base: llama() });
  assert.deepEqual(rulesOf(wrong, 'error'), ['shape-mismatch']);
});

test('what the base does not have is told under the names that are stored', async () => {
  const sound = fp8();
  const report = await judged({ checkpoint: { ...sound, tensors: { ...sound.tensors, 'value.weight': ['F8_E4M3', 32, 32], 'value.weight_scale_inv': ['F32', 1, 1] } }, base: llama() });
  assert.deepEqual(report.unexpected.map(({ name }) => name).sort(), ['value.weight', 'value.weight_scale_inv']);
});

test('every quantised case of the truth sample has the verdict that it should have', async () => {
  const { withBase, without } = await measure('test/fixtures/truth/sample.jsonl.gz', { only: 'quantised' });
  const cases = [...withBase, ...without];
  assert.ok(cases.length > 60);
  assert.deepEqual(cases.filter(({ agrees }) => !agrees).map(({ id, verdict, wanted }) => `${id}: ${verdict}, wanted ${wanted.join()}`), []);
});

test('packed values without a number in them, and zeros that the config calls for, are missed', async () => {
  const lacking = async (tensors: Tensors, config: Readonly<Record<string, unknown>>): Promise<readonly string[]> => (await unpack(tensors, config))?.quantization?.lacking.flatMap(({ names }) => names) ?? [];
  const awq = { quant_method: 'awq', bits: 4, zero_point: true };
  const sound: Tensors = { 'm.qweight': ['I32', 256, 16], 'm.qzeros': ['I32', 2, 16], 'm.scales': ['F16', 2, 128] };
  assert.deepEqual(await lacking(sound, awq), []);
  assert.deepEqual(await lacking({ ...sound, 'm.qweight': ['I32', 0] }, awq), ['m.qweight']);
  const { 'm.qzeros': _, ...rest } = sound;
  assert.deepEqual(await lacking(rest, awq), ['m.qzeros']);
});
