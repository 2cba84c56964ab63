import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unpackQuantized } from '../../../src/comparison/quantization/unpack.ts';
import type { UnpackedTable } from '../../../src/comparison/quantization/unpack.ts';
import { readExample } from '../../support/examples.ts';

type Info = readonly [string, ...number[]];
type Tensors = Readonly<Record<string, Info>>;

async function unpack(method: string, tensors: Tensors): Promise<UnpackedTable | null> {
  const checkpoint = await readExample({ config: { model_type: 'llama', quantization_config: { quant_method: method } }, tensors });
  return unpackQuantized(checkpoint.tensors, checkpoint);
}

async function parameters(method: string, tensors: Tensors): Promise<string[]> {
  const { tensors: table, hidden } = (await unpack(method, tensors)) ?? { tensors: null, hidden: new Set<number>() };
  return Array.from({ length: table?.length ?? 0 }, (_, row) => row).flatMap((row) => (hidden.has(row) || table === null ? [] : [table.name(row)])).sort();
}

async function lacking(method: string, tensors: Tensors): Promise<readonly string[]> {
  return (await unpack(method, tensors))?.quantization.lacking.flatMap(({ names }) => names) ?? [];
}

/** What each method keeps in a linear module of 128 × 256 in place of its weight, as its own library or transformers' integration names it. */
const METHODS: Readonly<Record<string, Tensors>> = {
  aqlm: { codes: ['I16', 128, 32, 1], codebooks: ['F16', 1, 65536, 1, 8], scales: ['F16', 128, 1, 1, 1] },
  eetq: { weight: ['I8', 256, 128], weight_scales: ['F16', 128] },
  exl2: { q_weight: ['I32', 32, 128], q_groups: ['I16', 8], q_invperm: ['I16', 256], q_scale: ['I32', 2, 16], q_scale_max: ['F16', 2] },
  exl3: { trellis: ['I16', 16, 8, 64], suh: ['F16', 256], svh: ['F16', 128] },
  higgs: { weight: ['I16', 2048], scales: ['F16', 128], tables: ['F16', 16], tables2: ['F16', 256, 1, 2] },
  hqq: { W_q: ['U8', 256, 64], scale: ['F16', 1, 512], zero: ['F16', 1, 512], shape: ['I64', 2] },
  quanto: { 'weight._data': ['I8', 128, 256], 'weight._scale': ['F16', 128, 1] },
  spqr: { dense_weights: ['I64', 4096], row_offsets: ['I32', 129], col_vals: ['I32', 10], in_perm: ['I64', 256] },
  vptq: { indices: ['I32', 1, 128, 4], 'centroids.weight': ['F16', 1, 64], perm: ['I16', 256], weight_scale: ['F16', 256] },
};

function linears(modules: readonly string[], slots: Tensors): Record<string, Info> {
  return Object.fromEntries(modules.flatMap((module) => Object.entries(slots).map(([slot, info]) => [`${module}.${slot}`, info] as const)));
}

const LAYERS = [0, 1, 2, 3].map((layer) => `layers.${layer}.up_proj`);

for (const [method, slots] of Object.entries(METHODS)) {
  test(`${method}: a module stands for its weight, and what one layer lacks is told`, async () => {
    const whole = linears(LAYERS, slots);
    assert.deepEqual(await parameters(method, whole), LAYERS.map((module) => `${module}.weight`));
    assert.deepEqual(await lacking(method, whole), []);
    for (const slot of Object.keys(slots)) {
      const gone = `layers.2.up_proj.${slot}`;
      const less = await lacking(method, Object.fromEntries(Object.entries(whole).filter(([name]) => name !== gone)));
      assert.ok(less.includes(gone), gone);
    }
  });
}

test('layers may be packed in different ways, and scales of activations need not be everywhere', async () => {
  const mixed = { ...linears(LAYERS, { W_q: ['U8', 256, 64], scale: ['F16', 512], zero: ['F16', 512] }), ...linears(['layers.4.up_proj'], { W_q: ['U8', 512, 64], scale: ['F16', 512] }) };
  assert.deepEqual(await lacking('hqq', mixed), []);
  const quark = { ...linears(LAYERS, { weight: ['F8_E4M3', 8, 8], weight_scale: ['F32'], output_scale: ['F32'] }), ...linears(['layers.4.up_proj'], { weight: ['F8_E4M3', 8, 8], weight_scale: ['F32'] }) };
  assert.deepEqual(await lacking('quark', quark), []);
});

test('what stands beside modules, and stacked experts, are parameters of their own', async () => {
  const plain: Tensors = {
    'gate.W_q': ['U8', 8, 8], 'gate.scale': ['F16', 8], 'gate.e_score_correction_bias': ['F32', 8],
    'mixer.A_log': ['F32', 8], 'mixer.D': ['F32', 8], 'mixer.in_proj.W_q': ['U8', 8, 8], 'mixer.in_proj.scale': ['F16', 8],
    'embeddings.cls_token': ['F16', 1, 1, 8], 'embeddings.position_embeddings': ['F16', 1, 5, 8], 'embeddings.patch.weight': ['F16', 8, 8],
    'experts.gate_up_proj': ['F16', 4, 8, 8], 'experts.down_proj': ['F16', 4, 8, 8],
    'mlp.experts.up_proj_blocks': ['U8', 4, 8, 2, 16], 'mlp.experts.up_proj_scales': ['U8', 4, 8, 2],
  };
  assert.deepEqual(await parameters('hqq', plain), [
    'embeddings.cls_token', 'embeddings.patch.weight', 'embeddings.position_embeddings', 'experts.down_proj', 'experts.gate_up_proj', 'gate.e_score_correction_bias', 'gate.weight',
    'mixer.A_log', 'mixer.D', 'mixer.in_proj.weight', 'mlp.experts.up_proj',
  ]);
});
