import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classFacts, loadModelTypeFacts } from '../../src/architecture/index.ts';
import { foreignTowerTest, stagedTowerTest, towerPaths, towerTest } from '../../src/comparison/towers.ts';

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

  it('are staged where the facts number a list of blocks, whatever names they have on disk', async () => {
    const facts = await loadModelTypeFacts('emu3');
    assert.ok(facts !== null);
    for (const release of ['4.57.6', '5.18.0'] as const) {
      const isStaged = stagedTowerTest(classFacts(facts, 'Emu3ForConditionalGeneration', release));
      assert.equal(isStaged('model.vqmodel.encoder.down_block.down.2.block.'), true);
      assert.equal(isStaged('model.text_model.layers.'), false);
    }
  });

  it('are foreign where another library builds them and most of what is stored is of another architecture', async () => {
    const facts = await loadModelTypeFacts('fast_vlm');
    assert.ok(facts !== null);
    const known = classFacts(facts, 'FastVlmForConditionalGeneration', '5.18.0');
    const other = ['model.vision_tower.timm_model.stem.0.weight', 'model.vision_tower.timm_model.stem.1.weight', 'model.vision_tower.timm_model.conv1.weight'];
    assert.equal(foreignTowerTest(known, () => other)('model.vision_tower.timm_model.conv1.weight'), true);
    assert.equal(foreignTowerTest(known, () => other)('model.language_model.embed_tokens.weight'), false);
    assert.equal(foreignTowerTest(known, () => other.slice(2))('model.vision_tower.timm_model.conv1.weight'), false);
    assert.equal(foreignTowerTest(null, () => other)('model.vision_tower.timm_model.conv1.weight'), false);
  });
});
