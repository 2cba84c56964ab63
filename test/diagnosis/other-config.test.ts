import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bert, llama } from '../../src/diagnosis/examples.ts';
import { plain } from '../../src/diagnosis/prose.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { judged } from '../support/examples.ts';

function beside(weights: ExampleCheckpoint, model_type: string, architecture: string): ExampleCheckpoint {
  return { ...weights, config: { ...weights.config, model_type, architectures: [architecture] } };
}

describe('the config of another model beside the weights', () => {
  test('is named, and its prefix taken for no wrapper', async () => {
    const { findings, verdict } = await judged({ checkpoint: beside(bert(), 'roberta', 'RobertaForMaskedLM') });
    assert.equal(verdict, 'incomplete');
    assert.equal(plain(findings[0]?.title ?? []), 'config.json is of the model type roberta, and the weights are of bert');
    assert.doesNotMatch(plain(findings[0]?.fix?.steps ?? []), /unwrap/);
    assert.equal(findings.find(({ rule }) => rule === 'head-missing')?.cause, null);
  });

  test('is named where no name fits: the verdict is unknown, and says why', async () => {
    const { verdict, reason } = await judged({ checkpoint: { ...bert(), config: llama().config } });
    assert.equal(verdict, 'unknown');
    assert.equal(plain(reason ?? []), 'Most names are none of LlamaForCausalLM, of the model type llama, but those of bert: config.json may be another model\'s. Put the weights\' own beside them, or name the base, to get a verdict.');
  });

  test('is named as the cause where the base is of another type', async () => {
    const { findings } = await judged({ checkpoint: beside(llama(), 'qwen2', 'Qwen2ForCausalLM'), base: llama() });
    assert.match(plain(findings[0]?.cause ?? []), /^config\.json is of the model type qwen2, and the base of llama/);
  });

  test('a wrapper is one still', async () => {
    const { findings } = await judged({ checkpoint: llama({ rename: (name) => `bert.${name}` }) });
    assert.equal(plain(findings[0]?.title ?? []), 'Every name carries bert.');
  });
});
