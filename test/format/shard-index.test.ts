import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JsonError } from '../../src/format/json.ts';
import { parseShardIndex } from '../../src/format/shard-index.ts';

const PATH = 'model.safetensors.index.json';

function failure(text: string): JsonError {
  try {
    parseShardIndex(text, PATH);
  } catch (error) {
    assert.ok(error instanceof JsonError, String(error));
    return error;
  }
  return assert.fail(`accepted: ${text}`);
}

test('names and files are read in the order of the file', () => {
  const { totalSize, weightMap } = parseShardIndex('{"metadata": {"total_size": 12}, "weight_map": {"b": "model-00002-of-00002.safetensors", "a": "model-00001-of-00002.safetensors"}}', PATH);
  assert.equal(totalSize, 12);
  assert.deepEqual([...weightMap], [['b', 'model-00002-of-00002.safetensors'], ['a', 'model-00001-of-00002.safetensors']]);
});

test('metadata may be absent, empty or of any value', () => {
  assert.equal(parseShardIndex('{"weight_map": {}}', PATH).totalSize, undefined);
  assert.equal(parseShardIndex('{"metadata": {}, "weight_map": {}}', PATH).totalSize, undefined);
  assert.equal(parseShardIndex('{"metadata": null, "weight_map": {}}', PATH).totalSize, undefined);
  assert.equal(parseShardIndex('{"metadata": {"total_size": 13731385408.0}, "weight_map": {}}', PATH).totalSize, 13731385408);
  assert.equal(parseShardIndex('{"metadata": {"total_size": "12"}, "weight_map": {}}', PATH).totalSize, '12');
  assert.equal(parseShardIndex('{"metadata": {"total_size": NaN}, "weight_map": {}}', PATH).totalSize, NaN);
});

test('files in folders below are accepted, files elsewhere refused with the line', () => {
  assert.equal(parseShardIndex('{"weight_map": {"a": "part/model.safetensors"}}', PATH).weightMap.get('a'), 'part/model.safetensors');
  for (const file of ['../x.safetensors', 'a/../../x', '/etc/passwd', 'C:\\x', '\\\\host\\x', 'https://host/x', '', 'a\\..\\..\\x', 'a\0']) {
    const error = failure(`{"weight_map":\n {"a": ${JSON.stringify(file)}}}`);
    assert.equal(error.line, 2);
    assert.match(error.reason, /no file in or below the index's folder/);
  }
});

test('dots in a file name lead nowhere else', () => {
  assert.equal(parseShardIndex('{"weight_map": {"a": "model..safetensors"}}', PATH).weightMap.get('a'), 'model..safetensors');
});

test('what is no map of names to files is refused with what was found', () => {
  assert.match(failure('[]').reason, /found an array/);
  assert.match(failure('{}').reason, /found none/);
  assert.match(failure('{"weight_map": []}').reason, /found an array/);
  assert.match(failure('{\n"weight_map": {\n"a": 1}}').message, /index\.json:3:1: .*found a number/);
});

test('names such as __proto__ are names', () => {
  assert.deepEqual([...parseShardIndex('{"weight_map": {"__proto__": "a", "constructor": "b"}}', PATH).weightMap], [['__proto__', 'a'], ['constructor', 'b']]);
});

test('an index with a merge conflict in it is named with the line', () => {
  const error = failure('{"metadata": {}, "weight_map": {"a": "model.safetensors"}}\n=======\n{"metadata": {}, "weight_map": {}}\n');
  assert.deepEqual([error.line, error.column], [2, 1]);
});

test('every spelling of the same map reads alike, whatever stands around it', () => {
  const name = fc.oneof(fc.string(), fc.constantFrom('weight_map', '__proto__', 'a"b', 'a\\b', 'é', '"weight_map": {'));
  const map = fc.dictionary(name, fc.constantFrom('model-00001-of-00002.safetensors', 'part/model.safetensors', 'é.safetensors'), { maxKeys: 6 });
  fc.assert(fc.property(map, fc.jsonValue(), fc.constantFrom(undefined, 1, 2, '\t'), fc.boolean(), (weights, metadata, space, first) => {
    const members = { metadata, weight_map: weights };
    const text = JSON.stringify(first ? { weight_map: weights, metadata } : members, null, space);
    const parsed = parseShardIndex(text, PATH);
    assert.deepEqual(new Map(parsed.weightMap), new Map(Object.entries(weights)));
    const isMetadata = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
    assert.equal(parsed.hasMetadata, isMetadata);
  }));
});

test('a weight map within something else is none', () => {
  assert.match(failure('{"metadata": {"weight_map": {"a": "b.safetensors"}}}').reason, /found none/);
  assert.match(failure('[{"weight_map": {"a": "b.safetensors"}}]').reason, /found an array/);
  assert.deepEqual([...parseShardIndex('{"metadata": {"weight_map": {"a": "b.safetensors"}}, "weight_map": {"c": "d.safetensors"}}', PATH).weightMap], [['c', 'd.safetensors']]);
});

test('an index that breaks off, or goes on after its end, is refused', () => {
  for (const text of ['{"weight_map": {"a": "b.safetensors"', '{"weight_map": {"a": "b.safetensors"}', '{"weight_map": {"a": "b.safetensors",}}', '{"weight_map": {"a": "b.safetensors"}} {}', '{"weight_map": {"a\tb": "b.safetensors"}}']) failure(text);
});

test('of a name that is written twice the last file counts, as it does to Python', () => {
  assert.deepEqual([...parseShardIndex('{"weight_map": {"a": "b.safetensors", "c": "b.safetensors", "a": "d.safetensors"}}', PATH).weightMap], [['a', 'd.safetensors'], ['c', 'b.safetensors']]);
});
