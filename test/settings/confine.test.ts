import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plain } from '../../src/report/report.ts';
import { confined } from '../../src/settings/confine.ts';
import { parseConfigFile } from '../../src/settings/config-file.ts';

test('a config file that is proposed names nothing outside of the repository', () => {
  const lines = ['checkpoints:', '  - reference: ./out', '    base: ../base', '  - reference: /mnt/weights', '  - reference: a/../../x', '  - reference: file:///etc', '  - reference: hf://org/name', '    base: ./base', 'colour: red'];
  const config = confined(parseConfigFile(lines.join('\n'), 'c.yml', { rules: [], today: '2026-01-01' }), '/srv/repo');
  assert.deepEqual(config.checkpoints.map(({ reference, base }) => [reference, base]), [['./out', null], ['hf://org/name', './base']]);
  const [unknown, ...refused] = config.notices;
  assert.match(plain(unknown?.message ?? []), /Unknown key/);
  assert.deepEqual(refused.map(({ severity, location, obstacle }) => [severity, location?.line, obstacle]), [['error', 2, 'state'], ['error', 4, 'state'], ['error', 5, 'state'], ['error', 6, 'state']]);
  assert.match(plain(refused[0]?.message ?? []), /^\.\.\/base lies outside of the repository, so it is not read\. Name a path in the repository, from its root, or what is on the Hub/);
});
