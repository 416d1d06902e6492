/** Proves what the progress line of `refine` says, what it says that calls wait for, and that it fits any width. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdOf } from '../../../src/cli/refine/holding.js';
import { formatProgress } from '../../../src/cli/refine/progress.js';
import type { RefineProgress } from '../../../src/engine/refine-files/options.js';
import { NO_COUNTS } from '../../../src/engine/refine/refiner.js';
import type { CallerStatus } from '../../../src/refine/caller/caller.js';
import type { RouteStatus } from '../../../src/refine/caller/route.js';
import { CALLER, ROUTE } from './status.js';

const PROGRESS: RefineProgress = {
  ...NO_COUNTS,
  documents: 1000,
  written: 990,
  failed: 0,
  bytes: 4_000_000,
  inputBytes: 1_000_000,
  inputBytesTotal: 4_000_000,
  seconds: 10,
  caller: CALLER,
  budgetUsd: undefined,
};
const EARLIER = { ...PROGRESS, inputBytes: 500_000, seconds: 9, caller: { ...CALLER, calls: 320 } };

function line(progress: Partial<RefineProgress>, width = 200): string {
  const latest = { ...PROGRESS, ...progress };
  return formatProgress(latest, [EARLIER, latest], width);
}

function spent(usd: number): CallerStatus {
  return { ...CALLER, budget: { ...CALLER.budget, spentNanoUsd: usd * 1e9 } };
}

describe('formatProgress', () => {
  it('says documents, calls, share and time left', () => {
    expect(line({})).toBe('1,000 documents · 80 calls/s · 12 in flight · 25 % · 6 s left');
    expect(line({ failed: 3 })).toMatch(/ · 3 dead letters$/);
  });

  it('leaves out what is not known, and calls where none is made', () => {
    expect(formatProgress(PROGRESS, [], 200)).toBe('1,000 documents · 12 in flight · 25 %');
    expect(formatProgress({ ...PROGRESS, caller: undefined }, [], 200)).toBe('1,000 documents · 25 %');
    const unknown = { inputBytesTotal: undefined, caller: { ...CALLER, calls: 0 } };
    expect(line(unknown)).toBe('1,000 documents');
  });

  it('says what is spent, of what, and what it will have been', () => {
    expect(line({ caller: spent(0.0123) })).toContain(' · $0.0123, about $0.0492 in all · ');
    expect(line({ caller: spent(2), budgetUsd: 5 })).toContain(' · $2.00 of $5.00, about $8.00 in all · ');
    expect(line({ caller: spent(2), budgetUsd: 5, inputBytes: 9 })).toContain(' · $2.00 of $5.00 · ');
    expect(line({ caller: spent(2), inputBytesTotal: undefined })).toMatch(/ · \$2\.00$/);
    expect(line({ caller: spent(2), inputBytes: 4_000_000 })).toContain(' · $2.00 · 100 %');
    expect(line({ budgetUsd: 5 })).toContain(' · $0.00 of $5.00, about $0.00 in all · ');
  });

  it('says what gate and cache have saved', () => {
    expect(line({ fastPath: 456, shared: 300, calls: 100 })).toContain(' · saved by gate 45 %, cache 75 % · ');
    expect(line({ shared: 1, calls: 3 })).toContain(' · saved by cache 25 % · ');
  });

  it('says what holds the calls back, and that another provider has stepped in', () => {
    const waiting = { ...CALLER, routes: [{ ...ROUTE, waiting: 4 }] };
    expect(line({ caller: waiting })).toContain(' · 12 in flight · held by concurrency 16 · ');
    const broken = {
      ...CALLER,
      routes: [
        { ...ROUTE, breaker: 'open' as const },
        { ...ROUTE, name: 'anthropic' },
      ],
    };
    expect(line({ caller: broken })).toContain(' · 12 in flight · on anthropic · 25 %');
  });

  it('drops what matters least where the line is too long', () => {
    const busy = { ...spent(2), routes: [{ ...ROUTE, waiting: 4 }] };
    const progress = { caller: busy, fastPath: 500, failed: 1 };
    let previous = line(progress);
    const dropped: string[] = [];
    while (previous.includes(' · ')) {
      const shorter = line(progress, previous.length - 1);
      dropped.push(
        previous
          .split(' · ')
          .filter((part) => !shorter.split(' · ').includes(part))
          .join(),
      );
      previous = shorter;
    }
    const first = ['saved by gate 50 %', '12 in flight', 'held by concurrency 16', '80 calls/s', '6 s left'];
    expect(dropped).toEqual([...first, '$2.00, about $8.00 in all', '1 dead letter', '25 %']);
  });

  it('fits any width, and says nothing that is no number', () => {
    const count = fc.nat({ max: 10 ** 12 });
    const progress = fc.record({
      documents: count,
      failed: count,
      fastPath: count,
      shared: count,
      calls: count,
      inputBytes: count,
      inputBytesTotal: fc.option(count, { nil: undefined }),
      budgetUsd: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }), { nil: undefined }),
      caller: fc.option(fc.nat({ max: 1e6 }).map(spent), { nil: undefined }),
    });
    fc.assert(
      fc.property(progress, fc.integer({ min: 0, max: 200 }), (state, width) => {
        const text = line({ ...state, fastPath: Math.min(state.fastPath, state.documents) }, width);
        expect(text.length).toBeLessThanOrEqual(width);
        expect(text).not.toMatch(/NaN|Infinity|undefined/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('holdOf', () => {
  function routeWith(route: Partial<RouteStatus>): CallerStatus {
    return { ...CALLER, routes: [{ ...ROUTE, ...route }] };
  }
  const rate = { ratePerMinute: 60, burst: 10 };

  it('is nothing while nothing waits', () => {
    expect(holdOf(CALLER)).toBeUndefined();
  });

  it('is the provider that is out of service, or that asked for a rest', () => {
    expect(holdOf(routeWith({ breaker: 'open', waiting: 3 }))).toBe('breaker');
    expect(holdOf(routeWith({ breaker: 'half-open' }))).toBe('breaker');
    expect(holdOf(routeWith({ limits: { ...ROUTE.limits, pausedMs: 12_300, waiting: 2 } }))).toBe('retry-after, 13 s');
  });

  it('is the budget, the limit of which least is left, or the calls in flight', () => {
    const budget = { ...CALLER.budget, waiting: 1 };
    expect(holdOf({ ...routeWith({ waiting: 3 }), budget })).toBe('budget');
    const scarce = { requests: { ...rate, available: 0.5 }, tokens: { ...rate, available: 4 } };
    expect(holdOf(routeWith({ waiting: 3, limits: { ...ROUTE.limits, limits: scarce, waiting: 2 } }))).toBe('rate');
    const tokens = { ...scarce, outputTokens: { ...rate, available: -3 } };
    expect(holdOf(routeWith({ waiting: 3, limits: { ...ROUTE.limits, limits: tokens, waiting: 2 } }))).toBe('tokens');
    expect(holdOf(routeWith({ waiting: 3, concurrency: 7 }))).toBe('concurrency 7');
  });
});
