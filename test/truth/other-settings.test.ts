import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { measure } from '../support/truth/measure.ts';
import type { Measure } from '../support/truth/measure.ts';

describe('saves with other settings than the default, of speech and images', () => {
  let result: Measure;

  before(async () => {
    result = await measure('test/fixtures/truth/other-settings.jsonl.gz', { only: '' });
  });

  it('are judged right: a sound one fits its own config, and the weights of one do not fit the config of another', () => {
    const all = [...result.withBase, ...result.without];
    assert.ok(all.length >= 100 && all.some(({ fault }) => fault === 'shape') && all.some(({ fault }) => fault === 'short'));
    assert.deepEqual(all.filter(({ agrees }) => !agrees).map(({ id, verdict, cause }) => `${id}: ${verdict} [${cause}]`), []);
  });
});
