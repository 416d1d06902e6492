/** The state of a caller, made by hand. */
import type { CallerStatus } from '../../../src/refine/caller/caller.js';
import type { RouteStatus } from '../../../src/refine/caller/route.js';

export const ROUTE: RouteStatus = {
  name: 'openai',
  model: 'm',
  inFlight: 12,
  concurrency: 16,
  waiting: 0,
  breaker: 'closed',
  limits: { limits: {}, waiting: 0, waitMs: 0, pausedMs: 0 },
};

export const CALLER: CallerStatus = {
  inFlight: 12,
  waiting: 0,
  calls: 400,
  answered: 380,
  failures: {},
  retries: {},
  inputTokens: 1000,
  cachedInputTokens: 0,
  outputTokens: 1000,
  budget: { capNanoUsd: Infinity, spentNanoUsd: 0, reservedNanoUsd: 0, overrunNanoUsd: 0, waiting: 0 },
  latencyMs: { p50: 10, p99: 20 },
  routes: [ROUTE],
  ended: undefined,
};
