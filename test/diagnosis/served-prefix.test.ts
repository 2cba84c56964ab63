import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classFacts, loadModelTypeFacts } from '../../src/architecture/index.ts';
import { bareLlama } from '../../src/diagnosis/examples.ts';
import { plain } from '../../src/diagnosis/prose.ts';
import { lacksServedPrefix } from '../../src/diagnosis/served-prefix.ts';
import { judged } from '../support/examples.ts';

test('engines look for names under `model.`, and put other prefixes back', async () => {
  const facts = async (type: string, name: string): Promise<ReturnType<typeof classFacts>> => {
    const found = await loadModelTypeFacts(type);
    return found === null ? null : classFacts(found, name, '5.18.0');
  };
  const lost = { prefixLost: true };
  assert.deepEqual([lacksServedPrefix(lost, await facts('llama', 'LlamaForCausalLM')), lacksServedPrefix({ prefixLost: false }, await facts('llama', 'LlamaForCausalLM')), lacksServedPrefix(lost, await facts('gpt2', 'GPT2LMHeadModel'))], [true, false, false]);
});

test('a tied model saved through AutoModel, its class written in by hand, is not said to be served', async () => {
  const { loaders } = await judged({ checkpoint: bareLlama({ tied: true, architecture: 'LlamaForCausalLM' }) });
  assert.equal(plain(loaders.find(({ loader }) => loader === 'vLLM')?.outcome ?? []), 'refuses: it looks for model.embed_tokens.weight and finds embed_tokens.weight');
});
