import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { RELEASES } from '../../src/architecture/facts.ts';
import { classFacts, loadModelTypeFacts } from '../../src/architecture/index.ts';
import { resolveTieFlag } from '../../src/architecture/ties.ts';

/** A config and whether the real class, built from it, shares head and embedding (`scripts/facts/ties.py`). */
interface TieCase {
  readonly release: (typeof RELEASES)[number];
  readonly modelType: string;
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tied: boolean;
}

for (const release of RELEASES) {
  const lines = readFileSync(`test/fixtures/architecture/tie-flags-${release}.jsonl`, 'utf8').trimEnd().split('\n');
  const all = lines.map((line): TieCase => JSON.parse(line));

  test(`${release}: head and embedding are one just when the flag says so`, async () => {
    assert.ok(new Set(all.map((entry) => entry.class)).size >= 20);
    for (const entry of all) {
      const types = await loadModelTypeFacts(entry.modelType);
      const facts = types === null ? null : classFacts(types, entry.class, release);
      assert.ok(facts, entry.class);
      assert.equal(resolveTieFlag(entry.config, facts).value, entry.tied, `${entry.class} ${JSON.stringify(entry.config)}`);
    }
  });
}

test('the origin and the path of the flag are told', async () => {
  const types = await loadModelTypeFacts('gpt2');
  assert.ok(types);
  const facts = classFacts(types, 'GPT2LMHeadModel', '5.18.0');
  assert.ok(facts);
  assert.deepEqual(resolveTieFlag({}, facts), { value: true, origin: 'default', path: 'tie_word_embeddings' });
  assert.deepEqual(resolveTieFlag({ tie_word_embeddings: false }, facts), { value: false, origin: 'config', path: 'tie_word_embeddings' });
  assert.deepEqual(resolveTieFlag({ tie_word_embeddings: 'yes' }, facts), { value: true, origin: 'default', path: 'tie_word_embeddings' });
});

test('a nested flag counts where the release reads it, and the root flag elsewhere', async () => {
  const types = await loadModelTypeFacts('gemma3');
  assert.ok(types);
  const config = { tie_word_embeddings: false, text_config: { tie_word_embeddings: true } };
  const [old, current] = RELEASES.map((release) => classFacts(types, 'Gemma3ForConditionalGeneration', release));
  assert.ok(old && current);
  assert.deepEqual(resolveTieFlag(config, old), { value: true, origin: 'config', path: 'text_config.tie_word_embeddings' });
  assert.deepEqual(resolveTieFlag(config, current), { value: false, origin: 'config', path: 'tie_word_embeddings' });
});
