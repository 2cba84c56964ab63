import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { bareLlama, llama, mixtral } from '../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../src/diagnosis/rule.ts';
import type { JsonObject } from '../src/inventory/checkpoint.ts';
import type { Checkpoint } from '../src/inventory/checkpoint.ts';
import type { CheckpointReport } from '../src/report/report.ts';
import { judged, judgedRead, readExample, rulesOf } from './support/examples.ts';
import { hostileTest } from './support/hostile-test.ts';

type Tensors = ExampleCheckpoint['tensors'];
type Damage = (example: ExampleCheckpoint) => ExampleCheckpoint;

const SHARDS = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;

const changed = (example: ExampleCheckpoint, change: (entries: [string, Tensors[string]][]) => [string, Tensors[string]][]): ExampleCheckpoint => ({
  ...example, tensors: Object.fromEntries(change(Object.entries(example.tensors).map(([name, info]) => [name, info]))),
});

const oneOf = (entries: readonly (readonly [string, Tensors[string]])[], pick: number): string => entries[pick % Math.max(1, entries.length)]?.[0] ?? '';

const anyName = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', '', '.', '..', 'lm_head.weight', 'model.layers.0', 'model.layers.999999999999999999999.x', 'toString', 'model.layers.-1.w', '0', '\u0000', 'a\nb'));

const damages: fc.Arbitrary<Damage> = fc.oneof(
  fc.nat().map((pick): Damage => (example) => changed(example, (entries) => entries.filter(([name]) => name !== oneOf(entries, pick)))),
  fc.tuple(fc.nat(), fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 4 })).map(([pick, shape]): Damage => (example) =>
    changed(example, (entries) => entries.map(([name, info]) => [name, name === oneOf(entries, pick) ? [info[0], ...shape] : info]))),
  fc.tuple(fc.nat(), fc.constantFrom('F32', 'F16', 'U8', 'F8_E4M3', 'BOOL')).map(([pick, dtype]): Damage => (example) =>
    changed(example, (entries) => entries.map(([name, info]) => [name, name === oneOf(entries, pick) ? [dtype, ...info.slice(1).map(Number)] : info]))),
  fc.tuple(anyName, fc.array(fc.nat({ max: 9 }), { maxLength: 3 })).map(([name, shape]): Damage => (example) => changed(example, (entries) => [...entries, [name, ['BF16', ...shape]]])),
  fc.tuple(fc.nat(), anyName).map(([pick, name]): Damage => (example) => changed(example, (entries) => entries.map(([old, info]) => [old === oneOf(entries, pick) ? name : old, info]))),
  fc.constantFrom('module.', '_orig_mod.', 'base_model.model.', 'x.y.').map((prefix): Damage => (example) => changed(example, (entries) => entries.map(([name, info]) => [prefix + name, info]))),
  fc.constant<Damage>((example) => changed(example, (entries) => entries.map(([name, info]) => [name.replace(/^model\./, ''), info]))),
  fc.tuple(
    fc.constantFrom('num_hidden_layers', 'vocab_size', 'hidden_size', 'architectures', 'model_type', 'tie_word_embeddings', 'transformers_version', 'num_nextn_predict_layers', 'text_config', 'quantization_config', 'auto_map', 'layer_types', 'intermediate_size'),
    fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(1e9, -1, 0.5, '2', null, 1e308, {}, [])),
  ).map(([key, value]): Damage => (example) => ({ ...example, config: { ...example.config, [key]: value } })),
  fc.constant<Damage>((example) => ({ ...example, config: null })),
  fc.integer({ min: -2000, max: 2000 }).map((by): Damage => (example) => ({ ...example, resize: { 'model.safetensors': by } })),
  fc.nat({ max: 25 }).map((at): Damage => (example) => {
    const names = Object.keys(example.tensors);
    return { ...example, shards: { [SHARDS[0]]: names.slice(0, at), [SHARDS[1]]: names.slice(at) } };
  }),
  fc.constant<Damage>((example) => (example.shards === undefined ? example : { ...example, files: { [SHARDS[1]]: null } })),
  fc.constant<Damage>((example) => ({ ...example, metadata: null })),
);

/** Rules that tell of what is missing. */
const LOSSES = new Set(['wrapper-prefix', 'empty-checkpoint', 'shard-missing', 'head-missing', 'layers-missing', 'layer-incomplete', 'parameters-missing']);

/** Damage after damage; what lists names of tensors comes last, since damage changes names. */
const damaged = fc.tuple(fc.boolean(), fc.array(damages, { maxLength: 5 })).map(([tied, list]) => {
  let example = llama({ tied });
  for (const damage of list) example = damage(example.shards === undefined ? example : { ...example, shards: Object.fromEntries(Object.entries(example.shards)) });
  const { shards } = example;
  if (shards === undefined) return { ...example, files: {} };
  const names = Object.keys(example.tensors);
  const first = new Set(shards[SHARDS[0]]);
  const { resize: { 'model.safetensors': by = 0 } = {} } = example;
  return { ...example, resize: example.files === undefined ? { [SHARDS[1]]: by } : {}, shards: { [SHARDS[0]]: names.filter((name) => first.has(name)), [SHARDS[1]]: names.filter((name) => !first.has(name)) } };
});

const filesOf = (checkpoint: Checkpoint): number => [...checkpoint.shards, ...checkpoint.strays].reduce((sum, { size }) => sum + size, 0);

function sumOf(report: CheckpointReport): number {
  return report.ledger.reduce((sum, { bytes }) => sum + bytes, 0);
}

describe('judge', () => {
  test('never throws, whatever the damage, with a base and without; the ledger is exact; each loss is told under one rule', async () => {
    const bases = { own: await readExample(llama(), './base'), tied: await readExample(llama({ tied: true }), './base'), none: null };
    await fc.assert(fc.asyncProperty(damaged, fc.constantFrom('own' as const, 'tied' as const, 'none' as const), async (example, which) => {
      const base = bases[which];
      const checkpoint = await readExample(example);
      const report = await judgedRead(checkpoint, base);
      assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
      const names = report.missing.map(({ name }) => name);
      assert.equal(new Set(names).size, names.length, 'nothing is missing twice');
      assert.equal(report.verdict === 'complete' && report.findings.some(({ severity }) => severity === 'error'), false);
      if (base !== null && report.base !== null) {
        const stale = checkpoint.strays.reduce((sum, { size }) => sum + size, 0);
        assert.equal(sumOf(report), filesOf(checkpoint) - filesOf(base), `files ${filesOf(checkpoint)} with ${stale} stale, base ${filesOf(base)}: ${JSON.stringify(report.ledger)}`);
      }
      const told = report.findings.filter(({ rule, severity }) => severity === 'error' && LOSSES.has(rule)).flatMap(({ rule, parameters }) => [...new Set(parameters)].map((name) => `${name} ${rule}`));
      const losses = told.map((entry) => entry.slice(0, entry.lastIndexOf(' ')));
      assert.equal(new Set(losses).size, losses.length, told.join('\n'));
    }), { numRuns: 150 });
  });

  test('finds no fault in a sound save, whatever its sizes, tie, prefix, shards and type', async () => {
    const options = fc.record({ layers: fc.integer({ min: 1, max: 5 }), vocabulary: fc.integer({ min: 1, max: 400 }), tied: fc.boolean(), dtype: fc.constantFrom('BF16', 'F16', 'F32'), withBase: fc.boolean(), sharded: fc.boolean() });
    await fc.assert(fc.asyncProperty(options, async ({ withBase, sharded, ...rest }) => {
      const whole = llama(rest);
      const names = Object.keys(whole.tensors);
      const example = sharded ? { ...whole, shards: { [SHARDS[0]]: names.slice(0, 3), [SHARDS[1]]: names.slice(3) } } : whole;
      const report = await judgedRead(await readExample(example), withBase ? await readExample(llama({ ...rest, dtype: 'BF16' }), './base') : null);
      assert.equal(report.verdict, 'complete', JSON.stringify(report.findings));
      assert.deepEqual(rulesOf(report, 'error'), []);
    }), { numRuns: 100 });
  });

  test('names what was lost by AutoModel for every tie and base', async () => {
    for (const tied of [true, false]) {
      for (const base of [null, await readExample(llama({ tied }), './base')]) {
        const report = await judgedRead(await readExample(bareLlama({ tied })), base);
        assert.equal(report.verdict, tied ? 'complete' : 'incomplete');
        assert.deepEqual(report.missing.map(({ name }) => name), tied ? [] : ['lm_head.weight']);
        assert.deepEqual(report.tied, tied ? [{ name: 'lm_head.weight', source: 'embed_tokens.weight' }] : []);
      }
    }
  });
});

describe('what is hostile', () => {
  const configs: Record<string, JsonObject> = {
    'a billion layers': { num_hidden_layers: 1e9 },
    'a fractional number of layers': { num_hidden_layers: 1.5 },
    'a negative number of layers': { num_hidden_layers: -4 },
    'layers as text': { num_hidden_layers: '2' },
    'infinite sizes': { hidden_size: 1e308, vocab_size: 1e308 },
    'a million kinds of layers': { layer_types: Array.from({ length: 1_000_000 }, (_, i) => `kind ${i}`) },
    'a million layers and as many kinds': { num_hidden_layers: 1_000_000, layer_types: Array.from({ length: 1_000_000 }, () => 'full_attention') },
    'classes that are no text': { architectures: [1, {}, null], model_type: 7 },
    'the names of an object\'s own machinery': { architectures: ['__proto__'], model_type: 'constructor' },
    'a million labels': { id2label: Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [String(i), 'x'])) },
    'a billion prediction layers': { num_nextn_predict_layers: 1e9, mtp_num_hidden_layers: -1 },
  };
  for (const [name, config] of Object.entries(configs)) {
    hostileTest(`a config with ${name} is judged like any other`, async () => {
      const report = await judgedRead(await readExample(llama({ config })));
      assert.ok(['complete', 'incomplete', 'unknown'].includes(report.verdict));
      assert.ok(report.missing.length < 40_000, `${report.missing.length} missing`);
      await judgedRead(await readExample(llama({ config })), await readExample(llama(), './base'));
    });
  }

  hostileTest('as many labels as no classifier has, and a width that no layer has', async () => {
    const config = { intermediate_size: 20, num_hidden_layers: 400, id2label: Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [String(i), 'x'])) };
    const report = await judgedRead(await readExample(llama({ layers: 400, config })));
    assert.equal(report.mismatched.length, 3 * 400);
  });

  hostileTest('two layers of five thousand experts, each of another shape', async () => {
    const { config, tensors } = mixtral();
    const one = Object.entries(tensors).filter(([name]) => !name.includes('.experts.1.'));
    const unlike = one.flatMap(([name, info]) => (name.includes('.experts.0.') ? Array.from({ length: 5000 }, (_, i): [string, Tensors[string]] =>
      [name.replace('.experts.0.', `.experts.${i}.`), [info[0], ...Array.from({ length: 14 }, (_, bit) => 1 + ((i >> bit) & 1))]]) : [[name, info] as const]));
    const report = await judgedRead(await readExample({ config: { ...config, num_local_experts: 5000, transformers_version: '4.57.6' }, tensors: Object.fromEntries(unlike) }));
    assert.deepEqual([report.verdict, report.missing], ['incomplete', []]);
  });

  hostileTest('a name of half a million numbers', async () => {
    const example = llama();
    const long = `model.layers.${'1.'.repeat(500_000)}weight`;
    const report = await judgedRead(await readExample({ ...example, tensors: { ...example.tensors, [long]: ['BF16', 1] } }));
    assert.deepEqual(report.unexpected.map(({ name }) => name), [long]);
  });

  test('names of a megabyte, and of an object\'s own machinery', async () => {
    const long = 'x.'.repeat(500_000);
    const names = ['__proto__', 'constructor', '', '.', 'model.layers.99999999.mlp.up_proj.weight', `${'9'.repeat(400)}.weight`, long];
    const example = llama();
    const extra = { ...example, tensors: Object.fromEntries([...Object.entries(example.tensors), ...names.map((name): [string, Tensors[string]] => [name, ['BF16', 1]])]) };
    const report = await judgedRead(await readExample(extra), await readExample(example, './base'));
    assert.equal(report.verdict, 'complete');
    assert.deepEqual(new Set(report.unexpected.map(({ name }) => name)), new Set(names));
    await judgedRead(await readExample(extra));
  });

  hostileTest('an index of a quarter of a million names that no file holds', async () => {
    const map = Object.fromEntries(Array.from({ length: 250_000 }, (_, i) => [`model.layers.${i}.mlp.up_proj.weight`, SHARDS[1]]));
    const example = llama();
    const index = JSON.stringify({ metadata: { total_size: 1 }, weight_map: { ...map, ...Object.fromEntries(Object.keys(example.tensors).map((name) => [name, SHARDS[0]])) } });
    const report = await judgedRead(await readExample({ ...example, shards: { [SHARDS[0]]: Object.keys(example.tensors) }, files: { 'model.safetensors.index.json': index } }));
    assert.equal(report.verdict, 'incomplete');
    assert.deepEqual(rulesOf(report, 'error')[0], 'shard-missing');
  });
});

describe('a base that lacks something', () => {
  test('a base whose config cannot be parsed serves by its weights, and the report says so', async () => {
    const sound = llama({ tied: true });
    const report = await judged({ checkpoint: sound, base: { ...sound, files: { 'config.json': '{\n "model_type": ,\n}' } } });
    assert.equal(report.verdict, 'complete');
    assert.deepEqual(rulesOf(report), ['head-tied']);
    const [skipped, ...more] = report.skipped;
    assert.deepEqual(more, []);
    assert.equal(skipped?.rule, 'base');
    assert.match(skipped?.reason ?? '', /^config\.json of \.\/base cannot be parsed, so only its weights were compared: line 2: /);
  });

  test('a head can only be put back from a base that has one', async () => {
    const lost = llama({ head: false });
    const fixOf = async (base: ReturnType<typeof llama>): Promise<string | undefined> => (await judged({ checkpoint: lost, base })).findings.find(({ rule }) => rule === 'head-missing')?.fix?.code?.text;
    assert.match((await fixOf(llama())) ?? '', /base\.lm_head\.state_dict/);
    assert.equal(await fixOf(lost), undefined);
  });
});
