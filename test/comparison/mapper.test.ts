import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { knownModelTypes, loadModelTypeFacts } from '../../src/architecture/index.ts';
import { fillPattern } from '../../src/architecture/patterns.ts';
import { mapToMemory } from '../../src/architecture/prefix.ts';
import { loaderMapper } from '../../src/comparison/mapper.ts';
import { resolveIntent } from '../../src/comparison/resolve-intent.ts';
import { llama } from '../../src/diagnosis/examples.ts';
import { readExample } from '../support/examples.ts';

const intent = resolveIntent(await readExample(llama()), null, null);

describe('loaderMapper', () => {
  test('maps by templates exactly as the loader maps each name, for every class', async () => {
    let classes = 0;
    for (const type of await knownModelTypes()) {
      for (const facts of (await loadModelTypeFacts(type))?.classes ?? []) {
        const disk = facts.groups.flatMap(({ parameters }) => parameters).flatMap(({ disk: pattern }) => [[0, 1, 3], [2, 12, 127]].map((numbers) => fillPattern(pattern, numbers)));
        const bare = disk.map((name) => (name.startsWith(`${facts.prefix}.`) ? name.slice(facts.prefix.length + 1) : name));
        for (const names of [disk, bare, disk.map((name) => `module.${name}`), ['0', '1.2.3', 'a.0005.b', 'x.9000000003', '']]) {
          const expected = mapToMemory(names, facts).names;
          const found = loaderMapper({ ...intent, facts }, null)(names);
          assert.deepEqual(found.memory, expected.map(({ memory }, i) => memory ?? `(dropped) ${names[i]}`), `${facts.class} ${facts.release}`);
          assert.deepEqual([...found.more.keys()].sort(), [...new Set(expected.flatMap(({ more }) => more))].sort());
          assert.equal(found.prefixLost, expected.filter(({ prefix }) => prefix === 'added').length * 2 > names.length);
        }
        classes++;
      }
    }
    assert.ok(classes > 100);
  });

  test('of an unknown class finds the prefix that most of the base\'s names have and the checkpoint\'s lack', () => {
    const base = ['model.a', 'model.b', 'model.c', 'head'];
    const map = loaderMapper({ ...intent, facts: null }, base);
    assert.deepEqual(map(['a', 'b', 'head']), { memory: ['model.a', 'model.b', 'head'], more: new Map(), prefixLost: true });
    assert.deepEqual(map(['model.a', 'b']).memory, ['model.a', 'b'], 'a name that has it shows that it is not lost');
    assert.deepEqual(map(['x', 'y', 'z']).memory, ['x', 'y', 'z'], 'too few fit');
    assert.deepEqual(loaderMapper({ ...intent, facts: null }, null)(['a']).memory, ['a']);
  });
});
