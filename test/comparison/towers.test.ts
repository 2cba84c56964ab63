import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classFacts, loadModelTypeFacts } from '../../src/architecture/index.ts';
import type { ClassFacts } from '../../src/architecture/facts.ts';
import { fixedSequenceTest, foreignTowerTest, stageDepths, stagedListTest, stagedTowerTest, towerPaths, towerTest } from '../../src/comparison/towers.ts';

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

  it('have sequences that are always the same, whose numbers count no stages', async () => {
    const [vision, audio] = [await loadModelTypeFacts('qwen2_5_vl'), await loadModelTypeFacts('phi4_multimodal')];
    const [known, other] = [vision?.classes.find((entry) => entry.class === 'Qwen2_5_VLForConditionalGeneration'), audio?.classes.find((entry) => entry.class === 'Phi4MultimodalForCausalLM')];
    assert.ok(known !== undefined && other !== undefined);
    assert.equal(fixedSequenceTest(known)('model.visual.merger.mlp.0.weight'), true);
    // How many of these there are, a setting says.
    const convolutions = other.groups.flatMap(({ parameters }) => parameters.map(({ memory }) => memory)).filter((memory) => /embed\.conv\.0\.weight$/.test(memory));
    assert.equal(convolutions.length, 1);
    assert.equal(fixedSequenceTest(other)(convolutions[0] ?? ''), false);
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

describe('lists of stages', () => {
  const facts = async (type: string, name: string): Promise<ClassFacts> => {
    const found = (await loadModelTypeFacts(type))?.classes.find((entry) => entry.class === name);
    assert.ok(found !== undefined);
    return found;
  };

  it('are those whose inner lists no setting counts', async () => {
    const swin = stagedListTest(await facts('swin', 'SwinForImageClassification'), { depths: [2, 2] });
    assert.deepEqual([swin('swin.encoder.layers.'), swin('swin.encoder.layers.0.blocks.1.output.dense.weight'), swin('swin.layernorm.weight')], [true, true, false]);
    assert.equal(stagedListTest(await facts('convnext', 'ConvNextModel'), null)('encoder.stages.0.layers.1.dwconv.weight'), true);
    for (const [type, name, list] of [['mixtral', 'MixtralForCausalLM', 'model.layers.'], ['t5', 'T5ForConditionalGeneration', 'encoder.block.'], ['albert', 'AlbertModel', 'encoder.albert_layer_groups.']] as const) {
      assert.equal(stagedListTest(await facts(type, name), null)(list), false, name);
    }
  });

  it('are as deep as the config says, each', async () => {
    const swin = await facts('swin', 'SwinModel');
    assert.deepEqual(stageDepths(swin, { depths: [2, 6] }, 'encoder.layers.*.blocks.*.output.dense.weight'), [2, 6]);
    assert.equal(stageDepths(swin, { depths: 'deep' }, 'encoder.layers.*'), null);
    assert.equal(stageDepths(swin, null, 'encoder.layers.*'), null);
  });
});
