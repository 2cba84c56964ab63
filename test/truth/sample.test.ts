import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { KNOWN_DISAGREEMENTS } from '../support/truth/known.ts';
import { isFalseAlarm, measure } from '../support/truth/measure.ts';
import type { Measure, Measured } from '../support/truth/measure.ts';

describe('agreement with the real loaders, on the sample', () => {
  let result: Measure;
  const all = (): readonly Measured[] => [...result.withBase, ...result.without];

  before(async () => {
    result = await measure('test/fixtures/truth/sample.jsonl.gz', { only: '' });
  });

  it('measures every case both ways', () => {
    assert.ok(result.withBase.length > 700);
    assert.equal(result.without.length, result.withBase.length);
  });

  it('never fails a sound save', () => {
    const alarms = [...result.withBase.filter(({ fault }) => fault !== 'tie_flipped'), ...result.without].filter(isFalseAlarm);
    assert.deepEqual(alarms.map(({ id }) => id), []);
  });

  it('disagrees only where a reason is known', () => {
    const unexplained = all().filter(({ agrees, sets, fault }) => (!agrees || sets === false) && !Object.hasOwn(KNOWN_DISAGREEMENTS, fault));
    assert.deepEqual(unexplained.map(({ id, verdict, wanted }) => `${id}: ${verdict}, wanted ${wanted.join(' or ')}`), []);
  });

  it('keeps no reason that is not needed, and prints each', () => {
    const page = readFileSync('docs/accuracy.md', 'utf8');
    for (const [fault, reason] of Object.entries(KNOWN_DISAGREEMENTS)) {
      assert.ok(all().some((item) => item.fault === fault && (!item.agrees || item.sets === false)), `${fault} agrees by now`);
      assert.ok(page.includes(`| \`${fault}\` | ${reason} |`), `docs/accuracy.md does not print the reason of ${fault}`);
    }
  });
});
