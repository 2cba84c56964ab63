import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { llama } from '../../src/diagnosis/examples.ts';
import { plain } from '../../src/diagnosis/prose.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { judged, rulesOf } from '../support/examples.ts';

/** What one of two ranks holds: attention and inner width parted, and the vocabulary, padded where it is odd. */
function rank(whole: ExampleCheckpoint): ExampleCheckpoint {
  const parted = Object.entries(whole.tensors).map(([name, [dtype, rows = 0, columns]]) => {
    if (columns === undefined) return [name, [dtype, rows]] as const;
    return [name, /down_proj|o_proj/.test(name) ? [dtype, rows, columns / 2] : [dtype, Math.ceil(rows / 2), columns]] as const;
  });
  return { ...whole, tensors: Object.fromEntries(parted) };
}

describe('shapes that the config does not call for', () => {
  for (const [key, stated, fits] of [['num_attention_heads', 8, 4], ['num_attention_heads', 2, 4], ['num_key_value_heads', 4, 2], ['intermediate_size', 192, 96], ['head_dim', 32, 16]] as const) {
    test(`${key} ${stated} alone is named, with the value that fits, and is no rank's slice`, async () => {
      const checkpoint = llama({ config: { [key]: stated } });
      for (const base of [{}, { base: llama() }]) {
        const report = await judged({ checkpoint, ...base });
        const [found] = report.findings;
        assert.deepEqual([report.verdict, rulesOf(report)], ['incomplete', ['shape-mismatch']]);
        assert.equal(plain(found?.title ?? []), `config.json says ${key}: ${stated}, and the weights are of ${fits}`);
        assert.match(plain(found?.cause ?? []), new RegExp(`^With ${key} at ${fits}, every shape fits`));
        assert.equal(found?.fix?.code?.text, `"${key}": ${fits}`);
      }
    });
  }

  test('two settings that would each do are both named', async () => {
    // Without a head_dim of their own, the keys' rows are made of both numbers of heads.
    const { head_dim: _, ...config } = llama().config ?? {};
    const report = await judged({ checkpoint: { ...llama(), config: { ...config, transformers_version: '4.57.6', num_key_value_heads: 1 } } });
    assert.match(plain(report.findings[0]?.cause ?? []), /num_key_value_heads at 2/);
  });

  test('one damaged matrix is not put down to a setting that the others confirm', async () => {
    const sound = llama({ layers: 4 });
    for (const layer of [0, 1]) {
      const report = await judged({ checkpoint: { ...sound, tensors: { ...sound.tensors, [`model.layers.${layer}.mlp.up_proj.weight`]: ['BF16', 104, 64] } } });
      assert.equal(plain(report.findings[0]?.title ?? []), `model.layers.${layer}.mlp.up_proj.weight has the wrong shape`);
    }
  });

  test('one rank of two stays one, whether or not the vocabulary divides evenly, and is told once', async () => {
    for (const vocabulary of [320, 321]) {
      for (const base of [{}, { base: llama({ vocabulary }) }]) {
        const report = await judged({ checkpoint: rank(llama({ vocabulary })), ...base });
        assert.deepEqual(rulesOf(report, 'error'), ['sharded-by-rank']);
        assert.equal(report.findings[0]?.parameters.length, 16);
      }
    }
  });
});
