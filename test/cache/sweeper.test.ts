/** Proves when clean-up runs, on a clock that is moved by hand, and that it ends when it is told to. */
import { describe, expect, it } from 'vitest';
import { SWEEP_BUDGET_MS, Sweeper } from '../../src/cache/sweeper.js';
import { ManualClock, settle } from '../support/manual-clock.js';

describe('a sweeper', () => {
  it('sweeps each at intervals, those that have more again at once, and no more when stopped', async () => {
    const clock = new ManualClock();
    const log: string[] = [];
    let more = 2;
    const sweeper = new Sweeper(clock, 1000, () => [
      async (budgetMs) => {
        log.push(`a ${budgetMs}`);
        return false;
      },
      async () => {
        log.push('b');
        return more-- > 0;
      },
    ]);
    await clock.advanceAsync(999);
    expect(log).toEqual([]);
    await clock.advanceAsync(1);
    expect(log).toEqual([`a ${SWEEP_BUDGET_MS}`, 'b']);
    await clock.advanceAsync(100);
    expect(log).toEqual([`a ${SWEEP_BUDGET_MS}`, 'b', 'b', 'b']);
    await clock.advanceAsync(1000);
    expect(log).toHaveLength(6);
    await sweeper.stop();
    expect(clock.pending).toBe(0);
  });

  it('stopped in a slice lets it end, and begins no other', async () => {
    const clock = new ManualClock();
    let end: (hasMore: boolean) => void = () => undefined;
    let begun = 0;
    const sweep = (): Promise<boolean> => {
      begun++;
      return new Promise((resolve) => (end = resolve));
    };
    const sweeper = new Sweeper(clock, 10, () => [sweep, sweep]);
    await clock.advanceAsync(10);
    let isStopped = false;
    const stopping = sweeper.stop().then(() => (isStopped = true));
    await settle();
    expect([begun, isStopped]).toEqual([1, false]);
    end(true);
    await stopping;
    expect([begun, clock.pending]).toEqual([1, 0]);
  });
});
