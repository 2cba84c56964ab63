import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExampleCheckpoint } from '../../../src/diagnosis/rule.ts';
import { judged, rulesOf } from '../../support/examples.ts';
import { adapterOf, baseOf, saved, without } from './fixture.ts';

const methods = [...saved.keys()].filter((name) => name !== 'base');

test('the fixture covers every method that the tables know', () => {
  const types = new Set(methods.map((name) => saved.get(name)?.config['peft_type']));
  assert.ok(types.size >= 24, [...types].join());
});

for (const name of methods) {
  test(`${name}: as PEFT saves it, it is complete, with its base and without`, async () => {
    for (const base of [baseOf(), undefined]) {
      const report = await judged({ checkpoint: adapterOf(name), ...(base === undefined ? {} : { base }) });
      // PEFT stores an adapted embedding whole, beside its factors.
      assert.equal(report.verdict, 'complete', `${JSON.stringify(report.findings.map(({ title }) => title))} ${JSON.stringify(report.reason)}`);
      assert.equal(report.format, 'adapter');
      assert.deepEqual([report.missing, report.unexpected, report.mismatched, report.ledger, report.tied], [[], [], [], [], []]);
    }
  });
}

/** Methods that store several tensors a module: each of them is missed. */
const PARTED = ['lora', 'lora bias', 'dora', 'adalora', 'vera', 'loha', 'lokr', 'lokr of factors', 'boft', 'poly', 'shira', 'road', 'delora', 'osf', 'gralora', 'vblora', 'lora classifier', 'lora ranks'];

for (const name of PARTED) {
  test(`${name}: every tensor of a module is missed, with its base and without`, async () => {
    const names = Object.keys(saved.get(name)?.tensors ?? {}).filter((tensor) => /layers\.0\.self_attn\.q_proj/.test(tensor));
    assert.ok(names.length > 1);
    for (const gone of names) {
      for (const base of [baseOf(), undefined]) {
        const report = await judged({ checkpoint: adapterOf(name, without((tensor) => tensor === gone)), ...(base === undefined ? {} : { base }) });
        assert.equal(report.verdict, 'incomplete', gone);
        assert.deepEqual(rulesOf(report, 'error'), ['adapter-incomplete']);
        assert.deepEqual(report.missing.map(({ name: missing }) => missing), [gone]);
      }
    }
  });
}

for (const [name, whole] of [['vera', 'base_model.vera_A'], ['prompt tuning', 'prompt_embeddings'], ['multitask prompts', 'prefix_task_cols'], ['vblora', 'base_model.vblora_vector_bank']] as const) {
  test(`${name}: ${whole} is missed`, async () => {
    // One more tensor, so that a prompt's file is not empty.
    const report = await judged({ checkpoint: adapterOf(name, (tensors) => ({ ...without((tensor) => tensor === whole)(tensors), 'base_model.model.model.norm.weight': ['F32', 64] as const })), base: baseOf() });
    assert.equal(report.verdict, 'incomplete');
    assert.deepEqual(report.missing.map(({ name: missing }) => missing), [whole]);
  });
}

test('shapes of what is missing follow from the other factor, the rank and the base', async () => {
  const gone = 'base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight';
  const checkpoint = adapterOf('lora', without((name) => name === gone));
  const beside = await judged({ checkpoint, base: baseOf() });
  assert.deepEqual(beside.missing, [{ name: gone, dtype: 'F32', shape: [32, 4], bytes: 512 }]);
  const alone = await judged({ checkpoint });
  assert.deepEqual(alone.missing, [{ name: gone, dtype: 'F32', shape: [], bytes: 0 }]);
});

test('a last layer gone is seen with the base only', async () => {
  const checkpoint = adapterOf('lora', without((name) => name.includes('layers.1.')));
  const report = await judged({ checkpoint, base: baseOf() });
  assert.equal(report.missing.length, 4);
  assert.equal((await judged({ checkpoint })).verdict, 'complete');
});

test('a rank that config.json does not allow, and factors that do not fit the base', async () => {
  const other = adapterOf('lora', (tensors) => Object.fromEntries(Object.entries(tensors).map(([name, [dtype, rows = 0, columns = 0]]) => [name, name.includes('lora_A') ? [dtype, 8, columns] : [dtype, rows, columns]])));
  for (const base of [baseOf(), undefined]) {
    const report = await judged({ checkpoint: other, ...(base === undefined ? {} : { base }) });
    assert.deepEqual(rulesOf(report, 'error'), ['shape-mismatch']);
    assert.deepEqual(report.mismatched[0]?.expected.shape, [4, 64]);
  }
  const wider = adapterOf('lora', (tensors) => ({ ...tensors, 'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight': ['F32', 4, 80] as const }));
  const report = await judged({ checkpoint: wider, base: baseOf() });
  assert.deepEqual(report.mismatched.map(({ expected, actual }) => [expected.shape, actual.shape]), [[[4, 64], [4, 80]]]);
});

test('placeholders of ZeRO-3 are empty tensors, and nothing else', async () => {
  const report = await judged({ checkpoint: adapterOf('lora', (tensors) => Object.fromEntries(Object.keys(tensors).map((name) => [name, ['F32', 0]]))), base: baseOf() });
  assert.deepEqual(rulesOf(report, 'error'), ['empty-tensors']);
});

function renamed(rename: (name: string) => string): ExampleCheckpoint {
  return adapterOf('lora', (tensors) => Object.fromEntries(Object.entries(tensors).map(([name, info]) => [rename(name), info])));
}

test('a wrapper before the root hides all of it', async () => {
  const report = await judged({ checkpoint: renamed((name) => `module.${name}`), base: baseOf() });
  assert.deepEqual(rulesOf(report, 'error'), ['wrapper-prefix']);
  assert.equal(report.missing.length, 8);
  assert.equal(report.missing[0]?.name, Object.keys(saved.get('lora')?.tensors ?? {})[0]);
});

test('names without the root are lost to PEFT; the adapter\'s own name in them is not', async () => {
  for (const base of [{ base: baseOf() }, {}]) {
    assert.deepEqual(rulesOf(await judged({ checkpoint: renamed((name) => name.replace('base_model.model.', '')), ...base }), 'error'), ['adapter-target-missing']);
    assert.equal((await judged({ checkpoint: renamed((name) => name.replace(/(lora_[AB])\./, '$1.default.')), ...base })).verdict, 'complete');
  }
});

test('an unknown method, and names of none, leave the verdict open', async () => {
  const unknown = await judged({ checkpoint: adapterOf('lora', undefined, { peft_type: 'NEWEST' }) });
  assert.equal(unknown.verdict, 'unknown');
  const strange = await judged({ checkpoint: adapterOf('lora', (tensors) => ({ ...tensors, 'something.else': ['F32', 4] as const })) });
  assert.equal(strange.verdict, 'unknown');
});

test('an embedding that nothing asked for is judged with its base only', async () => {
  const resized = adapterOf('lora', (tensors) => ({ ...tensors, 'base_model.model.model.embed_tokens.weight': ['F32', 336, 64] as const }));
  assert.equal((await judged({ checkpoint: resized })).verdict, 'unknown');
  assert.deepEqual(rulesOf(await judged({ checkpoint: resized, base: baseOf() }), 'error'), ['adapter-vocabulary-mismatch']);
});

test('beside a whole config and no weights but the adapter\'s, it is an adapter and no model that lacks everything', async () => {
  const report = await judged({ checkpoint: { ...adapterOf('lora'), config: baseOf().config } });
  assert.equal(report.verdict, 'complete');
  assert.deepEqual(report.missing, []);
});

/** The base with its attention packed in four bits, as QLoRA trains on it. */
function packedBase(): ExampleCheckpoint {
  const base = baseOf();
  const tensors = Object.entries(base.tensors).flatMap(([name, info]): [string, readonly [string, ...number[]]][] => {
    const [, rows = 0, columns = 0] = info;
    if (!name.includes('self_attn')) return [[name, info]];
    return [[name, ['U8', (rows * columns) / 2, 1]], [`${name}.absmax`, ['F32', (rows * columns) / 64]], [`${name}.quant_map`, ['F32', 16]], [`${name}.quant_state.bitsandbytes__nf4`, ['U8', 91]]];
  });
  return { config: { ...base.config, quantization_config: { quant_method: 'bitsandbytes', load_in_4bit: true } }, tensors: Object.fromEntries(tensors) };
}

test('an adapter of a quantised base fits what the base stands for', async () => {
  assert.equal((await judged({ checkpoint: adapterOf('lora'), base: packedBase() })).verdict, 'complete');
  const less = await judged({ checkpoint: adapterOf('lora', without((name) => name.includes('layers.1.'))), base: packedBase() });
  assert.deepEqual([less.verdict, less.missing.length], ['incomplete', 4]);
});
