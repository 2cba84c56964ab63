import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adapterParts, isAllAdapter } from '../../../src/comparison/adapter/loose.ts';
import { loraAdapter } from '../../../src/diagnosis/adapter-examples.ts';
import { llama } from '../../../src/diagnosis/examples.ts';
import { plain } from '../../../src/diagnosis/prose.ts';
import type { ExampleCheckpoint } from '../../../src/diagnosis/rule.ts';
import { judge } from '../../../src/judge.ts';
import { judged, readExample, rulesOf } from '../../support/examples.ts';

type Tensors = ExampleCheckpoint['tensors'];

const peft = loraAdapter().tensors;
const ofDiffusers: Tensors = Object.fromEntries(Object.entries(peft).map(([name, info]) => [name.replace(/^base_model\.model\./, 'transformer.'), info]));
const kohya: Tensors = Object.fromEntries([0, 1].flatMap((layer): [string, Tensors[string]][] => {
  const module = `lora_te_text_model_encoder_layers_${layer}_mlp_fc1`;
  return [[`${module}.alpha`, ['F16']], [`${module}.lora_down.weight`, ['F16', 8, 64]], [`${module}.lora_up.weight`, ['F16', 64, 8]]];
}));

const file = (path: string, tensors: Tensors): ExampleCheckpoint => ({ config: null, tensors, shards: { [path]: Object.keys(tensors) }, files: { 'model.safetensors.index.json': null } });
const withoutLast = (tensors: Tensors): Tensors => Object.fromEntries(Object.entries(tensors).slice(0, -1));

describe('names of an adapter', () => {
  test('are matrices, whoever wrote them, and the scale beside them', () => {
    for (const names of [
      Object.keys(peft), Object.keys(ofDiffusers), Object.keys(kohya), ['unet.to_q_lora.down.weight', 'unet.to_q_lora.alpha'], ['unet.to_q.lora.up.weight', 'unet.to_q.alpha'],
      ['x.hada_w1_a', 'x.hada_t1', 'x.alpha'], ['x.lokr_w1', 'x.lokr_t2', 'x.alpha', 'x.dora_scale'], ['layers.0.q_proj.lora_a', 'layers.0.q_proj.lora_b'],
    ]) assert.ok(isAllAdapter(names), names.join());
  });

  test('a scale without matrices of its module is none', () => {
    assert.deepEqual([...adapterParts(['a.alpha', 'b.alpha', 'c.lora_down.weight', 'c.alpha', 'd.weight'])], ['c.lora_down.weight', 'c.alpha']);
    assert.ok(!isAllAdapter(['resblocks.0.act.alpha', 'resblocks.1.act.alpha']));
    assert.ok(!isAllAdapter([]));
  });
});

describe('an adapter without a config', () => {
  const kinds = [['PEFT', peft], ['diffusers', ofDiffusers], ['Kohya', kohya]] as const;

  test('is an incomplete model under a name that loaders take for one, beside a base too', async () => {
    for (const [kind, tensors] of kinds) {
      for (const path of ['model.safetensors', 'diffusion_pytorch_model.safetensors', 'diffusion_pytorch_model.fp16.safetensors', 'consolidated.safetensors', 'consolidated.00.safetensors']) {
        for (const base of [{}, { base: llama() }]) {
          const report = await judged({ checkpoint: file(path, tensors), ...base });
          assert.deepEqual([report.verdict, rulesOf(report, 'error').includes('adapter-not-merged')], ['incomplete', true], `${kind} ${path}`);
        }
      }
    }
    const beside = await judged({ checkpoint: { ...file('model.safetensors', kohya), config: llama().config }, base: llama() });
    assert.deepEqual(rulesOf(beside, 'error'), ['adapter-not-merged'], 'all that is missing is told once');
  });

  test('under a name of its own is said to be one, with what would decide', async () => {
    for (const [kind, tensors] of kinds) {
      const report = await judged({ checkpoint: file('style.safetensors', tensors) });
      const [first = ''] = Object.keys(tensors).filter((name) => !name.endsWith('alpha'));
      const what = `It is an adapter (${first}), and there is no adapter_config.json to tell which modules it adapts: whether it has all of them can't be told. `;
      const advice = kind === 'PEFT' ? 'Put the adapter_config.json of the training run beside it, and name the file adapter_model.safetensors, as PEFT needs it, to get a verdict.' : 'Name a sound save of the same adapter as the base to get a verdict.';
      assert.deepEqual([report.verdict, plain(report.reason ?? [])], ['unknown', what + advice]);
    }
  });

  test('is not compared with a model, and the words say why', async () => {
    const base = { checkpoint: await readExample(llama(), './base'), found: 'input', reasons: [] } as const;
    for (const [, tensors] of kinds) {
      const checkpoint = await readExample(file('style.safetensors', tensors));
      const { incomparable, report } = await judge(checkpoint, base, { target: { reference: './checkpoint', origin: null, waivers: [] }, severities: {}, today: '2026-11-23' });
      assert.deepEqual([plain(incomparable?.difference ?? []), incomparable?.instead], ['is a model, and the checkpoint an adapter without adapter_config.json', 'a sound save of the same adapter']);
      assert.match(plain(report.reason ?? []), /^It is an adapter/);
    }
  });

  test('is judged beside another save of it', async () => {
    for (const [kind, tensors] of kinds) {
      assert.equal((await judged({ checkpoint: file('style.safetensors', tensors), base: file('earlier.safetensors', tensors) })).verdict, 'complete', kind);
      assert.equal((await judged({ checkpoint: file('style.safetensors', withoutLast(tensors)), base: file('earlier.safetensors', tensors) })).verdict, 'incomplete', kind);
    }
  });
});
