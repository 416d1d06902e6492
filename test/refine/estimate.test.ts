/**
 * Proves that an estimate holds: a made-up run whose documents, tokens and latencies lie within what is assumed ends within all
 * ranges; and, by numbers worked out by hand, what the ranges are and which bottleneck is named.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimate, type EstimateOptions, type EstimateSample } from '../../src/refine/estimate.js';
import { costNanoUsd, Prices } from '../../src/refine/prices.js';

const price = new Prices({ m: { input: 1, cachedInput: 0.1, cacheWrite: 2, output: 5 } }).of('m')!;
const sample: EstimateSample = {
  documents: 1000,
  sampled: 1000,
  failing: 100,
  textBytes: 100_000,
  promptBytes: 300_000,
  systemBytes: 150_000,
};
const options: EstimateOptions = { iterations: 3, maxTokens: 10_000, price, concurrency: 10, limits: {} };

describe('estimate', () => {
  it('counts exactly what was counted, and gives a range to the rest', () => {
    const result = estimate(sample, options);
    expect(result).toMatchObject({
      documents: { low: 100, high: 100 },
      calls: { low: 100, high: 300 },
      inputTokens: { low: 60_000, high: 360_000 },
      outputTokens: { low: 16_000, high: 180_000 },
      bottleneck: 'concurrency',
      isExact: true,
    });
    // 60000 tokens of which 29700 cached, 16000 out; 360000 written and 180000 out.
    expect(result.usd!.low).toBeCloseTo(0.0303 + 0.00297 + 0.08, 9);
    expect(result.usd!.high).toBeCloseTo(0.72 + 0.9, 9);
    // 100 calls of 0.3 s + 160 / 150 s, and 300 of 3 s + 600 / 30 s, ten at a time.
    expect(result.seconds.low).toBeCloseTo((100 * (0.3 + 160 / 150)) / 10, 9);
    expect(result.seconds.high).toBeCloseTo((300 * 23) / 10, 9);
  });

  it('names the limit that takes longest', () => {
    const withLimits = (limits: EstimateOptions['limits']): ReturnType<typeof estimate> =>
      estimate(sample, { ...options, limits });
    expect(withLimits({ requestsPerMinute: 10 })).toMatchObject({
      bottleneck: 'requestsPerMinute',
      seconds: { low: 600, high: 1800 },
    });
    expect(withLimits({ requestsPerMinute: 1e6, tokensPerMinute: 1000 }).bottleneck).toBe('tokensPerMinute');
    expect(withLimits({ outputTokensPerMinute: 100 }).bottleneck).toBe('outputTokensPerMinute');
  });

  it('has no price where none is known, and no time where there is nothing to do', () => {
    expect(estimate(sample, { ...options, price: undefined }).usd).toBeNull();
    const none = { ...sample, failing: 0, textBytes: 0, promptBytes: 0, systemBytes: 0 };
    expect(estimate(none, options)).toMatchObject({ calls: { low: 0, high: 0 }, seconds: { low: 0, high: 0 } });
  });

  it('gives the share of a drawn sample the interval of Wilson', () => {
    const drawn = estimate({ ...sample, sampled: 200, failing: 20 }, options);
    // 20 of 200: 6.57 % to 14.94 %.
    expect(drawn).toMatchObject({ documents: { low: 65, high: 150 }, isExact: false });
    const nothing = { ...sample, sampled: 0, failing: 0, textBytes: 0, promptBytes: 0, systemBytes: 0 };
    expect(estimate(nothing, options).documents).toEqual({ low: 0, high: 1000 });
  });

  it('refuses counts that contradict each other', () => {
    expect(() => estimate({ ...sample, failing: 2000 }, options)).toThrow('2000 failing of 1000 of 1000');
  });

  it('holds for runs within what it assumes', () => {
    const document = fc.record({
      textBytes: fc.integer({ min: 1, max: 5000 }),
      calls: fc.integer({ min: 1, max: 3 }),
      bytesPerToken: fc.double({ min: 2.5, max: 5, noNaN: true }),
      answerShare: fc.double({ min: 0.8, max: 1.5, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(document, { minLength: 1, maxLength: 50 }), fc.nat(3000), (documents, systemBytes) => {
        const sum = (of: (each: (typeof documents)[number]) => number): number =>
          documents.reduce((total, each) => total + of(each), 0);
        const textBytes = sum((each) => each.textBytes);
        const system = systemBytes * documents.length;
        const failing = documents.length;
        const counted = {
          documents: failing + 7,
          sampled: failing + 7,
          failing,
          textBytes,
          promptBytes: textBytes + system,
        };
        const result = estimate({ ...counted, systemBytes: system }, { ...options, maxTokens: 1e6 });
        // Prompts of all calls have the size of their document's first one here, and tokens fractions.
        const inputTokens = sum((each) => (each.calls * (each.textBytes + systemBytes)) / each.bytesPerToken);
        const outputTokens = sum((each) => (each.calls * each.textBytes * each.answerShare) / each.bytesPerToken);
        const calls = sum((each) => each.calls);
        const usage = { inputTokens, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens };
        const usd = costNanoUsd(price, usage) / 1e9;
        for (const [value, { low, high }] of [
          [calls, result.calls],
          [inputTokens, result.inputTokens],
          [outputTokens, result.outputTokens],
          [usd, result.usd!],
        ] as const) {
          expect(value).toBeGreaterThanOrEqual(low * (1 - 1e-6) - 1);
          expect(value).toBeLessThanOrEqual(high * (1 + 1e-6) + 1);
        }
        expect(usd).toBeLessThanOrEqual(result.usd!.high + 1e-5);
      }),
      { numRuns: 200 },
    );
  });
});
