import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arithmetic, counted, dimensions, signed, size } from '../../src/diagnosis/numbers.ts';

test('sizes are decimal with three digits', () => {
  assert.equal(size(1_168_138_808), '1.17 GB');
  assert.equal(size(117_465_520), '117 MB');
  assert.equal(size(16_060_522_496), '16.1 GB');
  assert.equal(size(0), '0 bytes');
  assert.equal(size(1), '1 byte');
  assert.equal(size(999), '999 bytes');
  assert.equal(size(999_999), '1.00 MB');
  assert.equal(size(999_499), '999 kB');
  assert.equal(size(-1_000), '−1.00 kB');
  assert.equal(size(Number.MAX_SAFE_INTEGER), '9.01 PB');
});

test('differences carry their sign', () => {
  assert.equal(signed(-1_050_673_152), '−1,050,673,152');
  assert.equal(signed(136), '+136');
  assert.equal(signed(0), '0');
});

test('the arithmetic is shown only where it holds', () => {
  const head = { name: 'lm_head.weight', dtype: 'BF16', shape: [128_256, 4_096], bytes: 1_050_673_152 };
  assert.equal(arithmetic(head), '128,256 × 4,096 × 2 bytes');
  assert.equal(arithmetic({ ...head, bytes: 1 }), null);
  assert.equal(arithmetic({ ...head, dtype: 'F4', bytes: 262_668_288 }), null);
  assert.equal(arithmetic({ ...head, dtype: 'Q4_K' }), null);
  assert.equal(arithmetic({ name: 'x', dtype: 'U8', shape: [3], bytes: 3 }), '3 × 1 byte');
  assert.equal(dimensions([]), 'scalar');
  assert.equal(counted(1, 'tensor'), '1 tensor');
});
