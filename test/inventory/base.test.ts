import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findBase } from '../../src/inventory/base.ts';
import type { ModelCard } from '../../src/inventory/checkpoint.ts';

const card = (...baseModels: string[]): ModelCard => ({ baseModels, relation: null, pipelineTag: null, libraryName: null, tags: [] });
const checkpoint = { reference: './out', config: null, adapterConfig: null, card: null } as const;
const fromName = (written: string) => findBase({ ...checkpoint, config: { _name_or_path: written } }, null);

suite('findBase', () => {
  test('takes what the user gave and nothing else', () => {
    const given = { reference: './base', found: 'config' } as const;
    assert.deepEqual(findBase({ ...checkpoint, card: card('org/other') }, given), { candidates: [given], rejected: [] });
  });

  test('asks the adapter config, the card and the config in this order, each base once', () => {
    const search = findBase({
      ...checkpoint,
      adapterConfig: { base_model_name_or_path: 'org/a', revision: 'v1.0' },
      card: card('Org/B'),
      config: { _name_or_path: 'org/b' },
    }, null);
    assert.deepEqual(search.candidates, [{ reference: 'hf://org/a@v1.0', found: 'adapter-config' }, { reference: 'hf://Org/B', found: 'model-card' }]);
    assert.deepEqual(search.rejected, []);
  });

  test('reads addresses of the Hub and names from before organisations', () => {
    assert.deepEqual(fromName('https://huggingface.co/org/name').candidates[0]?.reference, 'hf://org/name');
    assert.deepEqual(fromName('https://hf.co/org/name/tree/main').candidates[0]?.reference, 'hf://org/name');
    assert.deepEqual(fromName('gpt2').candidates[0]?.reference, 'hf://openai-community/gpt2');
    assert.deepEqual(fromName('meta-llama/Llama-3.1-8B').candidates[0]?.reference, 'hf://meta-llama/Llama-3.1-8B');
  });

  test('says why a name is no base', () => {
    const reasons: readonly [string, RegExp][] = [
      ['/home/me/llama', /path on the machine/], ['./output', /path on the machine/], ['../x/y', /path on the machine/], ['~/models/x', /path on the machine/],
      ['C:\\models\\x', /path on the machine/], ['D:/models/x', /path on the machine/], ['output_a_mythoxwin/', /no repo of the Hub/], ['rp_800b', /no repo of the Hub/],
      ['a/b/c', /no repo of the Hub/], ['s3://bucket/x', /no repo of the Hub/], ['https://example.com/a/b', /no repo of the Hub/],
      ['output/checkpoint-500', /looks like a folder/], ['org/checkpoint-500', /looks like a folder/], ['models/llama', /looks like a folder/],
      ['org/-name', /no valid name/], ['org/a..b', /no valid name/], ['org/<script>', /no valid name/],
    ];
    for (const [written, reason] of reasons) {
      const { candidates, rejected } = fromName(written);
      assert.deepEqual(candidates, [], written);
      assert.match(rejected[0]?.reason ?? '', reason, written);
    }
  });

  test('rejects several bases and the checkpoint itself', () => {
    const merged = findBase({ ...checkpoint, card: card('org/a', 'org/b') }, null);
    assert.equal(merged.rejected[0]?.written, 'org/a, org/b');
    assert.deepEqual(merged.candidates, []);
    const self = findBase({ ...checkpoint, reference: 'https://huggingface.co/Org/Name/tree/main', card: card('org/name'), config: { _name_or_path: 'org/base' } }, null);
    assert.match(self.rejected[0]?.reason ?? '', /itself/);
    assert.deepEqual(self.candidates, [{ reference: 'hf://org/base', found: 'name-or-path' }]);
  });

  test('survives values of the wrong type', () => {
    assert.deepEqual(findBase({ ...checkpoint, adapterConfig: { base_model_name_or_path: null }, config: { _name_or_path: 7 } }, null), { candidates: [], rejected: [] });
  });
});
