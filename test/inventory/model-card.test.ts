import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseModelCard } from '../../src/inventory/model-card.ts';

const EMPTY = { baseModels: [], relation: null, pipelineTag: null, libraryName: null, tags: [] };

suite('model card', () => {
  test('reads a base as a string and as a list', async () => {
    assert.deepEqual((await parseModelCard('---\nbase_model: org/a\n---\ntext'))?.baseModels, ['org/a']);
    assert.deepEqual(await parseModelCard('---\r\nbase_model:\r\n- org/a\r\n- org/b\r\nbase_model_relation: merge\r\npipeline_tag: text-generation\r\nlibrary_name: transformers\r\ntags: [x]\r\n---\r\n'), {
      baseModels: ['org/a', 'org/b'], relation: 'merge', pipelineTag: 'text-generation', libraryName: 'transformers', tags: ['x'],
    });
  });

  test('finds front matter only at the beginning', async () => {
    assert.equal(await parseModelCard('# Title\n---\nbase_model: org/a\n---\n'), null);
    assert.equal(await parseModelCard('---\nbase_model: org/a\n'), null);
    assert.deepEqual(await parseModelCard('\uFEFF\n---\n---\nx\n---\n'), null);
    assert.deepEqual((await parseModelCard('\n---\nbase_model: org/a\n---'))?.baseModels, ['org/a']);
  });

  test('takes values of the wrong type and broken YAML as absent', async () => {
    assert.deepEqual(await parseModelCard('---\nbase_model: {a: 1}\ntags: 3\npipeline_tag: [x]\n---\n'), EMPTY);
    assert.equal(await parseModelCard('---\nbase_model: [\n---\n'), null);
    assert.equal(await parseModelCard('---\n- a\n---\n'), null);
    assert.deepEqual((await parseModelCard('---\nbase_model: org/a\nbase_model: org/b\n---\n'))?.baseModels, ['org/b']);
  });

  test('takes time in proportion to its length', async () => {
    // Were each line tried as the first, this would take hours.
    assert.equal(await parseModelCard('\n'.repeat(500_000)), null);
    assert.equal(await parseModelCard(`---\n${' \n'.repeat(250_000)}`), null);
    assert.equal(await parseModelCard(`---\n${'--- x\n'.repeat(80_000)}`), null);
  });

  test('drops names that cannot be any', async () => {
    assert.deepEqual((await parseModelCard(`---\nbase_model: [${'a'.repeat(5_000)}, org/b]\n---\n`))?.baseModels, ['org/b']);
  });

  test('is not blown up by aliases', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]', ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`)];
    assert.equal(await parseModelCard(`---\n${lines.join('\n')}\n---\n`), null);
  });
});
