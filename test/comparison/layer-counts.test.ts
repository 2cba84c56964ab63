import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { classFacts, loadModelTypeFacts } from '../../src/architecture/index.ts';
import type { ClassFacts } from '../../src/architecture/facts.ts';
import { LayerCounts } from '../../src/comparison/layer-counts.ts';

async function known(modelType: string, name: string): Promise<ClassFacts> {
  const facts = await loadModelTypeFacts(modelType);
  const found = facts === null ? null : classFacts(facts, name, '5.18.0');
  assert.ok(found !== null);
  return found;
}

const groupsOf = (facts: ClassFacts, list: string): ClassFacts['groups'] => facts.groups.filter(({ parameters }) => parameters.some(({ memory }) => memory.startsWith(`${list}.*`)));

describe('LayerCounts', () => {
  it('reads the setting that counts the layers of each list: a tower has its own', async () => {
    const facts = await known('video_llava', 'VideoLlavaForConditionalGeneration');
    const counts = new LayerCounts(facts, { text_config: { num_hidden_layers: 32 }, vision_config: { num_hidden_layers: 24 } });
    for (const [list, layers] of [['model.language_model.layers', 32], ['model.video_tower.encoder.layers', 24], ['model.image_tower.encoder.layers', 24]] as const) {
      assert.equal(counts.layers(list, groupsOf(facts, list)), layers);
    }
    assert.equal(counts.hasOneStack(), false);
  });

  it('counts by the length of a list, and by no number what was seen to follow none', async () => {
    const speech = await known('wav2vec2', 'Wav2Vec2Model');
    const byLength: ClassFacts = { ...speech, layers: { ...speech.layers, 'feature_extractor.conv_layers': 'conv_dim.length' } };
    assert.equal(new LayerCounts(byLength, { conv_dim: [8, 8, 8] }).layers('feature_extractor.conv_layers', groupsOf(byLength, 'feature_extractor.conv_layers')), 3);
    const staged = await known('efficientnet', 'EfficientNetModel');
    assert.equal(new LayerCounts(staged, { num_hidden_layers: 64 }).layers('encoder.blocks', groupsOf(staged, 'encoder.blocks')), null);
  });

  it('counts no model within the model by a side of the outer one', async () => {
    const facts = await known('mm-grounding-dino', 'MMGroundingDinoModel');
    const uncounted: ClassFacts = { ...facts, layers: Object.fromEntries(Object.keys(facts.layers).map((list) => [list, null])) };
    const counts = new LayerCounts(uncounted, { is_encoder_decoder: true, encoder_layers: 1, text_config: { num_hidden_layers: 2 } });
    const layers = ['encoder.layers', 'text_backbone.encoder.layer'].map((list) => counts.layers(list, groupsOf(uncounted, list)));
    assert.deepEqual(layers, [1, null]);
  });

  it('takes no number for a count that is none', async () => {
    const facts = await known('llama', 'LlamaForCausalLM');
    const groups = groupsOf(facts, 'model.layers');
    for (const wrong of [-1, 1.5, '2', null]) assert.equal(new LayerCounts(facts, { num_hidden_layers: wrong }).layers('model.layers', groups), null);
    assert.equal(new LayerCounts(facts, { num_hidden_layers: 2 }).layers('model.layers', groups), 2);
    assert.equal(new LayerCounts(facts, null).layers('model.layers', groups), null);
  });

  it('counts experts, unless there are far fewer than stated', async () => {
    const counts = new LayerCounts(await known('mixtral', 'MixtralForCausalLM'), { num_local_experts: 8 });
    const disk = 'model.layers.*.block_sparse_moe.experts.*.w1.weight';
    assert.equal(counts.inner(disk), 8);
    assert.equal(counts.innerBeside(disk, 7), 8);
    assert.equal(counts.innerBeside(disk, 2), 2);
  });
});
