import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { columns, wrap } from '../../src/report/layout.ts';

test('what is told at a glance to take one column takes one', () => {
  for (const character of `${String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i))}‘’“”–—−×·…→✓✗`) assert.equal(stringWidth(character), 1, character);
});

test('wide characters take two, so that columns stay under one another', () => {
  const plain = (text: string): string => text;
  const lines = columns({ left: 0, heads: ['Name', '>Bytes'], rows: [[['重み'], ['12']], [['w×w'], ['−3']]] }, 80, { head: plain, code: plain });
  assert.deepEqual(lines, ['Name  Bytes', '重み     12', 'w×w      −3']);
});

const asIs = (text: string): string => text;

test('names that are too wide lose what all of them begin with, and no more', () => {
  const names = ['q', 'v'].map((name) => `base_model.model.model.layers.{2-3}.self_attn.${name}_proj.lora_A.weight`);
  const draw = (width: number): string[] => columns({ left: 0, heads: ['Missing', '>Bytes'], rows: names.map((code) => [[{ code }], ['12']]) }, width, { head: asIs, code: asIs }).slice(1);
  assert.ok(draw(80).every((line, i) => line.startsWith(names[i] ?? '?')));
  assert.deepEqual(draw(54).map((line) => line.split(' ')[0]), ['q', 'v'].map((name) => `…layers.{2-3}.self_attn.${name}_proj.lora_A.weight`));
});

test('signs beside a name stay with it, within the width', () => {
  const lines = wrap(['The head is tied to the embedding (', { code: 'tie_word_embeddings' }, '), and so on.'], 56, { text: asIs, code: asIs, quoted: true });
  assert.deepEqual(lines, ['The head is tied to the embedding', '(`tie_word_embeddings`), and so on.']);
});
