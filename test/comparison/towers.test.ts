import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classFacts, loadModelTypeFacts } from '../../src/architecture/index.ts';
import { towerPaths, towerTest } from '../../src/comparison/towers.ts';

describe('towers', () => {
  it('are the models within a model but its text model', async () => {
    const facts = await loadModelTypeFacts('qwen3_5_moe');
    assert.ok(facts !== null);
    const known = classFacts(facts, 'Qwen3_5MoeForConditionalGeneration', '5.18.0');
    assert.deepEqual(towerPaths(known), ['model.visual']);
    const isInTower = towerTest(known);
    assert.equal(isInTower('model.visual.blocks.0.attn.qkv.weight'), true);
    assert.equal(isInTower('model.visuals.weight'), false);
    assert.equal(isInTower('model.language_model.embed_tokens.weight'), false);
  });

  it('are none where nothing is known', () => {
    assert.deepEqual(towerPaths(null), []);
  });
});
