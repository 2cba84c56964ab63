import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { html } from '../../src/report/html.ts';
import { ATTACKS } from '../support/attacks.ts';
import { hostile, passing, reportOf, seed } from '../support/reports.ts';

/** Tags in their order, with what stands in them other than our own attributes. */
function tags(page: string): string[] {
  return [...page.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
}

test('one page, with nothing to load and a policy that forbids it', () => {
  const page = html(reportOf(seed));
  assert.match(page, /^<!doctype html><html lang="en">/);
  assert.ok(page.includes('1,050,673,152') && page.includes('<details>'));
  assert.doesNotMatch(page, /<script|<img|<link|<iframe|\son\w+=|src=/);
  const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  assert.ok(page.includes(`default-src &#x27;none&#x27;; style-src &#x27;sha256-${hash}&#x27;`));
});

test('the only links are those to the pages of rules', () => {
  const links = [...html(reportOf(seed, passing)).matchAll(/href="([^"]*)"/g)].map(([, url]) => url);
  assert.deepEqual(links, ['https://github.com/headcheck/headcheck/blob/main/docs/rules/head-missing.md']);
});

test('no attack brings a tag or an attribute', () => {
  const expected = tags(html(hostile('x')));
  for (const attack of ATTACKS) {
    const page = html(hostile(attack));
    if (attack.trim() !== '') assert.deepEqual(tags(page), expected, attack.slice(0, 60));
  }
});

test('a help address that is no web address becomes no link', () => {
  const [finding] = seed.findings;
  assert.ok(finding);
  const page = html(reportOf({ ...seed, findings: [{ ...finding, helpUrl: 'javascript:alert(1)' }] }));
  assert.doesNotMatch(page, /javascript:|href=/);
});
