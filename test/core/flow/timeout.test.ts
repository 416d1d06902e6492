/**
 * Proves that a limit reaches into the work, that the promise does not wait for work that does not obey, and that no timer and no
 * listener is left, whichever end comes first: result, error, limit or the caller's signal.
 */
import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withTimeout } from '../../../src/core/flow/timeout.js';
import { ManualClock, settle } from '../../support/manual-clock.js';

const late = new Error('late');
const failed = new Error('failed');

type End = 'result' | 'error' | 'limit' | 'signal';

/** Ends of a call in the order in which they come; what the promise must settle with is the first one. */
const ends = fc.shuffledSubarray<End>(['result', 'error', 'limit', 'signal'], { minLength: 1 });

describe('withTimeout', () => {
  it('settles by what comes first and leaves nothing, and what comes later changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(ends, async (order) => {
        const clock = new ManualClock();
        const controller = new AbortController();
        let resolve: (value: string) => void = () => undefined;
        let reject: (error: unknown) => void = () => undefined;
        let inner: AbortSignal | undefined;
        const settled: unknown[] = [];
        withTimeout(
          (signal) => {
            inner = signal;
            return new Promise<string>((onResult, onError) => {
              resolve = onResult;
              reject = onError;
            });
          },
          { timeoutMs: 100, error: () => late, signal: controller.signal, clock },
        ).then(
          (value) => settled.push(value),
          (error: unknown) => settled.push(error),
        );
        expect(clock.pending).toBe(1);
        for (const end of order) {
          if (end === 'result') resolve('result');
          else if (end === 'error') reject(failed);
          else if (end === 'limit') clock.advance(100);
          else controller.abort('why');
          await settle();
        }
        const expected = {
          result: 'result',
          error: failed,
          limit: late,
          signal: expect.objectContaining({ code: 'ERR_ABORTED', cause: 'why' }),
        };
        const first = order[0]!;
        expect(settled).toEqual([expected[first]]);
        expect(inner!.aborted).toBe(first === 'limit' || first === 'signal');
        if (first === 'limit') expect(inner!.reason).toBe(late);
        if (first === 'signal') expect(inner!.reason).toBe('why');
        expect(clock.pending).toBe(0);
        expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('rejects with what work throws before it returns a promise', async () => {
    const clock = new ManualClock();
    const work = (): Promise<never> => {
      throw failed;
    };
    await expect(withTimeout(work, { timeoutMs: 1, error: () => late, clock })).rejects.toBe(failed);
    expect(clock.pending).toBe(0);
  });

  it('does not begin when the signal has been given', async () => {
    const clock = new ManualClock();
    let isBegun = false;
    const work = async (): Promise<void> => void (isBegun = true);
    const options = { timeoutMs: 1, error: () => late, signal: AbortSignal.abort(), clock };
    await expect(withTimeout(work, options)).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect([isBegun, clock.pending]).toEqual([false, 0]);
  });
});
