import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pairReferences, type Placed } from '../../src/gate/pairing.ts';

/** Pairs of the references that the diff's own lines make: what stands after `org/` on each. */
function pairs(...lines: string[]): Record<string, string> {
  const count = (sign: string): number => lines.filter((line) => !line.startsWith(sign)).length;
  const patch = [`@@ -1,${count('+')} +1,${count('-')} @@`, ...lines].join('\n');
  const placed = (sign: string, other: string): Placed[] => lines.filter((line) => !line.startsWith(other)).flatMap((line, i) => {
    const names = line.startsWith(sign) ? (line.match(/org\/\w+/g) ?? []) : [];
    return names.map((name) => ({ reference: name, origin: { path: 'a.yaml', line: i + 1 } }));
  });
  return Object.fromEntries(pairReferences([{ path: 'a.yaml', status: 'modified', patch }], placed('+', '-'), placed('-', '+')));
}

describe('what a reference on a changed line replaces', () => {
  it('is the one under the same key, of several lines that change together', () => {
    assert.deepEqual(pairs('-teacher_model: org/a', '-student_model: org/b', '+student_model: org/b2', '+teacher_model: org/a2'), { 'org/a2': 'org/a', 'org/b2': 'org/b' });
    assert.deepEqual(pairs('-teacher_model: org/a', '+teacher_model: org/a2', '+student_model: org/new'), { 'org/a2': 'org/a' });
  });

  it('is the one in the same place where keys do not tell', () => {
    assert.deepEqual(pairs(' models:', '-  - org/a', '-  - org/b', '+  - org/c', '+  - org/d'), { 'org/c': 'org/a', 'org/d': 'org/b' });
    assert.deepEqual(pairs('-model_path: org/a', '+model_name_or_path: org/c'), { 'org/c': 'org/a' });
    assert.deepEqual(pairs('-models: [org/a, org/b]', '+models: [org/c, org/d]'), { 'org/c': 'org/a', 'org/d': 'org/b' });
  });

  it('is told line by line where several change apart from each other', () => {
    assert.deepEqual(pairs('-model: org/a', '+model: org/c', ' steps: 3', '-model: org/b', '+model: org/d'), { 'org/c': 'org/a', 'org/d': 'org/b' });
  });

  it('is the same one where it only moves, and the one under its key where the line moves', () => {
    assert.deepEqual(pairs('-first: org/a', ' steps: 3', '+second: org/a'), { 'org/a': 'org/a' });
    assert.deepEqual(pairs('-model: org/a', ' steps: 3', '+model: org/b'), { 'org/b': 'org/a' });
  });

  it('is nothing where that cannot be told', () => {
    assert.deepEqual(pairs('-  - org/a', '+  - org/b', '+  - org/c'), {});
    assert.deepEqual(pairs('-first: org/a', ' steps: 3', '+second: org/b'), {});
    assert.deepEqual(pairs('+model: org/b'), {});
  });
});
