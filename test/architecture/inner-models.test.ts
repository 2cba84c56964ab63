import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadModelTypeFacts } from '../../src/architecture/index.ts';
import { withInnerModels } from '../../src/architecture/inner-models.ts';
import type { ClassFacts, ModelTypeFacts } from '../../src/architecture/facts.ts';
import type { JsonObject } from '../../src/inventory/checkpoint.ts';
import { judged, rulesOf } from '../support/examples.ts';

const ENCODER = { model_type: 'vit', hidden_size: 32 };
const OF_TROCR = ['encoder.layernorm.weight', 'decoder.model.decoder.layers.0.fc1.weight', 'decoder.model.decoder.layers.0.fc2.weight', 'decoder.output_projection.weight'];

async function known(modelType: string): Promise<ModelTypeFacts> {
  const facts = await loadModelTypeFacts(modelType);
  assert.ok(facts);
  return facts;
}

async function withConfig(config: JsonObject, names: readonly string[]): Promise<readonly ClassFacts[]> {
  return (await withInnerModels(await known('vision-encoder-decoder'), config, names)).classes;
}

const parametersBelow = ({ groups }: ClassFacts, path: string): string[] => groups.flatMap(({ parameters }) => parameters.flatMap(({ memory }) => (memory.startsWith(path) ? [memory] : [])));

describe('models within a model', () => {
  it('have the facts of the class that their config leads to', async () => {
    for (const facts of await withConfig({ encoder: ENCODER, decoder: { model_type: 'trocr' } }, OF_TROCR)) {
      assert.ok(parametersBelow(facts, 'decoder.').every((name) => !name.startsWith('decoder.transformer.')));
      const fc1 = facts.groups.flatMap(({ parameters }) => parameters).find(({ memory }) => memory === 'decoder.model.decoder.layers.*.fc1.weight');
      assert.deepEqual(fc1?.dims, ['decoder.decoder_ffn_dim', 'decoder.d_model']);
      assert.equal(facts.layers['decoder.model.decoder.layers'], 'decoder.decoder_layers');
      assert.equal(facts.outputEmbedding, 'decoder.output_projection.weight');
      assert.equal(facts.submodels.find(({ path }) => path === 'decoder')?.class, 'TrOCRForCausalLM');
      assert.ok(parametersBelow(facts, 'encoder.').length > 0);
    }
  });

  it('stay as they are where the config names the type that the facts were gathered with, or the names do not bear it out', async () => {
    const facts = await known('vision-encoder-decoder');
    assert.equal(await withInnerModels(facts, { encoder: ENCODER, decoder: { model_type: 'gpt2' } }, OF_TROCR), facts);
    assert.equal(await withInnerModels(facts, { encoder: ENCODER, decoder: { model_type: 'trocr' } }, ['decoder.transformer.h.0.ln_1.weight']), facts);
  });

  it('decide about the tie by the default of their own config class, where the config says nothing', async () => {
    const names = ['language_model.model.layers.0.post_feedforward_layernorm.weight', 'language_model.model.embed_tokens.weight'];
    const llava = await known('llava');
    for (const [config, ties] of [[{ model_type: 'gemma2' }, true], [{ model_type: 'mistral' }, false], [{ model_type: 'gemma2', tie_word_embeddings: false }, false]] as const) {
      const { classes } = await withInnerModels(llava, { text_config: config }, names);
      const facts = classes.find((entry) => entry.class === 'LlavaForConditionalGeneration' && entry.release === '4.57.6');
      assert.equal(facts?.tieFlag.default, ties);
    }
  });

  it('of an unnamed backbone are open, and of a named one those of the one backbone that its type has', async () => {
    const upernet = await known('upernet');
    const ofSwin = ['backbone.embeddings.norm.weight', 'backbone.encoder.layers.0.blocks.0.layernorm_before.weight', 'backbone.encoder.layers.0.blocks.1.layernorm_before.weight'];
    const below = async (config: JsonObject, names: readonly string[]): Promise<readonly string[][]> => (await withInnerModels(upernet, config, names)).classes.map((facts) => parametersBelow(facts, 'backbone.'));
    for (const names of await below({ backbone_config: { model_type: 'swin' } }, ofSwin)) assert.ok(names.some((name) => name.endsWith('embeddings.norm.weight')) && !names.includes('backbone.embedder.embedder.convolution.weight'));
    for (const names of await below({ backbone: 'swin_tiny' }, ofSwin)) assert.deepEqual(names, []);
    for (const names of await below({ backbone: 'resnet' }, ['backbone.embedder.embedder.convolution.weight'])) assert.ok(names.length > 10);
  });

  it('of a backbone can have every stage that it was seen to have by itself', async () => {
    const { classes } = await withInnerModels(await known('mm-grounding-dino'), { backbone_config: { model_type: 'swin', out_features: ['stage2', 'stage3'] } }, []);
    for (const facts of classes.filter((entry) => entry.class === 'MMGroundingDinoModel')) {
      const norms = facts.groups.filter(({ parameters }) => parameters.some(({ memory }) => memory.includes('.hidden_states_norms.')));
      assert.ok(['stage2', 'stage3', 'stage4'].every((stage) => norms.some(({ parameters }) => parameters.some(({ memory }) => memory.endsWith(`.hidden_states_norms.${stage}.weight`)))));
      assert.ok(norms.every(({ presence }) => presence === 'sometimes'));
    }
  });

  it('of an unknown type are open: nothing is called for, and nothing surplus', async () => {
    const names = ['encoder.layernorm.weight', 'decoder.blocks.0.weight', 'decoder.blocks.1.weight'];
    for (const facts of await withConfig({ encoder: ENCODER, decoder: { model_type: 'of_its_own' } }, names)) {
      assert.deepEqual(parametersBelow(facts, 'decoder.'), []);
      assert.equal(facts.outputEmbedding, null);
    }
    const config = { model_type: 'vision-encoder-decoder', architectures: ['VisionEncoderDecoderModel'], transformers_version: '5.18.0', encoder: ENCODER, decoder: { model_type: 'of_its_own' } };
    const report = await judged({ checkpoint: { config, tensors: { 'encoder.layernorm.weight': ['F32', 32], 'encoder.layernorm.bias': ['F32', 32], 'decoder.blocks.0.weight': ['F32', 32], 'decoder.blocks.1.weight': ['F32', 32] } } });
    assert.ok(!rulesOf(report).includes('unexpected-parameters'));
    assert.ok(!report.findings.some(({ parameters }) => parameters.some((name) => name.startsWith('decoder.'))));
  });
});
