import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { measure } from '../support/truth/measure.ts';
import type { Measured } from '../support/truth/measure.ts';

describe('saves of another config or class than their base\'s', () => {
  let withBase: readonly Measured[];

  before(async () => {
    ({ withBase } = await measure('test/fixtures/truth/pairs.jsonl.gz', { only: '' }));
  });

  it('are held against their own config', () => {
    assert.ok(withBase.length >= 200);
    assert.deepEqual(withBase.filter(({ agrees, sets }) => !agrees || sets === false).map(({ id, verdict, cause }) => `${id}: ${verdict} [${cause}]`), []);
  });

  it('are of every kind', () => {
    assert.deepEqual([...new Set(withBase.map(({ fault }) => fault))].sort(), ['class', 'class/lost', 'good', 'part', 'part/lost', 'set', 'set/lost']);
  });
});
