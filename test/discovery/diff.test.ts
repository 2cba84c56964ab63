import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { changedLines, isCommentable, readHunks } from '../../src/discovery/diff.ts';

/** An edit script: what happens to each line, and its text. */
const edits = fc.array(fc.record({
  kind: fc.constantFrom('added', 'removed', 'context', 'context', 'context'),
  text: fc.oneof(fc.constantFrom('', '-- x', '++ y', '@@ -1 +1 @@', ' model: a/b', '\\ No newline'), fc.string({ maxLength: 8 }).map((text) => text.replace(/[\r\n]/g, ''))),
}), { maxLength: 60 });

interface Edit { readonly kind: string; readonly text: string }

/** Writes the edit script as GitHub writes a patch: hunks only, with `around` lines of context. */
function patchOf(script: readonly Edit[], around: number): string {
  const near = (i: number) => script.slice(Math.max(0, i - around), i + around + 1).some(({ kind }) => kind !== 'context');
  const out: string[] = [];
  let [oldLine, newLine] = [1, 1];
  for (let i = 0; i < script.length;) {
    let end = i;
    while (end < script.length && near(end)) end++;
    const hunk = script.slice(i, end);
    const oldCount = hunk.filter(({ kind }) => kind !== 'added').length;
    const newCount = hunk.filter(({ kind }) => kind !== 'removed').length;
    if (hunk.length > 0) {
      const range = (start: number, count: number) => (count === 1 ? `${start}` : `${count === 0 ? start - 1 : start},${count}`);
      out.push(`@@ -${range(oldLine, oldCount)} +${range(newLine, newCount)} @@ def heading():`);
      for (const { kind, text } of hunk) out.push(`${kind === 'added' ? '+' : kind === 'removed' ? '-' : ' '}${text}`);
    }
    [oldLine, newLine] = [oldLine + oldCount, newLine + newCount];
    if (end === i) [oldLine, newLine, end] = [oldLine + 1, newLine + 1, i + 1];
    i = end;
  }
  return out.join('\n');
}

/** Line numbers in the new file of the script's added lines. */
function addedOf(script: readonly Edit[]): number[] {
  const kept = script.filter(({ kind }) => kind !== 'removed');
  return kept.flatMap(({ kind }, i) => (kind === 'added' ? [i + 1] : []));
}

describe('reading a unified diff', () => {
  it('finds exactly the added lines, whatever they say', () => {
    fc.assert(fc.property(edits, fc.integer({ min: 0, max: 4 }), (script, around) => {
      assert.deepEqual([...changedLines(patchOf(script, around))], addedOf(script));
    }));
  });

  it('gives every line its number and text on both sides', () => {
    fc.assert(fc.property(edits, fc.integer({ min: 0, max: 4 }), (script, around) => {
      const before = script.filter(({ kind }) => kind !== 'added').map(({ text }) => text);
      const after = script.filter(({ kind }) => kind !== 'removed').map(({ text }) => text);
      for (const { oldLine, newLine, text } of readHunks(patchOf(script, around)).flat()) {
        if (oldLine !== null) assert.equal(before[oldLine - 1], text);
        if (newLine !== null) assert.equal(after[newLine - 1], text);
      }
    }));
  });

  it('reads what git writes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'headcheck-diff-'));
    try {
      fc.assert(fc.property(edits, (script) => {
        const lines = (without: string) => script.filter(({ kind }) => kind !== without).map(({ text }) => `${text}\n`).join('');
        const [before, after] = [lines('added'), lines('removed')];
        writeFileSync(join(folder, 'a'), before);
        writeFileSync(join(folder, 'b'), after);
        const patch = gitDiff(folder);
        const newLines = after.split('\n');
        for (const { newLine, text, kind } of readHunks(patch).flat()) {
          if (newLine !== null) assert.equal(newLines[newLine - 1], text);
          if (newLine !== null) assert.ok(isCommentable(patch, newLine));
          if (kind === 'added') assert.ok(newLine !== null && changedLines(patch).has(newLine));
        }
        assert.equal(patch === '', before === after);
      }), { numRuns: 15 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('passes over headers, and copes with stripped blanks, Windows line ends and a missing last line end', () => {
    const patch = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,4 @@\n one\r\n\n-three\n+three!\r\n+four\n\\ No newline at end of file';
    assert.deepEqual([...changedLines(patch)], [3, 4]);
    assert.deepEqual(readHunks(patch).flat().map(({ text }) => text), ['one', '', 'three', 'three!', 'four']);
  });

  it('says where a comment can stand', () => {
    const patch = '@@ -10,2 +10,3 @@\n context\n+added\n-removed\n+changed\n';
    assert.deepEqual([9, 10, 11, 12, 13].map((line) => isCommentable(patch, line)), [false, true, true, true, false]);
    assert.deepEqual([10, 11, 12].map((line) => isCommentable(patch, line, 'LEFT')), [true, true, false]);
    assert.equal(isCommentable(null, 10), false);
    assert.equal(isCommentable('', 0), false);
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('@@ -1 +1 @@', '+', '-', ' ', '\n', '9', 'x') }), (text) => {
      for (const line of changedLines(text)) assert.ok(line >= 0);
    }));
    assert.deepEqual(readHunks('@@ -99999999999999999999 +1 @@\n+x'), []);
    assert.deepEqual(readHunks('+'.repeat(5_000_000)), []);
  });
});

/** `git diff --no-index` exits with 1 where the files differ. */
function gitDiff(folder: string): string {
  try {
    return execFileSync('git', ['diff', '--no-index', '--no-color', 'a', 'b'], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    assert.ok(error instanceof Error && 'status' in error && error.status === 1 && 'stdout' in error, String(error));
    return String(error.stdout);
  }
}
