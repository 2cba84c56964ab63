import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ModelTypeFacts } from '../../src/architecture/facts.ts';
import { loadModelTypeFacts } from '../../src/architecture/index.ts';
import { carriesHeads, classOfStoredHead, generativeClass, isEncoder, otherWhole } from '../../src/comparison/class-choice.ts';
import { bareLlama, llama } from '../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { readExample } from '../support/examples.ts';

async function factsOf(modelType: string): Promise<ModelTypeFacts> {
  const facts = await loadModelTypeFacts(modelType);
  assert.ok(facts !== null);
  return facts;
}

describe('generativeClass', () => {
  test('is the one that sees before the one that only writes', async () => {
    assert.equal(generativeClass(await factsOf('llama'), null), 'LlamaForCausalLM');
    assert.equal(generativeClass(await factsOf('qwen2_vl'), null), 'Qwen2VLForConditionalGeneration');
    assert.equal(generativeClass(await factsOf('t5'), null), 'T5ForConditionalGeneration');
    assert.equal(generativeClass(await factsOf('vit'), null), null);
  });

  test('an encoder and decoder is asked for as one', async () => {
    const bart = await factsOf('bart');
    assert.equal(generativeClass(bart, { is_encoder_decoder: true }), 'BartForConditionalGeneration');
    assert.equal(generativeClass(bart, { is_encoder_decoder: false }), 'BartForCausalLM');
    assert.equal(generativeClass(await factsOf('whisper'), { is_encoder_decoder: true }), 'WhisperForConditionalGeneration');
  });
});

test('an encoder is a type with a masked language model that does not decode', async () => {
  assert.equal(isEncoder(await factsOf('bert'), {}), true);
  assert.equal(isEncoder(await factsOf('llama'), {}), false);
  assert.equal(isEncoder(await factsOf('bart'), { is_encoder_decoder: true }), false);
  assert.equal(isEncoder(await factsOf('bart'), { is_encoder_decoder: false, is_decoder: true }), false);
  assert.equal(isEncoder(null, {}), false);
});

test('heads are put on a class that another one holds, not on a model in halves or within another', async () => {
  const carries = async (modelType: string, name: string): Promise<boolean> => {
    const facts = await factsOf(modelType);
    const entry = facts.classes.find((one) => one.class === name);
    assert.ok(entry !== undefined);
    return carriesHeads(facts, entry);
  };
  assert.equal(await carries('llama', 'LlamaModel'), true);
  assert.equal(await carries('bert', 'BertModel'), true);
  assert.equal(await carries('vit', 'ViTModel'), true);
  assert.equal(await carries('clip', 'CLIPModel'), false);
  assert.equal(await carries('qwen3_vl_vision', 'Qwen3VLVisionModel'), false);
});

describe('classOfStoredHead', () => {
  const { config, tensors } = llama({ head: false });
  const classifier = { config, tensors: { ...tensors, 'score.weight': ['BF16', 2, 64] } } as const;

  test('finds the class by its own head, and none where no head is stored', async () => {
    const facts = await factsOf('llama');
    assert.equal(classOfStoredHead(facts, await readExample(classifier)), 'LlamaForSequenceClassification');
    assert.equal(classOfStoredHead(facts, await readExample(bareLlama())), null);
    assert.equal(classOfStoredHead(facts, await readExample(llama())), 'LlamaForCausalLM');
    assert.equal(classOfStoredHead(facts, await readExample(llama({ config: { tie_word_embeddings: true } }))), null, 'a head that is tied tells no class apart');
  });

  test('of heads of one name, the one that all the rest fits: no pooler, as many labels as the config has', async () => {
    const facts = await factsOf('bert');
    const bert = { 'bert.embeddings.word_embeddings.weight': ['F32', 50, 8], 'bert.embeddings.position_embeddings.weight': ['F32', 20, 8], 'bert.embeddings.token_type_embeddings.weight': ['F32', 2, 8], 'bert.embeddings.LayerNorm.weight': ['F32', 8], 'bert.embeddings.LayerNorm.bias': ['F32', 8] } as const;
    const pooler = { 'bert.pooler.dense.weight': ['F32', 8, 8], 'bert.pooler.dense.bias': ['F32', 8] } as const;
    const labels = (count: number): { readonly 'classifier.weight': readonly ['F32', number, 8]; readonly 'classifier.bias': readonly ['F32', number] } => ({ 'classifier.weight': ['F32', count, 8], 'classifier.bias': ['F32', count] });
    const of = async (heads: ExampleCheckpoint['tensors']): Promise<string | null> => classOfStoredHead(facts, await readExample({ config: { model_type: 'bert', hidden_size: 8 }, tensors: { ...bert, ...heads } }));
    assert.equal(await of(labels(2)), 'BertForTokenClassification');
    assert.equal(await of({ ...labels(2), ...pooler }), 'BertForSequenceClassification');
    assert.equal(await of({ ...labels(1), ...pooler }), 'BertForMultipleChoice');
  });

  test('parts that a head has under some configs only are not called for', async () => {
    const head = { 'head.dense.weight': ['F32', 8, 8], 'head.norm.weight': ['F32', 8], 'classifier.weight': ['F32', 2, 8] } as const;
    assert.equal(classOfStoredHead(await factsOf('modernbert-decoder'), await readExample({ config: { model_type: 'modernbert-decoder', hidden_size: 8 }, tensors: head })), 'ModernBertDecoderForSequenceClassification');
  });

  test('parts that the config calls for are', async () => {
    const head = { 'sequence_summary.summary.weight': ['F32', 2, 8], 'sequence_summary.summary.bias': ['F32', 2] } as const;
    const of = async (tensors: ExampleCheckpoint['tensors']): Promise<string | null> => classOfStoredHead(await factsOf('xlm'), await readExample({ config: { model_type: 'xlm', emb_dim: 8, summary_use_proj: true }, tensors }));
    assert.equal(await of(head), 'XLMForSequenceClassification');
    assert.equal(await of({ 'transformer.embeddings.weight': ['F32', 20, 8] }), null);
  });

  test('a head goes by its names on disk too', async () => {
    const head = { 'lm_head.decoder.bias': ['F32', 20], 'lm_head.dense.weight': ['F32', 8, 8], 'lm_head.dense.bias': ['F32', 8], 'lm_head.norm.weight': ['F32', 8], 'lm_head.norm.bias': ['F32', 8] } as const;
    assert.equal(classOfStoredHead(await factsOf('gte'), await readExample({ config: { model_type: 'gte', vocab_size: 20, hidden_size: 8 }, tensors: head })), 'GteForMaskedLM');
  });

  test('a head that the index names counts though its file is gone', async () => {
    const shards = { 'model-00001-of-00002.safetensors': Object.keys(tensors), 'model-00002-of-00002.safetensors': ['score.weight'] };
    const checkpoint = await readExample({ ...classifier, shards, files: { 'model-00002-of-00002.safetensors': null } });
    assert.equal(checkpoint.tensors.has('score.weight'), false);
    assert.equal(classOfStoredHead(await factsOf('llama'), checkpoint), 'LlamaForSequenceClassification');
  });
});

describe('otherWhole', () => {
  const encoder = { 'shared.weight': ['F32', 20, 8], 'encoder.final_layer_norm.weight': ['F32', 8], 'encoder.block.0.layer.0.SelfAttention.q.weight': ['F32', 8, 8] } as const;
  const of = async (tensors: ExampleCheckpoint['tensors']): Promise<string | null> => otherWhole(await factsOf('t5'), 'T5ForConditionalGeneration', await readExample({ config: { model_type: 't5', d_model: 8 }, tensors }));

  test('is the class of which the checkpoint has all, where it has not all of the chosen one', async () => {
    assert.equal(await of(encoder), 'T5EncoderModel');
    assert.equal(await of({ ...encoder, 'decoder.final_layer_norm.weight': ['F32', 8] }), null);
    assert.equal(await of({ 'shared.weight': ['F32', 20, 8], 'encoder.block.0.layer.0.SelfAttention.q.weight': ['F32', 8, 8] }), null, 'its norm is lost');
  });

  test('is none where something is stored that it has not', async () => {
    assert.equal(await of({ ...encoder, 'decoder.block.0.layer.0.SelfAttention.q.weight': ['F32', 8, 8] }), null);
  });

  test('is not the bare class, which is what a lost head leaves', async () => {
    assert.equal(otherWhole(await factsOf('llama'), 'LlamaForCausalLM', await readExample(llama({ head: false }))), null);
    assert.equal(otherWhole(await factsOf('llama'), 'LlamaForCausalLM', await readExample(bareLlama())), null);
  });
});
