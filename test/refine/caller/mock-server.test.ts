/**
 * Proves over real HTTP, against the mock server with its own prices and faults, that what the server charges never exceeds what the
 * caller says was spent, that each call settles, and that a server's limits are met without a refusal when they are set.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { Caller } from '../../../src/refine/caller/caller.js';
import type { CallerOptions } from '../../../src/refine/caller/options.js';
import { createMockServer, type MockServer } from '../../../src/refine/mock/server.js';
import type { MockServerOptions } from '../../../src/refine/mock/options.js';
import { createProvider } from '../../../src/refine/providers/create-provider.js';
import { REQUEST, targetOf } from './fake-provider.js';

const prices = { input: 1, cachedInput: 0.1, cacheWrite: 2, output: 5 };

let server: MockServer | undefined;
afterEach(async () => {
  await server?.close();
});

async function run(mock: MockServerOptions, calls: number, options: Partial<CallerOptions>): Promise<Caller> {
  server = await createMockServer({ prices, latencyMs: 1, ...mock });
  const provider = createProvider({ provider: 'openai', baseUrl: `${server.url}/v1` });
  const caller = new Caller({ providers: [targetOf(provider)], concurrency: 32, ...options });
  const outcomes = await Promise.allSettled(
    Array.from({ length: calls }, (_, ordinal) => {
      const user = `<document-a1>\nText number ${ordinal}.\n</document-a1>`;
      return caller.call({ ...REQUEST, user }, { ordinal, iteration: 0 });
    }),
  );
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'ERR_BUDGET' });
  }
  await caller.close();
  return caller;
}

describe('against the mock server', () => {
  it('spends no less than the server charges, with faults, and stops at the budget', async () => {
    const faults = { '429': 0.1, '500': 0.1, reset: 0.05, malformed: 0.05, hang: 0.01 };
    const options = { retry: { baseMs: 1, capMs: 10 }, timeoutMs: 100, budgetUsd: 0.05, breaker: { openMs: 10 } };
    const caller = await run({ faults }, 400, options);
    const { budget, failures } = caller.status();
    expect(server!.stats().usd * 1e9).toBeLessThanOrEqual(budget.spentNanoUsd);
    expect(budget.spentNanoUsd).toBeLessThanOrEqual(0.05e9);
    expect(budget).toMatchObject({ reservedNanoUsd: 0, overrunNanoUsd: 0 });
    expect(Object.keys(failures)).toContain('ERR_PROVIDER_RATE_LIMITED');
  });

  it('meets its limits without a refusal', async () => {
    const caller = await run({ rpm: 6000 }, 150, { limits: { requestsPerMinute: 4800 } });
    expect(caller.status()).toMatchObject({ answered: 150, calls: 150, failures: {} });
  });
});
