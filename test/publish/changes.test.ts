import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reversed } from '../../src/publish/changes.ts';

describe('a diff read backwards', () => {
  it('adds what it removed', () => {
    const patch = ['@@ -1,2 +3,4 @@ name', '-old', '+new', ' same', '\\ No newline at end of file'].join('\n');
    assert.deepEqual(reversed([{ path: 'a', status: 'modified', patch }, { path: 'b', status: 'added', patch }, { path: 'c', status: 'modified', patch: null }, { path: 'e', previousPath: 'd', status: 'renamed', patch: '@@ -1 +1 @@\n-x\n+y' }]), [
      { path: 'a', status: 'modified', patch: ['@@ -3,4 +1,2 @@', '+old', '-new', ' same', '\\ No newline at end of file'].join('\n') },
      { path: 'd', status: 'modified', patch: '@@ -1 +1 @@\n+x\n-y' },
    ]);
  });
});
