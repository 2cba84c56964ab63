import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JsonError, parseJson } from '../../src/format/json.ts';

function failure(text: string): JsonError {
  try {
    parseJson(text, 'config.json');
  } catch (error) {
    assert.ok(error instanceof JsonError, String(error));
    return error;
  }
  return assert.fail(`accepted: ${text}`);
}

test('NaN and the infinities are numbers, as Python writes them', () => {
  assert.deepEqual(parseJson('{"a": NaN, "b": [Infinity, -Infinity, 1], "c": "NaN"}', 'x'), { a: NaN, b: [Infinity, -Infinity, 1], c: 'NaN' });
});

test('the same words inside strings are left alone, whatever stands around them', () => {
  assert.deepEqual(parseJson('{"#NaN": "a \\" NaN, Infinity", "b": NaN, "c": "#NaN"}', 'x'), { '#NaN': 'a " NaN, Infinity', b: NaN, c: '#NaN' });
});

test('a syntax error has its line and column', () => {
  const error = failure('{\n  "a": 1,\n  "é": }\n');
  assert.deepEqual([error.line, error.column], [3, 8]);
  assert.match(error.message, /^config\.json:3:8: expected a JSON value, found "}/);
});

test('a text that breaks off is named with its end', () => {
  const error = failure('{\n"a": [1, 2');
  assert.deepEqual([error.line, error.reason], [2, 'expected "," or "]", found the end']);
});

test('no text at all is no JSON', () => assert.deepEqual([failure('').line, failure('').column], [1, 1]));

test('words that only resemble numbers are refused', () => {
  for (const text of ['nan', '-NaN', 'NaNs', '[+1]', '[01]', '[1.]', 'Infinityy', 'True', "{'a': 1}", '[1,]', '"\\x"']) failure(text);
});

test('an unresolved merge conflict is named with the line of its marker', () => {
  const error = failure('{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> other\n}');
  assert.equal(error.line, 2);
  assert.match(error.reason, /unresolved merge conflict/);
});

test('a conflict of which only the middle is left is one still', () => {
  const error = failure('{"a": 1}\n=======\n{"a": 2}\n');
  assert.equal(error.line, 2);
  assert.match(error.reason, /unresolved merge conflict: the line begins with "======="/);
});

test('a second document is named with its line', () => {
  const error = failure('{"a": 1}\n\n{"a": 2}');
  assert.equal(error.line, 3);
  assert.match(error.reason, /something else follows: '\{/);
});

test('marker lines inside valid JSON are no conflict', () => {
  assert.equal(parseJson('"<<<<<<< HEAD"', 'x'), '<<<<<<< HEAD');
});

test('whatever JSON.parse accepts comes out the same', () => {
  fc.assert(fc.property(fc.json(), (text) => assert.deepEqual(parseJson(text, 'x'), JSON.parse(text))));
});

test('whatever it refuses gives a JsonError or has a word of Python in it', () => {
  const fragment = fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"', '\\', '1', '-', '.', 'e', 'NaN', 'Infinity', 'null', ' ', '\n', 'é');
  fc.assert(fc.property(fc.array(fragment, { maxLength: 12 }), (parts) => {
    const text = parts.join('');
    try {
      parseJson(text, 'x');
    } catch (error) {
      assert.ok(error instanceof JsonError, String(error));
      assert.throws(() => JSON.parse(text));
    }
  }), { numRuns: 2000 });
});

test('what was found is told of its line alone', () => {
  assert.throws(() => parseJson('{\n  oops\n}', 'x'), /^JsonError: x:2:3: expected [^]*, found "oops"/);
});
