/** Proves what options of the caller come out as, and that each wrong one is refused with its path. */
import { describe, expect, it } from 'vitest';
import { resolveCallerOptions, type CallerOptions } from '../../../src/refine/caller/options.js';
import { ManualClock } from '../../support/manual-clock.js';
import { COMPLETION, FakeProvider, PRICE, targetOf } from './fake-provider.js';

const provider = new FakeProvider(new ManualClock(), () => ({ afterMs: 0, result: COMPLETION }), 'p');
const providers = [targetOf(provider)];

describe('resolveCallerOptions', () => {
  it('completes what is left out', () => {
    const resolved = resolveCallerOptions({ providers, limits: { requestsPerMinute: 60 } });
    expect(resolved).toMatchObject({
      providers: [{ name: 'p', model: 'm', price: PRICE, limits: { requestsPerMinute: 60 } }],
      concurrency: 16,
      callsMax: 65_536,
      timeoutMs: 180_000,
      retry: { baseMs: 1000, capMs: 60_000, retries: 3, retriesPerDocument: 12 },
      breaker: { windowMs: 30_000, callsMin: 20, failureShare: 0.5, openMs: 30_000 },
      outageMsMax: 600_000,
      capNanoUsd: Infinity,
      spentNanoUsd: 0,
    });
    expect(Object.isFrozen(resolved)).toBe(true);
    expect(resolveCallerOptions({ providers, budgetUsd: 1.5 }).capNanoUsd).toBe(1.5e9);
  });

  const refused: readonly (readonly [Partial<CallerOptions> | object, string])[] = [
    [{ providers: [] }, 'caller.providers must have a provider or more, got none'],
    [{ providers: [...providers, ...providers] }, 'caller.providers must have different names, got "p" twice'],
    [
      { providers: [targetOf(provider, { model: '' })] },
      'caller.providers[0].model must be a non-empty string, got ""',
    ],
    [{ concurrency: 0 }, 'caller.concurrency must be an integer from 1 to 65536, got 0'],
    [{ limits: { requestsPerMinute: 0 } }, 'caller.limits.requestsPerMinute must be a number from 0.001'],
    [{ limits: { rpm: 1 } }, 'caller.limits.rpm is not an option'],
    [{ retry: { retries: 101 } }, 'caller.retry.retries must be an integer from 0 to 100, got 101'],
    [{ breaker: { failureShare: 0 } }, 'caller.breaker.failureShare must be a number from 0.01 to 1, got 0'],
    [{ budgetUsd: -1 }, 'caller.budgetUsd must be a number from 0 to 1000000, got -1'],
    [{ spentNanoUsd: 0.5 }, 'caller.spentNanoUsd must be an integer >= 0, got 0.5'],
    [{ speed: 9 }, 'caller.speed is not an option'],
  ];
  for (const [options, message] of refused) {
    it(`refuses: ${message}`, () => {
      expect(() => resolveCallerOptions({ providers, ...options })).toThrow(message);
    });
  }
});
