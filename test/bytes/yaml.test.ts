import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'node:test';
import { LineCounter, parseAllDocuments, stringify } from 'yaml';
import { MAX_NESTING, parseYaml } from '../../src/bytes/yaml.ts';

const parse = (text: string) => parseYaml(text, new LineCounter(), { uniqueKeys: true });
/** The same nesting, `n` deep, in each way that YAML has for it. */
const nested = (n: number): string[] => [
  '['.repeat(n) + ']'.repeat(n), '{a: '.repeat(n) + '}'.repeat(n), `${'- '.repeat(n)}x`, `${'? '.repeat(n)}x`,
  Array.from({ length: n }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), `${'['.repeat(n)}`, `a"${'['.repeat(n)}"`.replace('a"', '- '),
];

describe('parsing YAML that anyone may have written', () => {
  it('gives what the package itself gives', () => {
    fc.assert(fc.property(fc.oneof(fc.jsonValue().map((value) => stringify(value)), fc.string({ unit: fc.constantFrom('a', ': ', '- ', '\n', '[', '}', '"', '#', '---\n', ' ') })), (text) => {
      const documents = parse(text) ?? [];
      const expected = parseAllDocuments(text, { prettyErrors: false });
      if (!Array.isArray(expected) || expected.length === 0) return;
      assert.deepEqual(documents.map(({ errors }) => errors.map(({ code, pos }) => [code, pos])), [...expected].map(({ errors }) => errors.map(({ code, pos }) => [code, pos])));
      for (const [i, document] of documents.entries()) if (document.errors.length === 0) assert.deepEqual(document.toJS(), expected[i]?.toJS());
    }));
  });

  it('refuses what nests too deep, before the stack is used up', () => {
    for (const text of nested(MAX_NESTING + 2)) assert.equal(parse(text), null, text.slice(0, 20));
    for (const text of ['['.repeat(20_000), '{'.repeat(20_000), '- '.repeat(9000), '? '.repeat(9000), 'a: '.repeat(9000), '[- '.repeat(9000), '{a: - '.repeat(9000)]) {
      // Some of it is no nesting but a syntax error; either way the process is still here, and nothing was taken for sound.
      const documents = parse(text);
      assert.ok(documents === null || documents.some(({ errors }) => errors.length > 0), text.slice(0, 20));
    }
  });

  it('takes what people write', () => {
    for (const text of nested(50).slice(0, 5)) assert.deepEqual(parse(text)?.flatMap(({ errors }) => errors), []);
    assert.deepEqual(parse(`${' '.repeat(500)}far to the right\n`)?.flatMap(({ errors }) => errors), []);
  });
});
