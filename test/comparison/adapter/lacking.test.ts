import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judged, rulesOf } from '../../support/examples.ts';
import { adapterOf, baseOf, saved, without } from './fixture.ts';

type Tensors = Parameters<NonNullable<Parameters<typeof adapterOf>[1]>>[0];

const ROOT = 'base_model.model.';
const missing = async (name: string, change: (tensors: Tensors) => Tensors, options: { base?: boolean; config?: Readonly<Record<string, unknown>> } = {}): Promise<readonly [string, readonly string[]]> => {
  const report = await judged({ checkpoint: adapterOf(name, change, options.config), ...(options.base === true ? { base: baseOf() } : {}) });
  assert.deepEqual(rulesOf(report, 'error'), report.verdict === 'incomplete' ? ['adapter-incomplete'] : []);
  return [report.verdict, report.missing.map((tensor) => tensor.name)];
};

/** The adapter's two layers again and again, and one of another kind, whose own modules the others have not. */
function layered(numbers: readonly number[], change: (name: string) => string = (name) => name): (tensors: Tensors) => Tensors {
  return (tensors) => Object.fromEntries(Object.entries(tensors).flatMap(([name, info]): (readonly [string, typeof info])[] => {
    if (!name.includes('.layers.')) return [[name, info]];
    return name.includes('.layers.0.') ? numbers.map((number) => [change(name.replace('.layers.0.', `.layers.${number}.`)), info] as const) : [];
  }));
}

test('without a base a gap in the numbers of layers is a loss; a last layer, or several gaps, are not told', async () => {
  const of = (layer: number): string[] => ['q_proj.lora_A', 'q_proj.lora_B', 'v_proj.lora_A', 'v_proj.lora_B'].map((part) => `${ROOT}model.layers.${layer}.self_attn.${part}.weight`);
  assert.deepEqual(await missing('lora', layered([0, 1, 3])), ['incomplete', of(2)]);
  assert.deepEqual(await missing('lora', layered([0, 1, 2])), ['complete', []]);
  assert.deepEqual(await missing('lora', layered([0, 2])), ['complete', []]);
  assert.deepEqual(await missing('lora', layered([0, 1, 2, 4, 5, 6, 8])), ['complete', []]);
});

test('a layer of another kind than its neighbours is no gap, nor one that the config leaves out', async () => {
  const mamba = layered([0, 1, 2, 3, 4, 5], (name) => name.replace('layers.3.self_attn', 'layers.3.mamba').replace('q_proj', 'in_proj'));
  assert.deepEqual(await missing('lora', (tensors) => without((name) => name.includes('mamba.v_proj'))(mamba(tensors)), { config: { target_modules: ['q_proj', 'v_proj', 'in_proj'] } }), ['complete', []]);
  assert.deepEqual(await missing('lora', layered([0, 1, 3]), { config: { layers_to_transform: [0, 1, 3] } }), ['complete', []]);
  assert.deepEqual(await missing('lora', layered([0, 1, 3]), { config: { target_modules: '.*layers\\.(0|1|3)\\..*' } }), ['complete', []]);
});

test('a single module of a layer is missed by the same gap, whatever the method stores', async () => {
  for (const [name, part] of [['fourier', 'fourierft_spectrum'], ['hra', 'hra_u'], ['oft', 'oft_R.weight']] as const) {
    const gone = `${ROOT}model.layers.1.self_attn.v_proj.${part}`;
    assert.deepEqual(await missing(name, (tensors) => without((tensor) => tensor === gone)(layered([0, 1, 2, 3])(tensors))), ['incomplete', [gone]]);
  }
});

test('norms that are tuned are asked for by the base', async () => {
  const gone = `${ROOT}model.layers.1.input_layernorm.ln_tuning_layers.weight`;
  assert.deepEqual(await missing('ln tuning', without((name) => name === gone), { base: true }), ['incomplete', [gone]]);
});

test('the projections of RandLoRA, which all modules share, and what each module has of its own', async () => {
  const module = `${ROOT}model.layers.0.self_attn.q_proj.`;
  const tensors = { 'base_model.randlora_A': ['F32', 4, 1, 64], 'base_model.randlora_B': ['F32', 64, 2, 4], [`${module}randlora_lambda`]: ['F32', 4, 16], [`${module}randlora_gamma`]: ['F32', 16, 64] } as const;
  const config = { peft_type: 'RANDLORA', target_modules: ['q_proj'], save_projection: true };
  for (const gone of Object.keys(tensors)) {
    assert.deepEqual(await missing('lora', () => without((name) => name === gone)(tensors), { config }), ['incomplete', [gone]]);
  }
  assert.deepEqual(await missing('lora', () => tensors, { config }), ['complete', []]);
});

test('VB-LoRA may store its largest logits only', async () => {
  const top = (tensors: Tensors): Tensors => Object.fromEntries(Object.entries(tensors).flatMap(([name, info]) => (name.includes('logits') ? [[`${name}_topk_indices`, info], [`${name}_topk_weights`, info]] : [[name, info]])));
  const config = { save_only_topk_weights: true };
  const gone = `${ROOT}model.layers.0.self_attn.q_proj.vblora_logits_A_topk_weights`;
  assert.deepEqual(await missing('vblora', top, { config }), ['complete', []]);
  assert.deepEqual(await missing('vblora', (tensors) => without((name) => name === gone)(top(tensors)), { config }), ['incomplete', [gone]]);
});

test('without a base one of the modules to save is missed where every model with such layers has it', async () => {
  const gone = `${ROOT}lm_head.weight`;
  assert.ok(saved.get('lora saved modules')?.tensors[gone]);
  assert.deepEqual(await missing('lora saved modules', without((name) => name === gone)), ['incomplete', [gone]]);
});

test('without a base a name of which nothing is stored, and that may match no module, leaves the verdict open', async () => {
  const names = ['embed_tokens', 'lm_head', 'norm', 'wte'];
  const report = await judged({ checkpoint: adapterOf('lora saved modules', undefined, { modules_to_save: names }) });
  assert.equal(report.verdict, 'unknown');
  assert.match(JSON.stringify(report.reason), /modules_to_save.*wte/);
  assert.deepEqual(await missing('lora saved modules', (tensors) => tensors, { base: true, config: { modules_to_save: names } }), ['complete', []]);
});

test('without a base a classifier is missed where every class with such layers has one by a usual name, and else believed', async () => {
  const config = { modules_to_save: ['classifier', 'score'], task_type: 'SEQ_CLS' };
  assert.deepEqual(await missing('lora', (tensors) => tensors, { config }), ['incomplete', [`${ROOT}score`]]);
  const ofBart = (tensors: Tensors): Tensors => Object.fromEntries(Object.entries(tensors).map(([name, info]) => [name.replace('model.layers', 'model.encoder.layers'), info]));
  assert.deepEqual(await missing('lora', ofBart, { config }), ['complete', []]);
});

test('a name in modules_to_save is also the end of a longer one, as PEFT finds it', async () => {
  const gone = `${ROOT}model.layers.1.input_layernorm.weight`;
  assert.deepEqual(await missing('lora saved modules', without((name) => name === gone), { base: true }), ['incomplete', [gone]]);
});

test('what an unknown method stores is no stranger to the base', async () => {
  const other = (tensors: Tensors): Tensors => Object.fromEntries(Object.entries(tensors).map(([name, info]) => [name.replace('lora_', 'newlora_'), info]));
  const report = await judged({ checkpoint: adapterOf('lora', other, { peft_type: 'NEWLORA' }), base: baseOf() });
  assert.deepEqual([report.verdict, report.unexpected], ['unknown', []]);
});

test('what modules_to_save names of a model under a prompt stands without the root that other methods put before it', async () => {
  const config = { peft_type: 'PROMPT_TUNING', task_type: 'CAUSAL_LM', modules_to_save: ['lm_head'], target_modules: null };
  const tensors = { prompt_embeddings: ['F32', 8, 64], 'base_model.lm_head.weight': baseOf().tensors['lm_head.weight'] ?? ['F32', 1] } as const;
  assert.deepEqual(await missing('lora', () => tensors, { config, base: true }), ['complete', []]);
  assert.deepEqual(await missing('lora', () => ({ prompt_embeddings: tensors.prompt_embeddings }), { config, base: true }), ['incomplete', ['base_model.lm_head.weight']]);
});

test('a saved module of which only the bias is stored', async () => {
  const classifier = { task_type: 'SEQ_CLS', modules_to_save: ['classifier', 'score'] };
  assert.deepEqual(await missing('lora', (tensors) => ({ ...tensors, [`${ROOT}classifier.bias`]: ['F32', 3] }), { config: classifier }), ['incomplete', [`${ROOT}classifier.weight`]]);
});

test('what is missing whole has the shapes that it would have: A as wide as the inputs, B as high as the outputs', async () => {
  const whole = await judged({ checkpoint: adapterOf('lora', without((name) => name.includes('.layers.0.'))), base: baseOf() });
  const stored = new Map<string, readonly number[]>();
  adapterOf('lora', (tensors) => {
    for (const [name, [, ...shape]] of Object.entries(tensors)) stored.set(name, shape as number[]);
    return tensors;
  });
  assert.ok(whole.missing.length > 0);
  assert.deepEqual(whole.missing.map(({ name, shape }) => [name, shape]), whole.missing.map(({ name }) => [name, stored.get(name)]));
});
