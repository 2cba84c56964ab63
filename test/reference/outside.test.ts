import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNoPlaceOfCommit, liesOutside } from '../../src/reference/outside.ts';

const OUTSIDE = ['/etc', '/srv/repo-2/x', '..', '../x', 'a/../../x', './../x', 'file:///etc/x', 'FILE:///etc', '~/../../x', '/srv/repo/../x', ' /etc', 'file:///srv/repo/../x', '../repo-2', '../x.headcheck.json'];
const INSIDE = ['.', './', 'out', './out/model.safetensors', 'a/../b', '..a/b', '/srv/repo', '/srv/repo/out', 'file:///srv/repo/out', 'a.headcheck.json'];
const ELSEWHERE = ['hf://org/name', 'https://huggingface.co/org/name', 'artifact://../x', 'release://v1', 'https://github.com/o/r/tree/main/../x', 'ftp://x/../y', '', 'file://host/etc'];

test('a place of this machine lies in a directory or outside of it', () => {
  const judged = (all: readonly string[]): string[] => all.filter((reference) => liesOutside(reference, '/srv/repo'));
  assert.deepEqual([judged(OUTSIDE), judged(INSIDE), judged(ELSEWHERE)], [OUTSIDE, [], []]);
});

test('a commit has what lies below its root, by its path from there', () => {
  for (const reference of [...OUTSIDE, '/srv/repo', 'file:///srv/repo/out', '..\\x']) assert.equal(isNoPlaceOfCommit(reference), true, reference);
  for (const reference of [...INSIDE.filter((one) => !/^(?:\/|file:)/.test(one)), ...ELSEWHERE.filter((one) => !one.startsWith('file:'))]) assert.equal(isNoPlaceOfCommit(reference), false, reference);
});
