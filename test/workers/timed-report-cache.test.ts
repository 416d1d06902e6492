/**
 * Proves that a cache that is timed finds, stores and counts as it did, and how its time is told: by a clock that only the cache moves,
 * one text in 16 stands for 16, whether it was found or not, and a run of many texts of different cost is told to some per cent.
 */
import { beforeEach, expect, it, vi } from 'vitest';
import { seededRandom } from '../../src/core/random.js';
import { NO_CACHE_COUNTS, type ReportCache } from '../../src/workers/report-cache.js';
import { TimedReportCache } from '../../src/workers/timed-report-cache.js';

let nowMs = 0;
let looks = 0;
beforeEach(() => {
  [nowMs, looks] = [0, 0];
  vi.spyOn(performance, 'now').mockImplementation(() => {
    looks++;
    return nowMs;
  });
});

/** Finds texts at even addresses; the time of each is told. */
function cacheTaking(findMs: (address: number) => number, storeMs = 0): ReportCache & { readonly stored: number[] } {
  const stored: number[] = [];
  return {
    stored,
    bytesMin: 7,
    find: (address, bytes, report) => {
      nowMs += findMs(address);
      report[0] = bytes;
      return address % 2 === 0;
    },
    store: (report) => {
      nowMs += storeMs;
      stored.push(report[0]!);
    },
    takeCounts: () => ({ ...NO_CACHE_COUNTS, l1: 3 }),
  };
}

function ask(cache: ReportCache, texts: number): void {
  const report = new Float64Array(1);
  for (let address = 0; address < texts; address++) {
    const isFound = cache.find(address, address, report);
    expect(isFound).toBe(address % 2 === 0);
    if (!isFound) cache.store(report);
  }
}

it('finds, stores and counts what the cache does', () => {
  const cache = cacheTaking(() => 0);
  const timed = new TimedReportCache(cache);
  ask(timed, 100);
  expect(cache.stored).toEqual(Array.from({ length: 50 }, (_, index) => 2 * index + 1));
  expect([timed.bytesMin, timed.takeCounts()]).toEqual([7, cache.takeCounts()]);
});

it('has one text in 16 stand for 16, and looks at the clock for no other', () => {
  const timed = new TimedReportCache(cacheTaking(() => 2, 3));
  ask(timed, 160);
  expect(timed.takeMs()).toBe(160 * (2 + 3)); // the texts timed are odd, so each was stored as well
  expect(looks).toBe(10 * 4);
  expect(timed.takeMs()).toBe(0);
});

it('is right to some per cent where texts differ', () => {
  const random = seededRandom(5);
  const timed = new TimedReportCache(cacheTaking(() => -Math.log(1 - random())));
  ask(timed, 100_000);
  const share = timed.takeMs() / nowMs;
  expect(share).toBeGreaterThan(0.95);
  expect(share).toBeLessThan(1.05);
});
