import { Ajv } from 'ajv';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { RULES } from '../../src/diagnosis/catalogue.ts';
import { parseConfigFile } from '../../src/settings/config-file.ts';

const page = readFileSync('docs/configuration.md', 'utf8');
const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
const schema: unknown = JSON.parse(readFileSync('schema/headcheck.schema.json', 'utf8'));

/** Every key that the schema knows, as the page's table writes it. */
function keysOf(node: unknown, prefix = ''): string[] {
  if (typeof node !== 'object' || node === null || !('properties' in node) || typeof node.properties !== 'object' || node.properties === null) return [];
  return Object.entries(node.properties).flatMap(([key, value]: [string, unknown]) => [`${prefix}${key}`, ...keysOf(itemsOf(value), `${prefix}${key}[].`)]);
}

/** What a list's items are, by the schema's definitions. */
function itemsOf(value: unknown): unknown {
  const text = JSON.stringify(value);
  const name = /"items":\{"\$ref":"#\/definitions\/(\w+)"/.exec(text)?.[1];
  if (name === undefined || typeof schema !== 'object' || schema === null || !('definitions' in schema)) return null;
  return Object.entries(schema.definitions ?? {}).find(([key]) => key === name)?.[1];
}

describe('the page on the config file', () => {
  it('has an example that is read without a notice', () => {
    const { checkpoints, failOn, severities, notices } = parseConfigFile(example, 'headcheck.yml', { rules: RULES.map(({ id }) => id), today: '2026-06-15' });
    assert.deepEqual(notices, []);
    assert.equal(checkpoints.length, 2);
    assert.equal(checkpoints[0]?.waivers[0]?.reason, 'Full-precision release, agreed in #12');
    assert.equal(failOn, 'error');
    assert.deepEqual(severities, { 'unexpected-parameters': 'note', 'stale-files': 'error', 'dtype-widened': 'off' });
  });

  it('has an example that fits the schema', () => {
    assert.ok(typeof schema === 'object' && schema !== null);
    assert.equal(new Ajv({ allowUnionTypes: true }).compile(schema)(parse(example)), true);
  });

  it('says every key', () => {
    const keys = keysOf(schema);
    assert.equal(keys.length, 10);
    for (const key of keys) assert.ok(page.includes(`| \`${key}\` |`), key);
  });
});
