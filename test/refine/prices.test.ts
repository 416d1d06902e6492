/**
 * Proves which price a model is given, that user prices are checked and come first, and that the worst case is never below the
 * cost of any usage that it bounds.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { budgetNanoUsd, costNanoUsd, KNOWN_PRICES, Prices, worstNanoUsd } from '../../src/refine/prices.js';

const usd = fc.double({ min: 0, max: 10_000, noNaN: true });

describe('Prices', () => {
  it('knows models by name and by the name of a version, and no other that begins so', () => {
    const prices = new Prices();
    expect(prices.of('gpt-4o-mini')).toEqual({
      inputPicoUsd: 150_000,
      cachedInputPicoUsd: 75_000,
      cacheWritePicoUsd: 150_000,
      outputPicoUsd: 600_000,
    });
    expect(prices.of('gpt-4o-mini-2024-07-18')).toEqual(prices.of('gpt-4o-mini'));
    expect(prices.of('claude-opus-4-20250514')).toEqual(prices.of('claude-opus-4'));
    expect(prices.of('claude-3-5-haiku-latest')).toEqual(prices.of('claude-3-5-haiku'));
    expect(prices.of('gpt-4o-2024-05-13')).not.toEqual(prices.of('gpt-4o'));
    for (const model of ['gpt-4o-audio-preview', 'gpt-5-pro', 'claude-opus-4-7', 'llama', '']) {
      expect(prices.of(model)).toBeUndefined();
    }
  });

  it('charges cached input less and written input no less than other input, at every known model', () => {
    for (const { input, output, cachedInput = input, cacheWrite = input } of Object.values(KNOWN_PRICES)) {
      expect([cachedInput <= input, input <= cacheWrite, input < output]).toEqual([true, true, true]);
    }
  });

  it('takes those of a user first, the longest beginning among them', () => {
    const prices = new Prices({
      'gpt-*': { input: 1, output: 1 },
      'gpt-4*': { input: 2, output: 2 },
      'gpt-4o': { input: 3, output: 3 },
    });
    expect(['gpt-4o', 'gpt-4.1', 'gpt-x'].map((model) => prices.of(model)!.inputPicoUsd)).toEqual([3e6, 2e6, 1e6]);
  });

  it('refuses what is no price', () => {
    const parse = (json: string): Prices => new Prices(JSON.parse(json));
    expect(() => parse('{"m":{"input":1}}')).toThrow('prices.m.output must be a number, got undefined');
    expect(() => parse('{"m":{"input":-1,"output":1}}')).toThrow(
      'prices.m.input must be a number from 0 to 10000, got -1',
    );
    expect(() => parse('{"m":{"input":1,"output":1,"ouput":1}}')).toThrow('prices.m.ouput is not an option');
    expect(() => parse('[]')).toThrow('prices must be an object, got an array');
  });

  it('bounds the cost of every usage by the worst case', () => {
    fc.assert(
      fc.property(
        usd,
        usd,
        usd,
        usd,
        fc.nat(1e6),
        fc.nat(1e6),
        fc.array(fc.nat(1e6), { minLength: 4, maxLength: 4 }),
        (...all) => {
          const [input, cachedInput, cacheWrite, output, inputTokens, outputTokens, parts] = all;
          const price = new Prices({ m: { input, cachedInput, cacheWrite, output } }).of('m')!;
          const [a, b, c, d] = parts.map((part) => part / 1e6);
          const used = Math.floor(inputTokens * a!);
          const cached = Math.floor(used * b!);
          const usage = {
            inputTokens: used,
            cachedInputTokens: cached,
            cacheWriteTokens: Math.floor((used - cached) * c!),
            outputTokens: Math.floor(outputTokens * d!),
          };
          const cost = costNanoUsd(price, usage);
          expect(Number.isSafeInteger(cost)).toBe(true);
          expect(cost).toBeLessThanOrEqual(worstNanoUsd(price, inputTokens, outputTokens));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('rounds costs up and budgets down', () => {
    const price = new Prices({ m: { input: 0.0001, output: 0 } }).of('m')!;
    expect(worstNanoUsd(price, 1, 0)).toBe(1);
    expect(budgetNanoUsd('budget', 0.1)).toBe(100_000_000);
    expect(budgetNanoUsd('budget', 1.0000000019)).toBe(1_000_000_001);
    expect(() => budgetNanoUsd('budget', Infinity)).toThrow('budget must be a number from 0 to 1000000, got Infinity');
  });
});
