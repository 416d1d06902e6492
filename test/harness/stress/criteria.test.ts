/**
 * Proves the verdicts: each criterion on both sides of its limit and without a measurement; and memory growth as a property over
 * seeds, with the sawtooth of a garbage collector, steps and noise in it: a leak of 5 MB/s is always found, a flat level is never
 * taken for one, and a run too short to tell says so.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import {
  allMet,
  CRITERIA,
  judge,
  type CriterionName,
  type Measurements,
} from '../../../src/harness/stress/criteria.js';
import { growthOf } from '../../../src/monitor/statistics/slope.js';

const GOOD: Measurements = {
  rateAsked: 248_000,
  rateHeld: 248_000,
  counts: { arrived: 1000, endedWell: 1000, failed: 0, shed: 0, outstanding: 0, repeated: 0 },
  growth: { bytesPerHour: 1e6, low: -2e6, high: 4e6, observedMs: 600_000 },
  cpuShare: 0.4,
  crowdBytes: 300e6,
  singleMs: 0.2,
  batchMs: 40,
  calm: { ranges: 100, different: 0 },
};

function verdictOf(name: CriterionName, changed: Partial<Measurements>): string | undefined {
  return judge({ ...GOOD, ...changed }).find((each) => each.name === name)?.verdict;
}

function counted(changed: Partial<Measurements['counts']>): Partial<Measurements> {
  return { counts: { ...GOOD.counts, ...changed } };
}

describe('the verdicts', () => {
  it('are all met by a good run', () => {
    expect(judge(GOOD).map(({ verdict }) => verdict)).toEqual(Array(9).fill('met'));
    expect(allMet(judge(GOOD))).toBe(true);
  });

  it.each<[CriterionName, Partial<Measurements>, Partial<Measurements>]>([
    ['throughput', { rateHeld: 0.99 * 248_000 }, { rateHeld: 0.9899 * 248_000 }],
    ['errors', counted({ failed: 5, shed: 4 }), counted({ failed: 5, shed: 5 })],
    [
      'memoryGrowth',
      { growth: { ...GOOD.growth!, high: 50e6 } },
      { growth: { ...GOOD.growth!, low: 50e6 + 1, high: 6e7 } },
    ],
    ['cpu', { cpuShare: 0.799 }, { cpuShare: 0.8 }],
    ['crowd', { crowdBytes: 2e9 - 1 }, { crowdBytes: 2e9 }],
    ['single', { singleMs: 24.9 }, { singleMs: 25 }],
    ['batch', { batchMs: 14_999 }, { batchMs: 15_000 }],
    ['exactlyOnce', {}, counted({ outstanding: 1 })],
    ['exactlyOnce', {}, counted({ repeated: 1 })],
    ['calmOutcomes', {}, { calm: { ranges: 100, different: 1 } }],
  ])('%s: met, then missed on the other side of the limit', (name, met, missed) => {
    expect(verdictOf(name, met)).toBe('met');
    expect(verdictOf(name, missed)).toBe('missed');
    expect(allMet(judge({ ...GOOD, ...missed }))).toBe(false);
  });

  it.each<[CriterionName, Partial<Measurements>]>([
    ['memoryGrowth', { growth: undefined }],
    ['memoryGrowth', { growth: null }],
    ['memoryGrowth', { growth: { ...GOOD.growth!, low: -1e9, high: 1e9 } }],
    ['memoryGrowth', { growth: { ...GOOD.growth!, low: 1e9, high: 2e9, observedMs: 29_000 } }],
    ['cpu', { cpuShare: null }],
    ['crowd', { crowdBytes: null }],
    ['single', { singleMs: null }],
    ['batch', { batchMs: null }],
    ['calmOutcomes', { calm: { ranges: 0, different: 0, note: 'too many failed' } }],
  ])('%s: not measured, with the reason, and the run does not hold', (name, changed) => {
    const criteria = judge({ ...GOOD, ...changed });
    expect(criteria.find((each) => each.name === name)).toMatchObject({
      verdict: 'not measured',
      note: expect.any(String),
    });
    expect(allMet(criteria)).toBe(false);
  });

  it('say the rate that was where the one asked for was not reached', () => {
    const [throughput] = judge({ ...GOOD, rateHeld: 132_000 });
    expect(throughput).toMatchObject({
      measured: '132,000 documents/min',
      note: 'the rate that was: 53.2 % of the one asked for',
    });
  });

  it('hold when every document failed, in words that make sense', () => {
    const criteria = judge({ ...GOOD, rateHeld: 0, ...counted({ endedWell: 0, failed: 1000 }), batchMs: null });
    expect(criteria.filter(({ verdict }) => verdict !== 'met').map(({ name }) => name)).toEqual([
      'throughput',
      'errors',
      'batch',
    ]);
    expect(criteria[1]!.measured).toBe('100 % (1,000 failed, 0 shed, 0 lost)');
  });
});

const MB = 1e6;

interface Length {
  readonly seconds: number;
  /** Between two samples. */
  readonly everySeconds: number;
}

const SHORT: Length = { seconds: 120, everySeconds: 1 };
const TEN_MINUTES: Length = { seconds: 600, everySeconds: 2 };
const HOUR: Length = { seconds: 3600, everySeconds: 10 };

/** Resident memory: a level that fills up at first, the teeth of a collector, noise, and a leak. */
function memoryOf(
  seed: number,
  { seconds, everySeconds }: Length,
  leakBytesPerSecond: number,
): { atMs: number; bytes: number }[] {
  const random = seededRandom(seed);
  const level = (150 + 200 * random()) * MB;
  const tooth = 40 * random() * MB;
  const periodSeconds = 3 + 20 * random();
  const noise = 10 * random() * MB;
  const warmUp = 100 * random() * MB;
  return Array.from({ length: Math.floor(seconds / everySeconds) }, (_, index) => {
    const second = index * everySeconds;
    const teeth = tooth * ((second / periodSeconds) % 1);
    const filling = warmUp * Math.exp(-second / 8);
    return {
      atMs: second * 1000,
      bytes: level - filling + teeth + noise * (random() - 0.5) + leakBytesPerSecond * second,
    };
  });
}

function growthVerdict(seed: number, length: Length, leakBytesPerSecond: number): string | undefined {
  const growth = growthOf(memoryOf(seed, length, leakBytesPerSecond), 60_000);
  return verdictOf('memoryGrowth', { growth });
}

describe('memory growth', () => {
  it('is missed by a leak of 5 MB/s, in ten minutes and in two', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(SHORT, TEN_MINUTES), (seed, length) => {
        expect(growthVerdict(seed, length, 5 * MB)).toBe('missed');
      }),
      { numRuns: 100 },
    );
  });

  it('is met by an hour of a level that is flat, seldom left open, and not missed', () => {
    const verdicts = Array.from({ length: 100 }, (_, seed) => growthVerdict(seed, HOUR, 0));
    expect(verdicts).not.toContain('missed');
    expect(verdicts.filter((verdict) => verdict === 'met').length).toBeGreaterThan(90);
  });

  it('is mostly met by ten minutes of it, sometimes left open, and not missed', () => {
    const verdicts = Array.from({ length: 100 }, (_, seed) => growthVerdict(seed, TEN_MINUTES, 0));
    expect(verdicts).not.toContain('missed');
    expect(verdicts.filter((verdict) => verdict === 'met').length).toBeGreaterThan(75);
  });

  it('is left open by a run that is too short', () => {
    for (const seconds of [1, 10, 62, 66, 85]) {
      expect(growthVerdict(1, { seconds, everySeconds: 1 }, 0)).toBe('not measured');
    }
  });

  it('has the limit that it says', () => {
    expect(CRITERIA.growthBytesPerHour).toBe(50 * MB);
  });
});
