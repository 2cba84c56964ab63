import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Endings } from '../../../src/comparison/adapter/endings.ts';
import type { Ending } from '../../../src/comparison/adapter/endings.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 9 });

/** All endings that are found, each with those that it ends in. */
function found(endings: readonly string[], parameter: string): string[] {
  const all = new Set<string>();
  for (const longest of new Endings(endings).ofModules(parameter)) for (let ending: Ending | null = longest; ending !== null; ending = ending.within) all.add(ending.text);
  return [...all].sort();
}

test('finds what the modules of a parameter end in, and nothing else', () => {
  assert.deepEqual(found(['norm', 'layernorm', 'weight', 'x.norm', 'layers'], 'layers.0.input_layernorm.weight'), ['layernorm', 'layers', 'norm']);
  fc.assert(fc.property(fc.array(text, { maxLength: 8 }), text, (endings, parameter) => {
    const modules = [...parameter].flatMap((letter, at) => (letter === '.' && at > 0 ? [parameter.slice(0, at)] : []));
    assert.deepEqual(found(endings, parameter), [...new Set(endings.filter((ending) => modules.some((module) => module.endsWith(ending))))].sort());
  }));
});
