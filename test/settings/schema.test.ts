import { Ajv } from 'ajv';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { stringify } from 'yaml';
import { parseConfigFile } from '../../src/settings/config-file.ts';

const schema: unknown = JSON.parse(readFileSync('schema/headcheck.schema.json', 'utf8'));
assert.ok(typeof schema === 'object' && schema !== null);
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

/** Unknown rules and expired waivers are warnings, and beyond what a schema can know. */
const parserAccepts = (value: unknown): boolean =>
  parseConfigFile(stringify(value), 'c.yml', { rules: ['head-missing'], today: '2026-06-15' }).notices.every(({ severity }) => severity === 'warning');

const text = fc.oneof(fc.constantFrom('out', ' hf://org/name@v1 ', '', '  ', 'a\nb', 'a\u0007b'), fc.string());
const wrongOften = (arbitrary: fc.Arbitrary<unknown>) => fc.oneof({ arbitrary, weight: 6 }, { arbitrary: fc.constantFrom(null, 3, true, [], {}, 'x'), weight: 1 });
const extra = { sideways: fc.constantFrom(1, 'x') };
const waiver = fc.record({ rule: wrongOften(fc.constant('head-missing')), reason: wrongOften(text), until: wrongOften(fc.constantFrom('2027-01-31', '2020-01-01', '31.1.2027')), ...extra }, { requiredKeys: [] });
const checkpoint = fc.record({ reference: wrongOften(text), base: wrongOften(text), class: wrongOften(fc.constantFrom('BertModel', ' BertModel ', 'Bert-Model', '7Bert', '')), waive: wrongOften(fc.array(wrongOften(waiver), { maxLength: 2 })), ...extra }, { requiredKeys: [] });
const config = fc.record({
  checkpoints: wrongOften(fc.uniqueArray(wrongOften(checkpoint), { maxLength: 1 })),
  'fail-on': wrongOften(fc.constantFrom('error', 'warning', 'never', 'note')),
  rules: wrongOften(fc.dictionary(fc.constantFrom('head-missing', 'other'), wrongOften(fc.constantFrom('off', 'note', 'error')))),
  ...extra,
}, { requiredKeys: [] });

describe('the published schema of the config file', () => {
  it('agrees with the parser on whatever is written', () => {
    let accepted = 0;
    fc.assert(fc.property(fc.oneof(config, wrongOften(fc.constant(null))), (value) => {
      const bySchema = validate(value);
      if (bySchema) accepted++;
      assert.equal(parserAccepts(value), bySchema, `${JSON.stringify(value)} ${JSON.stringify(validate.errors)}`);
    }), { numRuns: 600, seed: 4 });
    assert.ok(accepted > 20, 'the property has to see sound files too');
  });
});
