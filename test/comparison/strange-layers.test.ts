import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { llama } from '../../src/diagnosis/examples.ts';
import type { ExampleCheckpoint } from '../../src/diagnosis/rule.ts';
import { edited, sideBySide } from '../support/side-by-side.ts';

const KINDS = ['conv', 'full_attention', 'conv', 'full_attention', 'full_attention'];

/** A model in which layers 0 and 2 have a convolution, which no build of its class had, in place of their attention. */
function hybrid(config: Readonly<Record<string, unknown>>, lacks: (name: string) => boolean = () => false): ExampleCheckpoint {
  const conv = Object.fromEntries([0, 2].map((layer) => [`model.layers.${layer}.conv.in_proj.weight`, ['BF16', 192, 64] as const]));
  const replaced = (name: string): boolean => /layers\.[02]\.self_attn\./.test(name) || lacks(name);
  return edited(llama({ layers: 5, config, rename: (name) => (replaced(name) ? null : name) }), conv);
}

async function missing(example: ExampleCheckpoint): Promise<string[]> {
  const { comparison } = await sideBySide(example);
  return comparison.missing.map(({ name }) => name).sort();
}

describe('layers of a kind that the facts do not know', () => {
  test('have other modules where the config tells them from the others', async () => {
    assert.deepEqual(await missing(hybrid({ layer_types: KINDS })), []);
  });

  test('have lost theirs where it does not', async () => {
    assert.equal((await missing(hybrid({}))).length, 8);
    assert.equal((await missing(hybrid({ layer_types: KINDS.map(() => 'full_attention') }))).length, 8);
  });

  test('lack what they have under names that no loader knows, where all of them do', async () => {
    for (const config of [{}, { layer_types: KINDS }]) {
      const renamed = llama({ layers: 5, config, rename: (name) => name.replace('self_attn', 'attn') });
      assert.equal((await missing(renamed)).length, 20);
    }
  });

  test('lack what others lose, and the rest of a module that they have', async () => {
    const norm = 'model.layers.2.input_layernorm.weight';
    assert.deepEqual(await missing(hybrid({ layer_types: KINDS }, (name) => name === norm)), [norm]);
    const projection = 'model.layers.3.self_attn.q_proj.weight';
    assert.deepEqual(await missing(hybrid({ layer_types: KINDS }, (name) => name === projection)), [projection]);
  });
});
