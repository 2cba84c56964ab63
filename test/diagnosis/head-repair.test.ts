import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bareLlama, bert, llama } from '../../src/diagnosis/examples.ts';
import { planRepair, repairCode } from '../../src/diagnosis/head-repair.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { plain } from '../../src/report/report.ts';
import { judged } from '../support/examples.ts';

async function headMissing(checkpoint: ExampleCheckpoint, base: ExampleCheckpoint): Promise<{ readonly title: string; readonly message: string; readonly code: string }> {
  const { findings } = await judged({ checkpoint, base });
  const found = findings.find(({ rule }) => rule === 'head-missing');
  assert.ok(found !== undefined);
  return { title: plain(found.title), message: plain(found.message), code: found.fix?.code?.text ?? '' };
}

describe('the code that puts a head back', () => {
  test('takes the module where all of it is missing and none of it is shared', async () => {
    const { title, code } = await headMissing(bareLlama(), llama());
    assert.equal(title, 'The head lm_head.weight is missing');
    assert.deepEqual(code.split('\n').slice(2), [
      'model = AutoModelForCausalLM.from_pretrained("./checkpoint", dtype="auto")',
      'base = AutoModelForCausalLM.from_pretrained("./base", dtype="auto")',
      'model.lm_head.load_state_dict(base.lm_head.state_dict())',
      'model.save_pretrained("repaired")', '# then copy the tokenizer\'s files to repaired/',
    ]);
  });

  // Run with both releases: copying the module as a whole wrote the base's word embedding over the trained one.
  test('takes names where a part of the module is tied to the embedding', async () => {
    const { title, message, code } = await headMissing(bert({ bare: true }), bert());
    assert.equal(title, '5 parameters of the head cls.predictions are missing');
    assert.match(message, /newly initialised values/);
    assert.doesNotMatch(code, /cls\.predictions\.load_state_dict|decoder/);
    for (const name of ['bias', 'transform.LayerNorm.bias', 'transform.LayerNorm.weight', 'transform.dense.bias', 'transform.dense.weight']) assert.match(code, new RegExp(`"cls\\.predictions\\.${name}",`));
  });

  test('takes all modules of a head of several', () => {
    const names = ['classifier.dense.bias', 'classifier.dense.weight', 'classifier.out_proj.bias', 'classifier.out_proj.weight'];
    assert.deepEqual(planRepair(names, ['roberta.x'], { facts: null, tied: null }), { kind: 'names', names });
  });

  test('takes what the loader reports missing where names are many', () => {
    const names = Array.from({ length: 12 }, (_, i) => `bbox.layers.${i}.weight`);
    const repair = planRepair([...names, 'score.weight'], [], { facts: null, tied: null });
    assert.deepEqual(repair, { kind: 'below', prefixes: ['bbox.', 'score.'] });
    assert.match(repairCode(repair, { loading: 'AutoModel', checkpoint: 'out', base: 'base' }), /output_loading_info=True[^]*info\["missing_keys"\] if name\.startswith\(\("bbox\.", "score\.",\)\)/);
  });
});
