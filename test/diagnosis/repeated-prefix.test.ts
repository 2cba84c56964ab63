import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bert, llama, mixtral } from '../../src/diagnosis/examples.ts';
import { plain } from '../../src/diagnosis/prose.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { judged, rulesOf } from '../support/examples.ts';

// What transformers does in each case was seen by running both releases on such files.

function renamed(checkpoint: ExampleCheckpoint, rename: (name: string) => string, config: Readonly<Record<string, unknown>> = {}): ExampleCheckpoint {
  return { ...checkpoint, config: { ...checkpoint.config, ...config }, tensors: Object.fromEntries(Object.entries(checkpoint.tensors).map(([name, info]) => [rename(name), info])) };
}

const loaders = async (checkpoint: ExampleCheckpoint): Promise<string[]> => (await judged({ checkpoint })).loaders.map(({ loader, outcome }) => `${loader}: ${plain(outcome)}`);

describe('the base prefix once more before every name', () => {
  const twice = (name: string): string => `model.${name}`;

  test('4.57 loses all of it, 5.18 loads it: an error whichever release wrote it, since the same files are two models', async () => {
    for (const transformers_version of ['4.57.6', '5.18.0', undefined]) {
      const checkpoint = renamed(llama(), twice, { transformers_version });
      assert.deepEqual(await loaders(checkpoint), [
        'transformers 4.57: loads, warns, and fills 21 parameters with newly initialised values; lm_head.weight is among them',
        'transformers 5.18: loads; the head is the stored one',
        'vLLM: refuses: it knows no model.model.embed_tokens.weight',
      ], String(transformers_version));
      for (const base of [{}, { base: llama() }]) {
        const report = await judged({ checkpoint, ...base });
        assert.deepEqual([report.verdict, rulesOf(report)], ['incomplete', ['wrapper-prefix']]);
        const [finding] = report.findings;
        assert.equal(plain(finding?.title ?? []), 'Every name carries model. once more');
        assert.match(plain(finding?.message ?? []), /transformers 5 takes it off; transformers 4\.57 and vLLM do not: .* The values are all there; only the names are wrong\.$/);
        assert.match(finding?.fix?.code?.text ?? '', /name\.removeprefix\("model\."\)/);
      }
    }
  });

  test('of another prefix than model, and of names that a loader converts', async () => {
    assert.deepEqual(await loaders(renamed(bert(), (name) => `bert.${name}`)), [
      `transformers 4.57: loads, warns, and fills ${Object.keys(bert().tensors).length} parameters with newly initialised values; cls.predictions.decoder.weight is among them`,
      'transformers 5.18: loads; the head is the embedding',
    ]);
    const [four, five] = await loaders(renamed(mixtral(), twice));
    assert.match(`${four} ${five}`, /4\.57: loads, warns, and fills \d+ parameters .* 5\.18: loads; the head is the stored one$/);
  });

  test('of the body alone: 4.57 loses the body', async () => {
    const checkpoint = renamed(llama(), (name) => (name.startsWith('model.') ? twice(name) : name));
    const [four, five] = await loaders(checkpoint);
    assert.equal(four, 'transformers 4.57: loads, warns, and fills 20 parameters with newly initialised values; the head is the stored one');
    assert.equal(five, 'transformers 5.18: loads; the head is the stored one');
    assert.equal(plain((await judged({ checkpoint })).findings[0]?.title ?? []), '20 of 21 names carry model. once more');
  });

  test('what no release knows is not counted among what is lost', async () => {
    const sound = llama();
    const [four] = await loaders(renamed({ ...sound, tensors: { ...sound.tensors, 'odd.weight': ['BF16', 1] } }, twice));
    assert.match(four ?? '', /fills 21 parameters/);
  });

  test('is no fault where both releases take it off, for a bare class, nor one that no class has', async () => {
    const bare = await judged({ checkpoint: renamed(llama({ prefix: '', head: false, architecture: 'LlamaModel' }), twice) });
    assert.ok(!rulesOf(bare).includes('wrapper-prefix'));
    assert.match((await loaders(renamed(llama(), (name) => `policy.${name}`))).join(), /5\.18: loads, warns, and fills 21 parameters/);
  });
});
