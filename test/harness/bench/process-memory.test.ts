/**
 * Proves how the memory of another process is looked at, with a reader of our own and a clock moved by hand: evenly over its time, in
 * a bounded number of points that keep every peak, and no longer than it is asked for. Of a real process it tells something plausible
 * where the system is Linux, and nothing of one that is not there.
 */
import { describe, expect, it } from 'vitest';

import { residentBytesOf, watchMemory, type MemoryWatch } from '../../../src/harness/bench/process-memory.js';
import { ManualClock } from '../../support/manual-clock.js';

/** Lets what waits for a reader go on. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

interface Watched {
  readonly clock: ManualClock;
  readonly watch: MemoryWatch;
  readonly reads: () => number;
}

/** After so many looks. */
async function watched(looks: number, bytesAt: (look: number) => number | undefined): Promise<Watched> {
  const clock = new ManualClock();
  let look = 0;
  const watch = watchMemory(1, clock, () => Promise.resolve(bytesAt(look++)));
  await settled();
  while (look < looks) {
    clock.advance(20);
    await settled();
  }
  return { clock, watch, reads: () => look };
}

describe('the memory of another process', () => {
  it('is looked at every 20 ms, from its beginning on', async () => {
    const { watch } = await watched(3, (look) => 100 + look);
    expect(watch.stop()).toEqual([
      { seconds: 0, value: 100 },
      { seconds: 0.02, value: 101 },
      { seconds: 0.04, value: 102 },
    ]);
  });

  it('stays in 120 points however long it is, and loses no peak', async () => {
    const { watch } = await watched(1000, (look) => (look === 517 ? 9e9 : 1e6));
    const points = watch.stop();
    expect(points.length).toBeGreaterThan(50);
    expect(points.length).toBeLessThanOrEqual(120);
    expect(points.at(-1)?.seconds).toBe(19.98);
    expect(points.filter(({ value }) => value === 9e9)).toHaveLength(1);
  });

  it('has a gap where it cannot be told, and is not looked at once that has ended', async () => {
    const { clock, watch, reads } = await watched(3, (look) => (look === 1 ? undefined : 7));
    expect(watch.stop().map(({ seconds }) => seconds)).toEqual([0, 0.04]);
    clock.advance(1000);
    await settled();
    expect(reads()).toBe(3);
  });

  it.runIf(process.platform === 'linux')('is that of the system', async () => {
    expect(await residentBytesOf(process.pid)).toBeGreaterThan(10e6);
    expect(await residentBytesOf(2 ** 30)).toBeUndefined(); // greater than any process number of Linux
  });
});
