import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withinBytes } from '../../src/publish/summary.ts';

it('a summary is counted in bytes, because GitHub drops a longer one altogether', () => {
  for (const character of ['x', 'é', '漢', '🙂']) {
    const text = withinBytes((limit) => character.repeat(Math.floor(limit / character.length)), 10_000);
    assert.ok(Buffer.byteLength(text) < 10_000 && Buffer.byteLength(text) > 3_000, `${character}: ${Buffer.byteLength(text)}`);
  }
});
