import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { measure } from '../support/truth/measure.ts';
import type { Measure } from '../support/truth/measure.ts';

describe('saves at real depths and widths, where no two settings are alike', () => {
  let result: Measure;

  before(async () => {
    result = await measure('test/fixtures/truth/every-class.jsonl.gz', { only: '' });
  });

  it('are judged right, with the base and without: layers are counted by the setting of their own model', () => {
    const all = [...result.withBase, ...result.without];
    assert.ok(all.length >= 60);
    assert.deepEqual(all.filter(({ agrees, sets }) => !agrees || sets === false).map(({ id, verdict, cause }) => `${id}: ${verdict} [${cause}]`), []);
  });
});
