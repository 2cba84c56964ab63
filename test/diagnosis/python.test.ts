import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadable, pretrained } from '../../src/diagnosis/python.ts';

test('a reference as `from_pretrained` takes it', () => {
  assert.equal(pretrained('hf://org/name'), '"org/name"');
  assert.equal(pretrained('hf://org/name@refs%2Fpr%2F3/unet'), '"org/name", revision="refs/pr/3", subfolder="unet"');
  assert.equal(pretrained('./out'), '"./out"');
});

test('a snapshot stands for the model of the Hub that it was made of, or for its own name', () => {
  const reference = './examples/llama-3.1-8b.headcheck.json';
  assert.equal(pretrained(loadable({ reference, madeOf: 'hf://meta-llama/Llama-3.1-8B@v2' })), '"meta-llama/Llama-3.1-8B", revision="v2"');
  assert.equal(pretrained(loadable({ reference })), '"llama-3.1-8b"');
  for (const madeOf of ['release://v1', 'https://github.com/o/r/tree/main', 'hf://', '']) assert.equal(pretrained(loadable({ reference, madeOf })), '"llama-3.1-8b"');
});
