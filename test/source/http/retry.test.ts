import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitAsked } from '../../../src/source/http/retry.ts';

test('the wait that a server asks for is read from each of the headers in use', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const wait = (headers: Readonly<Record<string, string>>) => waitAsked((name) => headers[name] ?? null, now);
  assert.equal(wait({ ratelimit: '"resolvers";r=0;t=55', 'retry-after': '9' }), 55);
  assert.equal(wait({ 'retry-after': '9' }), 9);
  assert.equal(wait({ 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }), 30);
  assert.equal(wait({ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }), 0);
  assert.equal(wait({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 12) }), 12);
  assert.equal(wait({ 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': String(now / 1000 + 12) }), null);
  assert.equal(wait({ 'retry-after': 'soon' }), null);
  assert.equal(wait({}), null);
});
