import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plain } from '../../src/report/report.ts';
import { calmSentence } from '../../src/report/words.ts';
import { checkpoint } from '../support/reports.ts';

test('a base that was not given is told with where it was found', () => {
  const said = (found: string): string => plain(calmSentence(checkpoint({ base: { reference: 'hf://org/base', revision: null, found } })) ?? []);
  assert.match(said('input'), /compared with hf:\/\/org\/base\.$/);
  assert.match(said('model-card'), /compared with hf:\/\/org\/base \(named by the model card\)\.$/);
  assert.match(said('name-or-path'), /\(named by _name_or_path in config\.json\)\.$/);
});
