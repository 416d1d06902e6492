/**
 * Proves that what is gathered of a refinement is what a list of all its values would say: a widening histogram has the counts of the
 * finest buckets that the range allows, in whatever order values come; the foremost are those of a sorted list; calls are counted
 * from their sending to their end; and the tally tells steps, dead letters and documents apart.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Foremost } from '../../../src/engine/run-report/foremost.js';
import { medianOf } from '../../../src/engine/run-report/median.js';
import { MeteredJournal } from '../../../src/engine/run-report/call-meter.js';
import { RefineTally } from '../../../src/engine/run-report/refine-tally.js';
import { WideningHistogram } from '../../../src/engine/run-report/widening-histogram.js';
import { Monitor } from '../../../src/monitor/monitor.js';
import { NO_JOURNAL } from '../../../src/refine/caller/journal.js';
import type { EssentialNumbers, RefinedRow } from '../../../src/refine/row.js';
import { ManualClock } from '../../support/manual-clock.js';

/** None so small that dividing it by a width makes it 0. */
const value = fc
  .oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: -200, max: 200, noNaN: true }),
    fc.double({ min: -1e12, max: 1e12, noNaN: true }),
  )
  .map((each) => (Math.abs(each) < 1e-300 ? 0 : each));

/** The finest width, a power of two from 1/1024 on, for which all values lie in 64 buckets. */
function widthFor(values: readonly number[]): number {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  let width = 2 ** -10;
  while (Math.floor(high / width) - Math.floor(low / width) >= 64) width *= 2;
  return width;
}

describe('a widening histogram', () => {
  it('has the counts of the finest buckets that hold all values', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 40 }), (pairs) => {
        const histogram = new WideningHistogram();
        for (const [before, after] of pairs) histogram.add(before, after);
        const width = widthFor(pairs.flat());
        for (const [side, values] of [
          ['before', pairs.map(([before]) => before)],
          ['after', pairs.map(([, after]) => after)],
        ] as const) {
          const { edges, counts } = histogram.histograms()![side];
          expect(counts.length).toBeLessThanOrEqual(64);
          expect(edges).toHaveLength(counts.length + 1);
          counts.forEach((count, bucket) => {
            expect(edges[bucket + 1]! - edges[bucket]!).toBe(width);
            expect(count).toBe(values.filter((each) => each >= edges[bucket]! && each < edges[bucket + 1]!).length);
          });
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is none without values', () => {
    expect(new WideningHistogram().histograms()).toBeUndefined();
  });
});

it('the median lies in the bucket that holds the middle value', () => {
  expect(medianOf({ edges: [0, 1, 2, 3], counts: [1, 2, 1] })).toBe(1.5);
  expect(medianOf({ edges: [0, 1, 2], counts: [0, 4] })).toBe(1.5);
});

it('the foremost are the first ones of a sorted list', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.integer({ min: 1, max: 8 }), (values, max) => {
      const foremost = new Foremost<readonly [number, number]>(max, ([one], [other]) => one - other);
      const entries = values.map((each, index) => [each, index] as const);
      for (const each of entries) foremost.add(each);
      const expected = [...entries].sort(([one], [other]) => one - other).slice(0, max);
      expect(foremost.values).toEqual(expected);
      expect(foremost.bound).toEqual(expected[max - 1]);
    }),
    { numRuns: 200 },
  );
});

it('a metered journal counts calls in flight, their time and their failures', () => {
  const clock = new ManualClock();
  const stage = new Monitor({}, { clock }).stage('calls', { kind: 'calls', capacity: 4 });
  const journal = new MeteredJournal(NO_JOURNAL, stage);
  const id = (ordinal: number) => ({ ordinal, iteration: 0, attempt: 0, provider: 'p' });
  const completion = { text: '', finish: 'stop', usage: undefined } as const;
  void journal.sent({ ...id(0), model: 'm', worstNanoUsd: 0 });
  clock.advance(10);
  void journal.sent({ ...id(1), model: 'm', worstNanoUsd: 0 });
  clock.advance(20);
  void journal.answered({ ...id(0), completion: { ...completion, limits: undefined }, chargedNanoUsd: 0 });
  void journal.failed({ ...id(1), code: 'ERR_PROVIDER_TIMEOUT', chargedNanoUsd: 0 });
  void journal.failed({ ...id(2), code: 'ERR_PROVIDER_TIMEOUT', chargedNanoUsd: 0 }); // was never sent
  expect(stage.figures()).toMatchObject({ count: 2, failed: 1, inFlight: 0, inFlightMax: 2, busyMs: 50 });
});

describe('the tally of a refinement', () => {
  const numbers = (score: number, coherence: number | null): EssentialNumbers => ({
    score,
    bytes: 100,
    words: 20,
    entropy: { aggregate: 0.5 },
    readability: { fleschReadingEase: 60 },
    coherence,
    documentation: { overall: score, completeness: 0, clarity: 0, consistency: 0, precision: 0, relevance: 0 } as never,
    miair: 50,
  });
  const row = (before: number, after: number, steps: RefinedRow['steps']): RefinedRow => ({
    ...{ id: 'a', text: '', accepted: after > before, iterations: steps.length, stopped: 'no_gain' },
    ...{ before: numbers(before, null), after: numbers(after, null), calls: 1, steps },
    usage: { inputTokens: 1, outputTokens: 1, usd: null },
  });

  it('has measures, steps, dead letters, and the worst and slowest documents', () => {
    const clock = new ManualClock();
    const tally = new RefineTally({ 'documentation.overall': 1 }, clock);
    const beganAtMs = tally.begin();
    clock.advance(40);
    const steps = [
      { strategy: 's', outcome: 'kept' },
      { strategy: 's', outcome: 'rolled_back', reason: 'numbers' },
      { strategy: 's', outcome: 'rolled_back', reason: 'numbers' },
    ] as const;
    tally.refined({ id: 'a', source: 'in', line: 3 }, row(0.25, 0.75, steps), beganAtMs);
    tally.refined({ id: 'b', source: 'in', line: 4 }, row(0.5, 0.5, []), tally.begin());
    tally.lost('ERR_PROVIDER_REQUEST');
    expect(tally.quality().map(({ measure }) => measure)).toEqual([
      ...['documentation.overall', 'miair', 'readability.fleschReadingEase'], // coherence was null, and the score is the first
    ]);
    expect(tally.steps()).toEqual([
      { outcome: 'rolled_back', reason: 'numbers', count: 2 },
      { outcome: 'kept', count: 1 },
    ]);
    expect(tally.failures()).toEqual([['ERR_PROVIDER_REQUEST', 1]]);
    expect(tally.slowest()[0]).toMatchObject({ id: 'a', line: 3, ms: 40 });
    expect(tally.worst()[0]?.documents.map(({ id, value: score }) => [id, score])).toEqual([
      ['b', 0.5],
      ['a', 0.75],
    ]);
    expect(tally.latency('one')?.count).toBe(2);
  });

  it('calls a profile of several measures the score', () => {
    const tally = new RefineTally({ 'documentation.overall': 1, miair: 0.5 });
    tally.refined({ id: 'a', source: 'in' }, row(0.25, 0.75, []), tally.begin());
    expect(tally.quality().map(({ measure }) => measure)).toEqual([
      ...['score', 'documentation.overall', 'miair', 'readability.fleschReadingEase'],
    ]);
  });
});
