import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { classFacts, loadModelTypeFacts } from '../../src/architecture/index.ts';
import { mapToMemory } from '../../src/architecture/prefix.ts';
import { RELEASES } from '../../src/architecture/facts.ts';

/** What the real loader did with some names (`scripts/facts/fixtures.py`): a name, or a name and where it went. */
interface LoaderCase {
  readonly release: (typeof RELEASES)[number];
  readonly modelType: string;
  readonly class: string;
  readonly case: string;
  readonly names: readonly (string | readonly [string, string | null])[];
  readonly refused?: string;
}

function cases(release: string): LoaderCase[] {
  return readFileSync(`test/fixtures/architecture/loader-names-${release}.jsonl`, 'utf8').trimEnd().split('\n').map((line): LoaderCase => JSON.parse(line));
}

for (const release of RELEASES) {
  const all = cases(release);

  test(`${release}: the fixtures cover at least twenty classes`, () => {
    assert.ok(new Set(all.map((entry) => entry.class)).size >= 20);
  });

  for (const entry of all) {
    test(`${release} ${entry.class}: ${entry.case}`, async () => {
      const types = await loadModelTypeFacts(entry.modelType);
      const facts = types === null ? null : classFacts(types, entry.class, release);
      assert.ok(facts, 'the class is in the catalogue');
      const given = entry.names.map((name) => (typeof name === 'string' ? name : name[0]));
      const mapped = mapToMemory(given, facts);
      assert.equal(mapped.refused !== null, entry.refused !== undefined);
      if (entry.refused !== undefined) return;
      const expected = entry.names.map((name) => (typeof name === 'string' ? name : name[1]));
      assert.deepEqual(mapped.names.map(({ memory }) => memory), expected);
    });
  }
}
