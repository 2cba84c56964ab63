import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { KNOWN_DISAGREEMENTS } from '../support/truth/known.ts';
import { measure } from '../support/truth/measure.ts';
import type { Measure } from '../support/truth/measure.ts';

describe('saves that were once judged wrong', () => {
  let result: Measure;

  before(async () => {
    result = await measure('test/fixtures/truth/mended.jsonl.gz', { only: '' });
  });

  it('are judged right, with the base and without', () => {
    const all = [...result.withBase, ...result.without].filter(({ fault }) => !Object.hasOwn(KNOWN_DISAGREEMENTS, fault));
    assert.ok(all.length >= 30);
    assert.deepEqual(all.filter(({ agrees, sets }) => !agrees || sets === false).map(({ id, verdict, cause }) => `${id}: ${verdict} [${cause}]`), []);
  });
});
