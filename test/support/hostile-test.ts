import assert from 'node:assert/strict';
import { test } from 'node:test';

/** Seconds of the processor: the work of a few, where nothing is gone through for each of what a stranger can write. */
const MOST_SECONDS = 20;

/**
 * A test of what a stranger can write. It fails where the work took too long by the processor's own clock, however busy
 * the machine is: the runner's timeout is no help, since it can't stop code that never waits.
 */
export function hostileTest(name: string, work: () => Promise<void>): void {
  void test(name, async () => {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < MOST_SECONDS * 1e6, `${((user + system) / 1e6).toFixed(1)} s of processor time`);
  });
}
