import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fit } from '../../src/report/fit.ts';

const part = (text: string, rank: number, loses = 'a part') => ({ nodes: [], least: text.length, text: () => text, rank, loses });
const kept = (text: string) => [part(text, Number.POSITIVE_INFINITY)];
const note = (lost: ReadonlyMap<string, number>): string => `lost: ${[...lost].map(([what, count]) => `${what} ×${count}`).join(', ')}`;

test('all of it where it fits', () => {
  assert.equal(fit([kept('a'), [part('b', 1)]], 100, note), 'a\n\nb\n');
});

test('the least important goes first, the last among equals, and it is said', () => {
  const blocks = [kept('verdict'), [part('x'.repeat(50), 2, 'x')], [part('y'.repeat(50), 1, 'y')], [part('z'.repeat(50), 1, 'z')]];
  assert.equal(fit(blocks, 155, note), `verdict\n\n${'x'.repeat(50)}\n\n${'y'.repeat(50)}\n\nlost: z ×1\n`);
  assert.equal(fit(blocks, 102, note), `verdict\n\n${'x'.repeat(50)}\n\nlost: z ×1, y ×1\n`);
});

test('a part goes through its shorter versions', () => {
  const blocks = [[part('long'.repeat(20), 1, 'details'), part('short', Number.POSITIVE_INFINITY)]];
  assert.equal(fit(blocks, 60, note), 'short\n\nlost: details ×1\n');
});

test('null where even the shortest is too long', () => {
  assert.equal(fit([kept('x'.repeat(50))], 20, note), null);
});

test('no text is made of what surely goes', () => {
  const hopeless = { ...part('', 1, 'x'), least: 1_000, text: (): string => assert.fail('made') };
  assert.equal(fit([kept('a'), [hopeless, part('short', 2)]], 60, note), 'a\n\nshort\n\nlost: x ×1\n');
});
