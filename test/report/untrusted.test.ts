import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { commandless, linkless, visible, visibleBlock } from '../../src/report/untrusted.ts';
import { ATTACKS } from '../support/attacks.ts';

const SHOWN = /^[^\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*$/u;

test('hidden characters become escapes, the rest stays', () => {
  assert.equal(visible('lm_head.weight'), 'lm_head.weight');
  assert.equal(visible('a\u001b[31mb'), 'a\\u001b[31mb');
  assert.equal(visible('a\nb\r\tc'), 'a\\nb\\r\\tc');
  assert.equal(visible('model\u202egnp'), 'model\\u202egnp');
  assert.equal(visible('\ud800x'), '\\ud800x');
  assert.equal(visible('\u{e0041}'), '\\u{e0041}');
  assert.equal(visible('头.weight é 🤗'), '头.weight é 🤗');
  assert.equal(visible(''), '""');
});

test('the result is one line, well-formed and no longer than the limit', () => {
  const check = (text: string, limit: number): void => {
    const shown = visible(text, limit);
    assert.ok(shown.length <= limit || text === '', `${shown.length} > ${limit}`);
    assert.match(shown, SHOWN);
    assert.doesNotMatch(shown, /\p{Cs}/u);
  };
  for (const text of ATTACKS) check(text, 200);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 3, max: 40 }), check));
});

test('a long name keeps its beginning and its end', () => {
  assert.equal(visible('model.layers.0.mlp.up_proj.weight', 20), 'model.laye…oj.weight');
});

test('a block keeps its lines', () => {
  assert.equal(visibleBlock('a\r\n\tb\n\u001b\n', 100), 'a\n  b\n\\u001b\n');
});

test('nothing is left that GitHub links', () => {
  for (const text of ATTACKS) {
    const shown = linkless(visible(text));
    assert.doesNotMatch(shown, /[@#][a-z0-9]|gh-\d|:\/\/|www\.|mailto:[a-z]|\$|\b[0-9a-f]{40}\b/i, text.slice(0, 60));
  }
  assert.equal(linkless('291 tensors of 8,030,261,248 parameters: 16 GB'), '291 tensors of 8,030,261,248 parameters: 16 GB');
  assert.equal(linkless('1050673152'), '1050673152');
});

test('nothing is left that a runner obeys', () => {
  for (const text of ATTACKS) assert.doesNotMatch(commandless(visible(text)), /^\s*::|##\[/m, text.slice(0, 60));
  assert.doesNotMatch(commandless('a\n ::error::x\n'), /^\s*::/m);
});
