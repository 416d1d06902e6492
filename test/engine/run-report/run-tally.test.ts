/**
 * Proves that what is added up over the parts of a run is what one part would have said of all documents: counts are sums, the worst
 * and the slowest are those of all, places are those of the run, and percentiles are at most a bucket too long.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { throughputOf } from '../../../src/engine/run-report/over-time.js';
import { RunTally } from '../../../src/engine/run-report/run-tally.js';
import { BUCKET_COUNT, TIME_BUCKETS, timeBucketOf } from '../../../src/workers/tally-buckets.js';
import { NAMED_MAX, type NamedDocument, type Tally } from '../../../src/workers/tally.js';

interface Document {
  readonly quality: number;
  readonly ms: number;
}

const documents = fc.array(
  fc.record({
    quality: fc.double({ min: 0, max: 1, noNaN: true }),
    ms: fc.double({ min: 0.002, max: 5000, noNaN: true }),
  }),
  { minLength: 1, maxLength: 60 },
);

/** What a worker says of some documents, whose quality stands in the first measure. */
function tallyOf(part: readonly Document[]): Tally {
  const counts = new Uint32Array(BUCKET_COUNT);
  const times = new Uint32Array(TIME_BUCKETS);
  for (const { quality, ms } of part) {
    counts[Math.min(Math.floor(quality * 40), 39)]!++;
    times[timeBucketOf(ms)]!++;
  }
  const named = (value: (document: Document) => number, direction: 1 | -1): NamedDocument[] =>
    part
      .map((document, index) => ({ index, line: index + 1, id: index, bytes: 1, value: value(document) }))
      .sort((one, other) => direction * (one.value - other.value))
      .slice(0, NAMED_MAX);
  const busyMs = part.reduce((sum, { ms }) => sum + ms, 0);
  return { counts, times, busyMs, lowest: named(({ quality }) => quality, 1), slowest: named(({ ms }) => ms, -1) };
}

describe('the tally of a run', () => {
  it('is that of all its parts', () => {
    fc.assert(
      fc.property(fc.array(documents, { minLength: 1, maxLength: 8 }), (parts) => {
        const tally = new RunTally();
        for (const [part, each] of parts.entries()) {
          tally.add(tallyOf(each), ({ line, id }) => ({ source: `part ${part}`, id: id ?? '', line: line ?? 0 }));
        }
        const all = parts.flat();
        expect(tally.documents).toBe(all.length);
        expect(tally.quality()[0]?.before.counts.reduce((sum, count) => sum + count, 0)).toBe(all.length);
        const lowest = all.map(({ quality }) => quality).sort((one, other) => one - other);
        expect(tally.worst()[0]?.documents.map(({ value }) => value)).toEqual(lowest.slice(0, NAMED_MAX));
        for (const { source, line, value } of tally.worst()[0]?.documents ?? []) {
          expect(parts[Number(source.slice(5))]?.[(line ?? 0) - 1]?.quality).toBe(value);
        }
        const times = all.map(({ ms }) => ms).sort((one, other) => one - other);
        expect(tally.slowest().map(({ ms }) => ms)).toEqual([...times].reverse().slice(0, NAMED_MAX));
        expect(tally.bounds.lowerThan).toBe(lowest[NAMED_MAX - 1] ?? Infinity);
        for (const { percentile, ms } of tally.latency('l')?.percentiles ?? []) {
          const exact = times[Math.max(Math.ceil((percentile / 100) * times.length - 1e-9) - 1, 0)] ?? NaN;
          expect(ms).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
          expect(ms).toBeLessThanOrEqual(exact * 1.0906);
        }
      }),
    );
  });

  it('of nothing says nothing', () => {
    const tally = new RunTally();
    expect([tally.quality(), tally.worst(), tally.slowest(), tally.latency('l')]).toEqual([[], [], [], undefined]);
  });

  it('says no median that lies in a bucket without an end', () => {
    const counts = new Uint32Array(BUCKET_COUNT);
    const easeAt = 4 * 40; // readability, the fifth measure
    counts[easeAt] = 9;
    counts[easeAt + 20] = 1;
    const tally = new RunTally();
    tally.add({ counts, times: new Uint32Array(TIME_BUCKETS), busyMs: 0, lowest: [], slowest: [] }, () => ({
      source: '',
    }));
    expect(tally.quality()).toMatchObject([{ measure: 'readability.fleschReadingEase', medianBefore: undefined }]);
  });
});

it('throughput is what was finished between two points, and not what an earlier run had finished', () => {
  const finished = [
    { seconds: 1, documents: 0 },
    { seconds: 2, documents: 1100 },
    { seconds: 4, documents: 1300 },
  ];
  const values = (before: number): unknown => throughputOf(finished, before)[0]?.points.map(({ value }) => value);
  expect(values(0)).toEqual([0, 66_000, 6000]);
  expect(values(1000)).toEqual([0, 6000, 6000]);
  expect(throughputOf(finished.slice(0, 1), 0)).toEqual([]);
});
