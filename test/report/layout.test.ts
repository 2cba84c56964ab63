import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import { columns } from '../../src/report/layout.ts';

test('what is told at a glance to take one column takes one', () => {
  for (const character of `${String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i))}‘’“”–—−×·…→✓✗`) assert.equal(stringWidth(character), 1, character);
});

test('wide characters take two, so that columns stay under one another', () => {
  const plain = (text: string): string => text;
  const lines = columns({ left: 0, heads: ['Name', '>Bytes'], rows: [[['重み'], ['12']], [['w×w'], ['−3']]] }, 80, { head: plain, code: plain });
  assert.deepEqual(lines, ['Name  Bytes', '重み     12', 'w×w      −3']);
});
