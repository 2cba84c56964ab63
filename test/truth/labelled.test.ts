import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { measure } from '../support/truth/measure.ts';
import type { Measured } from '../support/truth/measure.ts';

const wrong = (measured: readonly Measured[]): string[] => measured.filter(({ agrees, sets }) => !agrees || sets === false).map(({ id, verdict, cause }) => `${id}: ${verdict} [${cause}]`);
const bare = ({ fault }: Measured): boolean => fault === 'automodel_save';

describe('classifiers that were saved from their bare class', () => {
  it('are known by the labels in their config, without a base', async () => {
    const { without, withBase } = await measure('test/fixtures/truth/labelled.jsonl.gz', { only: '' });
    assert.equal(without.filter((item) => bare(item) && item.cause === 'head-missing').length, 5);
    assert.deepEqual(wrong([...without, ...withBase]), []);
  });

  it('are known by the class that is declared, whether or not there are labels, and so are masked language models', async () => {
    const labelled = await measure('test/fixtures/truth/labelled.jsonl.gz', { only: '', declare: true });
    assert.deepEqual(wrong([...labelled.without, ...labelled.withBase]), []);
    const { without } = await measure('test/fixtures/truth/sample.jsonl.gz', { only: '', declare: true });
    const saves = without.filter(bare);
    assert.ok(saves.length >= 9);
    assert.deepEqual(wrong(saves), []);
  });
});
