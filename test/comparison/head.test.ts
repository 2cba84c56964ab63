import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { headNames, storedPairs } from '../../src/comparison/head.ts';
import { llama } from '../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { sideBySide } from '../support/side-by-side.ts';

describe('headNames of an unknown class', () => {
  test('knows the names that the field uses', () => {
    for (const [head, embedding] of [
      ['lm_head.weight', 'model.embed_tokens.weight'], ['embed_out.weight', 'gpt_neox.embed_in.weight'], ['output.weight', 'tok_embeddings.weight'],
      ['transformer.output_layer.weight', 'transformer.embedding.word_embeddings.weight'], ['model.transformer.ff_out.weight', 'model.transformer.wte.weight'], ['lm_head.linear.weight', 'transformer.wte.weight'],
    ] as const) assert.deepEqual(headNames(null, ['x.weight', embedding, head]), { head, embedding });
  });

  test('what stands in a layer is neither', () => {
    assert.deepEqual(headNames(null, ['h.0.attention.output.weight', 'blocks.3.ff_out.weight', 'layers.0.embeddings.weight', 'my_lm_head.weight']), { head: null, embedding: null });
  });
});

describe('storedPairs', () => {
  const pairs = async (example: ExampleCheckpoint): Promise<[string, string][]> => {
    const { checkpoint, intent, comparison } = await sideBySide(example);
    return storedPairs(intent, comparison).map(({ target, source, targetRow, sourceRow }) => {
      assert.equal(checkpoint.tensors.name(targetRow), target);
      assert.equal(checkpoint.tensors.name(sourceRow), source);
      return [target, source];
    });
  };
  const PAIR = [['lm_head.weight', 'model.embed_tokens.weight']];

  test('are those that some release ties and that are both there', async () => {
    assert.deepEqual(await pairs(llama({ tied: true, head: true })), PAIR);
    assert.deepEqual(await pairs(llama({ tied: true, head: false })), []);
    assert.deepEqual(await pairs(llama({ tied: false })), []);
  });

  test('of an unknown class are head and embedding, where its config ties them', async () => {
    const own = (tied: boolean): ExampleCheckpoint => llama({ tied, head: true, architecture: 'OwnForCausalLM', config: { model_type: 'own_text' } });
    assert.deepEqual(await pairs(own(true)), PAIR);
    assert.deepEqual(await pairs(own(false)), []);
  });
});
