import assert from 'node:assert/strict';
import { ROOT } from '../../../src/comparison/adapter/names.ts';
import { judged } from '../../support/examples.ts';
import { hostileTest } from '../../support/hostile-test.ts';
import { adapterOf } from './fixture.ts';

type Tensors = Parameters<NonNullable<Parameters<typeof adapterOf>[1]>>[0];

/** Matrices of LoRA for the query projections of some layers. */
function queries(layers: readonly number[], before = ''): Tensors {
  return Object.fromEntries(layers.flatMap((layer): [string, Tensors[string]][] => {
    const module = `${ROOT}model.layers.${layer}.${before}self_attn.q_proj`;
    return [[`${module}.lora_A.weight`, ['F32', 16, 64]], [`${module}.lora_B.weight`, ['F32', 64, 16]]];
  }));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

const hostile: Readonly<Record<string, { readonly tensors: Tensors; readonly config?: Readonly<Record<string, unknown>> }>> = {
  'a name of sixty thousand numbers': { tensors: { ...queries([0, 1, 2]), ...queries([0], '1.'.repeat(60_000)) } },
  'a gap of ten thousand layers': { tensors: { ...queries(range(0, 28_000)), ...queries(range(38_000, 66_000)) } },
  'thousands of names for thousands of modules': {
    tensors: { ...queries(range(0, 4)), ...Object.fromEntries(range(0, 20_000).map((i): [string, Tensors[string]] => [`${ROOT}model.a${i}.b.c.weight`, ['F32', 1]])) },
    config: { modules_to_save: range(0, 4000).map((i) => `head${i}`), target_modules: ['q_proj', ...range(0, 4000).map((i) => `proj${i}`)] },
  },
  'long names of two hundred modules each, unlike from the first': {
    tensors: { ...queries([0, 1, 2]), ...Object.fromEntries(range(0, 14_000).map((i): [string, Tensors[string]] => [`${ROOT}a${i}.${'b.'.repeat(220)}weight`, ['F32', 1]])) },
    config: { modules_to_save: ['head'] },
  },
  'a hundred and fifty thousand targets': { tensors: queries([0, 1, 2]), config: { target_modules: ['q_proj', ...range(0, 150_000).map((i) => `p${i}`)] } },
  'a saved module in a hundred thousand others': { tensors: { ...queries([0, 1, 2]), [`${ROOT}${'a.'.repeat(100_000)}weight`]: ['F32', 1] }, config: { modules_to_save: ['head'] } },
};

for (const [name, { tensors, config }] of Object.entries(hostile)) {
  hostileTest(`an adapter with ${name} is judged like any other`, async () => {
    const report = await judged({ checkpoint: adapterOf('lora', () => tensors, { target_modules: ['q_proj'], ...config }) });
    assert.ok(['complete', 'incomplete', 'unknown'].includes(report.verdict));
  });
}
